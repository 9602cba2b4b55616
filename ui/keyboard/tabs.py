"""The modes of a keyboard side by side, one of them chosen. Not responsible for what a mode writes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.keyboard.key import Clock, Key, Look
from ui.keyboard.labels import label
from ui.keyboard.layouts import Mode
from ui.metrics import Metrics
from ui.theme import Style, font


class ModeTabs(QWidget):
    """`chosen` carries the Mode."""

    chosen = Signal(object)

    def __init__(self, modes: Sequence[Mode], metrics: Metrics, style: Style, clock: Clock, parent: QWidget) -> None:
        super().__init__(parent)
        self._metrics, self._style = metrics, style
        self._tabs = {mode: Key(metrics, style, clock, self) for mode in modes}
        for mode, tab in self._tabs.items():
            tab.setText(label(mode.value, style.language))
            tab.setAccessibleName(label(mode.value, style.language))
            tab.text_px = metrics.small
            tab.setCheckable(True)
            tab.used.connect(lambda mode=mode: self.chosen.emit(mode))

    @property
    def keys(self) -> list[Key]:
        """One for each mode."""
        return list(self._tabs.values())

    def mark(self, chosen: Mode) -> None:
        """Show which mode is in use."""
        for mode, tab in self._tabs.items():
            tab.look = Look.CHOSEN if mode is chosen else Look.BARE
            tab.setChecked(mode is chosen)
            tab.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Each as wide as its word needs, and an equal share of what is left."""
        needs = [self._need(tab) for tab in self._tabs.values()]
        share = (self.width() - sum(needs)) / max(1, len(needs))
        left = 0.0
        for need, tab in zip(needs, self._tabs.values(), strict=True):
            right = left + need + share
            tab.setGeometry(round(left), 0, round(right) - round(left), self.height())
            left = right

    def _need(self, tab: Key) -> int:
        word = QFontMetrics(font(self._style.language, tab.text_px, bold=True)).horizontalAdvance(tab.text())
        return self._metrics.gap + max(self._metrics.key, word + self._metrics.mm(2))
