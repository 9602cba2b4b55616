"""A field to write in with a finger. It keeps the strokes until it is cleared or dropped, and nothing else."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QSizePolicy

from ui.components.kit import Kit
from ui.components.text import spoken

LEAST_INK_MM = 25.0
"""Less than this is a slip of the finger, no signature."""

PICTURE = QSize(600, 240)


class InkField(QFrame):
    """`changed` after every stroke. One finger, or the mouse that the window makes of it."""

    changed = Signal()

    def __init__(self, kit: Kit, label: str) -> None:
        super().__init__()
        self._kit = kit
        self._strokes: list[list[QPointF]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(kit.metrics.mm(70))
        self.setProperty("fast", True)
        spoken(self, label)

    @property
    def is_signed(self) -> bool:
        """Whether there is enough ink."""
        return self._ink_px() >= LEAST_INK_MM * self._kit.metrics.px_per_mm

    def clear(self) -> None:
        """An empty field."""
        self._strokes.clear()
        self.update()
        self.changed.emit()

    def _ink_px(self) -> float:
        return sum(
            (after - before).manhattanLength()
            for stroke in self._strokes
            for before, after in zip(stroke, stroke[1:], strict=False)
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._strokes.append([event.position()])
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._strokes:
            self._strokes[-1].append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.changed.emit()

    def png(self) -> bytes:
        """The ink, black on white, as large as it fits."""
        image = QImage(PICTURE, QImage.Format.Format_Grayscale8)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        scale = min(PICTURE.width() / max(1, self.width()), PICTURE.height() / max(1, self.height()))
        painter.scale(scale, scale)
        self._draw(painter, QColor(Qt.GlobalColor.black), 3 / scale)
        painter.end()
        store = QByteArray()
        buffer = QBuffer(store)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know bytes only, Qt takes both
        return bytes(store.data())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self._kit.metrics
        painter.setPen(QPen(QColor(self._kit.colours.accent), 0.8 * metrics.px_per_mm))
        painter.setBrush(QColor(self._kit.colours.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), metrics.radius, metrics.radius)
        line = self.height() * 0.78
        painter.setPen(QPen(QColor(self._kit.colours.line_strong), 0.4 * metrics.px_per_mm, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(metrics.mm(8), line), QPointF(self.width() - metrics.mm(8), line))
        self._draw(painter, QColor(self._kit.colours.ink), 1.2 * metrics.px_per_mm)
        painter.end()

    def _draw(self, painter: QPainter, colour: QColor, width: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self._strokes:
            if len(stroke) == 1:
                painter.drawPoint(stroke[0])
            else:
                painter.drawPolyline(QPolygonF(stroke))
