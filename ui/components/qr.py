"""A QR code, painted module by module with its quiet zone."""

from __future__ import annotations

import segno
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame

from ui.components.kit import Kit
from ui.components.text import spoken

QUIET = 4  # modules, ISO/IEC 18004


class QrPicture(QFrame):
    """`text` as a QR code, `side_mm` square; modules are whole pixels, so the code may come out a little smaller."""

    def __init__(self, kit: Kit, text: str, side_mm: float) -> None:
        super().__init__()
        self._rows = [bytes(line) for line in segno.make(text, error="m", micro=False).matrix]
        self.setFixedSize(QSize(kit.metrics.mm(side_mm), kit.metrics.mm(side_mm)))
        spoken(self, kit.say("page.scan"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        across = len(self._rows) + 2 * QUIET
        module = max(1, self.width() // across)
        start = (self.width() - module * across) // 2 + module * QUIET
        for y, line in enumerate(self._rows):
            for x, is_dark in enumerate(line):
                if is_dark:
                    painter.fillRect(QRect(start + x * module, start + y * module, module, module), QColor("black"))
        painter.end()
