"""The field that shows what is being written. It is painted, not edited: no clipboard, no menu, no cursor to lose."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy

from ui.components.kit import Kit
from ui.components.text import Paragraph, spoken


class TextField(QFrame):
    """`label` is spoken; the last lines of the text are shown, with a bar where the next character goes."""

    def __init__(self, kit: Kit, label: str, limit: int) -> None:
        super().__init__()
        self._kit, self._label, self._limit = kit, label, limit
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        spoken(self, label)

    def sizeHint(self) -> QSize:
        lines = 1 if self._limit <= 16 else 2
        return QSize(self._kit.metrics.mm(120), int(self._leading * lines) + self._kit.metrics.mm(14))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @property
    def _leading(self) -> float:
        return Paragraph("口", self._kit.font(self._kit.metrics.heading), 1000).leading

    def show_text(self, text: str) -> None:
        """Show `text`."""
        self._text = text
        spoken(self, self._label, text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self._kit.metrics
        thick = 0.8 * metrics.px_per_mm
        painter.setPen(QPen(QColor(self._kit.colours.accent), thick))
        painter.setBrush(QColor(self._kit.colours.surface))
        area = QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        painter.drawRoundedRect(area, metrics.radius, metrics.radius)
        pad = metrics.mm(5)
        count = self._kit.say("page.characters", count=len(self._text), limit=self._limit)
        small = Paragraph(count, self._kit.font(metrics.small), 10_000)
        room = area.width() - 2 * pad - small.natural_width - metrics.mm(4)
        self._words(painter, QRectF(pad, 0, room, self.height()))
        at = QPointF(area.right() - pad - small.natural_width, area.bottom() - metrics.mm(2) - small.height)
        small.draw(painter, at, self._kit.colours.ink_soft, Qt.AlignmentFlag.AlignLeft)
        painter.end()

    def _words(self, painter: QPainter, area: QRectF) -> None:
        whole = Paragraph(self._text, self._kit.font(self._kit.metrics.heading), area.width())
        fitting = max(1, int((self.height() - self._kit.metrics.mm(6)) / whole.leading))
        whole.lines = whole.lines[-fitting:]
        top = area.center().y() - whole.height / 2
        whole.draw(painter, QPointF(area.x(), top), self._kit.colours.ink, Qt.AlignmentFlag.AlignLeft)
        last = Paragraph(whole.lines[-1], whole.face, 100_000).natural_width
        x = area.x() + last + self._kit.metrics.mm(1)
        y = top + whole.height - whole.leading
        bar = QRectF(x, y + whole.leading * 0.14, 0.8 * self._kit.metrics.px_per_mm, whole.leading * 0.72)
        painter.fillRect(bar, QColor(self._kit.colours.accent))
