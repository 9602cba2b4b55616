"""The row of boxes that fills with digits; masked ones show dots and are never spoken."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy

from ui.components.kit import Kit
from ui.components.text import spoken


class DigitBoxes(QFrame):
    """`length` boxes, filled from the left."""

    def __init__(self, kit: Kit, length: int, masked: bool) -> None:
        super().__init__()
        self._kit, self._length, self._masked = kit, max(1, length), masked
        self._digits = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._speak()

    def sizeHint(self) -> QSize:
        return QSize(self._kit.metrics.mm(22) * self._length, self._kit.metrics.pick(30, 34))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._kit.metrics.mm(6) * self._length, self._kit.metrics.pick(30, 34))

    def show_digits(self, digits: str) -> None:
        """Show what has been entered so far."""
        self._digits = digits
        self._speak()
        self.update()

    def _speak(self) -> None:
        spoken(self, f"{len(self._digits)} / {self._length}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = self._kit.metrics.mm(3)
        side = min((self.width() - gap * (self._length - 1)) / self._length, self._kit.metrics.mm(30))
        left = (self.width() - side * self._length - gap * (self._length - 1)) / 2
        for place in range(self._length):
            self._box(painter, QRectF(left + place * (side + gap), 1, side, self.height() - 2), place)
        painter.end()

    def _box(self, painter: QPainter, area: QRectF, place: int) -> None:
        metrics = self._kit.metrics
        is_next = place == len(self._digits)
        pen = QPen(
            QColor(self._kit.colours.accent if is_next else self._kit.colours.line_strong),
            (0.8 if is_next else 0.4) * metrics.px_per_mm,
        )
        painter.setPen(pen)
        painter.setBrush(QColor(self._kit.colours.surface))
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), metrics.radius, metrics.radius)
        if place >= len(self._digits):
            return
        if self._masked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._kit.colours.ink))
            dot = min(area.width(), area.height()) / 8
            painter.drawEllipse(area.center(), dot, dot)
            return
        painter.setPen(QColor(self._kit.colours.ink))
        painter.setFont(self._kit.font(min(metrics.display, int(area.width() * 0.9)), True))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._digits[place])
