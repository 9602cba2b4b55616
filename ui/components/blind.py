"""The dark screen of those who only listen: nobody nearby reads along. A touch brings the page back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.components.kit import Kit, column
from ui.components.text import Text


class Blind(QWidget):
    """Covers the whole window; says how to lift it, and nothing else."""

    lifted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words: Text | None = None
        self._box = column()
        self.setLayout(self._box)
        self.hide()

    def cover(self, kit: Kit) -> None:
        """Come down over the window."""
        if self._words is not None:
            self._box.removeWidget(self._words)
            self._words.deleteLater()
        self._words = Text(kit, kit.say("speech.blind"), kit.metrics.lead).coloured("#ffffff").centred()
        self._box.addWidget(self._words, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setGeometry(self.window().rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.lifted.emit()
