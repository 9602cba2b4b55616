"""Something went wrong: what happened, what is certain, what to do. Always a way on."""

from __future__ import annotations

from kiosk.intents import Chosen
from kiosk.views import ProblemView
from ui.components.button import Button
from ui.components.panel import Band, Panel
from ui.components.text import Text
from ui.screens.base import Screen


class ProblemScreen(Screen[ProblemView]):
    """The options stand at the bottom, the first as the main one."""

    def _compose(self, view: ProblemView) -> None:
        kit = self._kit
        box = self._scrolled()
        box.addWidget(Band(kit, "bad", view.happened))
        for key, words in (("page.certain", view.certain), ("page.advice", view.advice)):
            if words:
                panel = Panel(kit, spacing_mm=1.5)
                panel.box.addWidget(
                    Text(kit, kit.say(key), kit.metrics.small, bold=True).coloured(kit.colours.ink_soft)
                )
                panel.box.addWidget(Text(kit, words))
                box.addWidget(panel)
        if view.reference:
            words = f"{kit.say('page.reference')}  {view.reference}"
            box.addWidget(Text(kit, words, kit.metrics.small).coloured(kit.colours.ink_soft))
        for option in view.options[2:]:
            box.addWidget(self._option(option.id, option.label, option.enabled, "second"))

    def _actions(self, view: ProblemView) -> list[Button]:
        found = [self._option(o.id, o.label, o.enabled, "second") for o in view.options[1:2]]
        return [*found, *(self._option(o.id, o.label, o.enabled, "main") for o in view.options[:1])]

    def _option(self, chosen: str, label: str, enabled: bool, look: str) -> Button:
        button = self._button(label, Chosen(chosen), look)
        button.setEnabled(enabled)
        return button
