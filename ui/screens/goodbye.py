"""What was held of the citizen and is gone now; take card and papers."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kiosk.intents import Confirmed
from kiosk.views import GoodbyeView
from ui.components.button import Button
from ui.components.kit import add_rows
from ui.components.panel import Bullet, Panel
from ui.components.text import Text
from ui.screens.base import Screen


class GoodbyeScreen(Screen[GoodbyeView]):
    """Reminders first: they are what can still be forgotten."""

    def _compose(self, view: GoodbyeView) -> None:
        kit = self._kit
        box = self._scrolled()
        panels: list[QWidget] = []
        if view.body:
            box.addWidget(Text(kit, view.body, kit.metrics.lead))
        if view.reminders:
            panel = Panel(kit, "warn")
            panel.box.addWidget(
                Text(kit, kit.say("page.reminders"), kit.metrics.lead, bold=True).coloured(kit.colours.warn)
            )
            for reminder in view.reminders:
                panel.box.addWidget(Bullet(kit, reminder, "warning-circle", kit.colours.warn))
            panels.append(panel)
        if view.wiped:
            panel = Panel(kit, "ok")
            panel.box.addWidget(Text(kit, kit.say("page.wiped"), kit.metrics.lead, bold=True).coloured(kit.colours.ok))
            for item in view.wiped:
                panel.box.addWidget(Bullet(kit, item, "check", kit.colours.ok))
            panels.append(panel)
        add_rows(box, panels, 2 if self._scene.wide else 1, kit.metrics.mm(5))

    def _actions(self, view: GoodbyeView) -> list[Button]:
        return [self._button(self._kit.say("button.done"), Confirmed(), "main", "check")]
