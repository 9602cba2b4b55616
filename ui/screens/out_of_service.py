"""The terminal cannot serve: why, since when, where else."""

from __future__ import annotations

from PySide6.QtCore import Qt

from kiosk.views import OutOfServiceView
from ui.components.panel import Band, Symbol
from ui.components.text import Text
from ui.screens.base import Screen


class OutOfServiceScreen(Screen[OutOfServiceView]):
    """Nothing to press, nothing to hope for here, and where to go instead."""

    def _heading(self, view: OutOfServiceView) -> None:
        """The title stands in the middle."""

    def _compose(self, view: OutOfServiceView) -> None:
        kit = self._kit
        self._root.addStretch(2)
        symbol = Symbol("wrench", kit.colours.ink_soft, kit.metrics.mm(36))
        self._root.addWidget(symbol, 0, Qt.AlignmentFlag.AlignHCenter)
        self._root.addWidget(Text(kit, view.title, kit.metrics.display, bold=True, lines=3).balanced().centred())
        self._root.addWidget(Text(kit, view.body, kit.metrics.lead).balanced().centred())
        self._root.addStretch(1)
        if view.nearest:
            self._root.addWidget(Band(kit, "info", kit.say("page.nearest"), view.nearest, "map-pin"))
        self._root.addStretch(2)
