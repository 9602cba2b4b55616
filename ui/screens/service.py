"""One service before identity: can it be finished here now, what it needs, takes and gives."""

from __future__ import annotations

from kiosk.intents import Chosen, Confirmed
from kiosk.views import Readiness, ServiceView
from ui.components.button import Button
from ui.components.option import BADGES
from ui.components.panel import Band, Bullet, Mood, Pair, Panel, Rule
from ui.components.text import Text
from ui.screens.base import Screen

_MOODS: dict[Readiness, Mood] = {
    Readiness.READY: "ok",
    Readiness.LATER: "warn",
    Readiness.UNAVAILABLE: "plain",
}


class ServiceScreen(Screen[ServiceView]):
    """Begin is offered unless the service is unavailable; then the reason and the nearest place are."""

    def _compose(self, view: ServiceView) -> None:
        kit = self._kit
        box = self._scrolled()
        words = kit.say(f"readiness.{view.readiness.value}")
        box.addWidget(Band(kit, _MOODS[view.readiness], words, view.reason, BADGES[view.readiness][0]))
        if view.nearest:
            box.addWidget(Band(kit, "info", kit.say("page.nearest"), view.nearest, "map-pin"))
        self._say(view.summary, box)
        if view.facts:
            box.addWidget(self._facts(view))
        if view.steps:
            box.addWidget(Text(kit, kit.say("page.what_happens"), kit.metrics.lead, bold=True))
            for number, step in enumerate(view.steps, 1):
                box.addWidget(Bullet(kit, step, number=number))

    def _facts(self, view: ServiceView) -> Panel:
        panel = Panel(self._kit)
        for place, fact in enumerate(view.facts):
            if place:
                panel.box.addWidget(Rule(self._kit))
            panel.box.addWidget(Pair(self._kit, fact.label, fact.value))
        return panel

    def _actions(self, view: ServiceView) -> list[Button]:
        compare = [self._button(view.compare, Chosen("compare"), "second")] if view.compare else []
        if view.readiness is Readiness.UNAVAILABLE:
            return compare
        return [*compare, self._button(self._kit.say("button.begin_service"), Confirmed(), "main", "arrow-right")]
