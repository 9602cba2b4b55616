"""Two pages that lie over another: are you still there, and help."""

from __future__ import annotations

from kiosk.intents import Declined, LeavePressed, StillHere
from kiosk.views import Chrome, HelpView, StillThereView
from ui.components.button import Button
from ui.components.panel import Band, Panel
from ui.components.pictures import DoorPicture
from ui.components.text import Text
from ui.screens.base import Screen


class StillThereScreen(Screen[StillThereView]):
    """Covers the whole page: whoever comes by must not read what somebody left behind."""

    def _heading(self, view: StillThereView) -> None:
        """The question stands in the middle."""

    def _compose(self, view: StillThereView) -> None:
        metrics = self._kit.metrics
        self._root.addStretch(1)
        self._root.addWidget(DoorPicture(self._kit, 80))
        self._root.addWidget(Text(self._kit, view.title, metrics.display, bold=True).balanced().centred())
        self._root.addWidget(Text(self._kit, view.body, metrics.lead).balanced().centred())
        self._root.addStretch(1)

    def _actions(self, view: StillThereView) -> list[Button]:
        leave = self._button(view.leave, LeavePressed(), "second", "sign-out")
        return [leave, self._button(view.answer, StillHere(), "main", "check")]

    def _ways_out(self, chrome: Chrome) -> list[Button]:
        return []


class HelpScreen(Screen[HelpView]):
    """How this page works, and whom to call."""

    def _compose(self, view: HelpView) -> None:
        kit = self._kit
        panel = Panel(kit, spacing_mm=5, pad_mm=8)
        for paragraph in view.paragraphs:
            panel.box.addWidget(Text(kit, paragraph))
        box = self._scrolled()
        box.addWidget(panel)
        if view.phone:
            box.addWidget(Band(kit, "info", kit.say("page.phone"), view.phone, "phone"))

    def _actions(self, view: HelpView) -> list[Button]:
        return [self._button(view.close, Declined(), "main", "check")]

    def _ways_out(self, chrome: Chrome) -> list[Button]:
        return []
