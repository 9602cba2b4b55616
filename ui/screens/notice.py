"""Something to read and agree to."""

from __future__ import annotations

from kiosk.intents import Confirmed, Declined
from kiosk.views import NoticeView
from ui.components.button import Button
from ui.components.panel import Panel
from ui.components.text import Text
from ui.screens.base import Screen


class NoticeScreen(Screen[NoticeView]):
    """Paragraphs on one quiet panel; agree, and decline where there is a choice."""

    def _compose(self, view: NoticeView) -> None:
        panel = Panel(self._kit, spacing_mm=5, pad_mm=8)
        for paragraph in view.paragraphs:
            panel.box.addWidget(Text(self._kit, paragraph))
        self._scrolled().addWidget(panel)

    def _actions(self, view: NoticeView) -> list[Button]:
        found = [self._button(view.decline, Declined())] if view.decline else []
        return [*found, self._button(view.agree, Confirmed(), "main", "check")]
