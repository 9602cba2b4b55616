"""Something runs; the citizen need not do anything."""

from __future__ import annotations

from kiosk.views import WorkingView
from ui.components.pictures import WaitPicture
from ui.components.text import Text
from ui.screens.base import Screen


class WorkingScreen(Screen[WorkingView]):
    """A calm motion in the middle, a sentence below it."""

    def _heading(self, view: WorkingView) -> None:
        """The title stands in the middle of the page."""

    def _compose(self, view: WorkingView) -> None:
        metrics = self._kit.metrics
        self._root.addStretch(2)
        self._root.addWidget(WaitPicture(self._kit, 40))
        self._root.addWidget(Text(self._kit, view.title, metrics.heading, bold=True, lines=3).balanced().centred())
        if view.body:
            self._root.addWidget(Text(self._kit, view.body, metrics.lead).balanced().centred())
        self._root.addStretch(3)
