"""The sentence that is being spoken, as a caption at the foot of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from ui.components.kit import Kit, Stage, row
from ui.components.panel import Symbol
from ui.components.text import Text, spoken


class Caption(Stage):
    """Hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self._back = ""
        self.hide()

    def show_caption(self, kit: Kit, text: str) -> None:
        """Show `text`; an empty one hides the line."""
        self.setVisible(bool(text))
        if not text:
            self.clear()
            spoken(self, "")
            return
        self._back = kit.colours.ink
        line = row()
        self.fresh(line)
        metrics = kit.metrics
        line.setContentsMargins(metrics.margin, metrics.mm(3), metrics.margin, metrics.mm(3))
        line.setSpacing(metrics.mm(4))
        symbol = Symbol("speaker-high", kit.colours.paper, metrics.pick(8, 10))
        line.addWidget(symbol, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(Text(kit, text, metrics.small, lines=2).coloured(kit.colours.paper), 1)
        spoken(self, kit.say("page.caption"), text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._back))
        painter.end()
