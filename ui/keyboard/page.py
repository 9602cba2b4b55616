"""A page of many candidates in the place of the keys, with keys to leaf through them.

Keeps only where each page began. Not responsible for fetching: it says which index it wants to see from.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.keyboard.candidates import CandidateFlow
from ui.keyboard.key import Clock, Key, Look
from ui.keyboard.labels import label
from ui.metrics import Metrics
from ui.theme import Style

MANY = 72
"""Candidates to fetch for one page: more than fit."""


class CandidatePage(QWidget):
    """`chosen` carries the index over all candidates; `wanted` the index to show from; `closed` has none."""

    chosen = Signal(int)
    wanted = Signal(int)
    closed = Signal()

    def __init__(self, metrics: Metrics, style: Style, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._starts = [0]
        self.flow = CandidateFlow(metrics, style, clock, self, aligned=True)
        self.flow.chosen.connect(lambda at: self.chosen.emit(self._starts[-1] + at))
        self._buttons = [Key(metrics, style, clock, self) for _ in range(3)]
        self.previous, self.next, self.fewer = self._buttons
        for key, name in zip(self._buttons, ("previous", "next", "fewer"), strict=True):
            key.look = Look.QUIET
            key.setText(label(name, style.language))
            key.setAccessibleName(label(name, style.language))
            key.text_px = metrics.small
        self.previous.used.connect(self._back)
        self.next.used.connect(self._on)
        self.fewer.used.connect(self.closed)

    @property
    def keys(self) -> list[Key]:
        """The candidates on show, and the keys below them."""
        return [*self.flow.keys, *self._buttons]

    def begin(self) -> None:
        """Back to the first page."""
        self._starts = [0]

    def fill(self, texts: list[str], more: bool) -> None:
        """Show the candidates that were wanted; `more` follow after them."""
        self.flow.fill(texts, leads=len(self._starts) == 1)
        self.previous.setEnabled(len(self._starts) > 1)
        self.next.setEnabled(more or self.flow.shown < len(texts))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Candidates above, three keys below."""
        row = self.flow.row_height()
        self.flow.setGeometry(0, 0, self.width(), self.height() - row)
        third = self.width() // 3
        for at, key in enumerate(self._buttons):
            key.setGeometry(at * third, self.height() - row, third, row)

    def _back(self) -> None:
        self._starts = self._starts[:-1] or [0]
        self.wanted.emit(self._starts[-1])

    def _on(self) -> None:
        self._starts.append(self._starts[-1] + self.flow.shown)
        self.wanted.emit(self._starts[-1])
