"""Pictures drawn by us: the open door, the card on its reader, the paper mouths, the five faces, the calm wait.

Motion is slow, at most eight steps a second, and stops with the picture's visibility.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPainterPath, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QSizePolicy

from ui.components.kit import Kit

STEP_MS = 125


class Picture(QFrame):
    """Base: draws into a box 100 wide and `RATIO`·100 high, scaled to fit; `turn` runs from 0 to 1 while moving."""

    RATIO = 0.7
    PERIOD_S = 0.0  # 0: a still picture

    def __init__(self, kit: Kit, height_mm: float) -> None:
        super().__init__()
        self.colours = kit.colours
        self._height = kit.metrics.mm(height_mm)
        self._ticks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._tick)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def turn(self) -> float:
        """How far the motion is, 0 to 1."""
        steps = max(1, int(self.PERIOD_S * 1000 / STEP_MS))
        return (self._ticks % steps) / steps

    def sizeHint(self) -> QSize:
        return QSize(int(self._height / self.RATIO), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._height // 3, self._height // 3)

    def showEvent(self, event: QShowEvent) -> None:
        if self.PERIOD_S:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        self._ticks += 1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(self.width() / 100, self.height() / (100 * self.RATIO))
        painter.translate((self.width() - 100 * scale) / 2, (self.height() - 100 * self.RATIO * scale) / 2)
        painter.scale(scale, scale)
        painter.setPen(Qt.PenStyle.NoPen)
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        """Paint, in units of a hundredth of the width."""
        raise NotImplementedError


def _fill(painter: QPainter, colour: str, area: QRectF, radius: float = 0.0) -> None:
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(area, radius, radius)


class DoorPicture(Picture):
    """A door that stands open, with light behind it, in a row of houses."""

    RATIO = 0.52

    def draw(self, painter: QPainter) -> None:
        for left, wide, high in ((3, 15, 24), (19, 12, 31), (69, 13, 29), (83, 14, 22)):
            _fill(painter, "#e6e0d3", QRectF(left, 46 - high, wide, high), 1.2)
            self._windows(painter, left, wide, high)
        _fill(painter, "#0b4f8a", QRectF(33, 4, 34, 42), 3)
        _fill(painter, self.colours.paper, QRectF(36.5, 8, 27, 38), 1.5)
        _fill(painter, self.colours.glow, QRectF(39, 11, 22, 35), 1)
        light = QPainterPath(QPointF(39, 46))
        for x, y in ((61, 46), (72, 51.5), (32, 51.5)):
            light.lineTo(x, y)
        painter.fillPath(light, QColor("#fbe7b8"))
        door = QPainterPath(QPointF(39, 11))
        for x, y in ((48, 14.5), (48, 49), (39, 46)):
            door.lineTo(x, y)
        painter.fillPath(door, QColor("#0d6a68"))
        _fill(painter, self.colours.glow, QRectF(45.2, 30, 1.5, 1.5), 0.75)
        painter.setPen(QPen(QColor(self.colours.line_strong), 0.35))
        painter.drawLine(QPointF(2, 46), QPointF(32.5, 46))
        painter.drawLine(QPointF(67.5, 46), QPointF(98, 46))

    def _windows(self, painter: QPainter, left: float, wide: float, high: float) -> None:
        for x in (left + wide * 0.2, left + wide * 0.6):
            for y in range(int(50 - high), 42, 7):
                _fill(painter, "#f8f5ef", QRectF(x, y, wide * 0.2, 3.2), 0.5)


class CardPicture(Picture):
    """What is handed over sinks onto its device again and again: an ID card, which lies still while it is `reading`, a
    bank card (`slot`), or a slip with a bar code (`scanner`)."""

    RATIO = 0.62
    PERIOD_S = 4.0

    def __init__(self, kit: Kit, height_mm: float, reading: bool, place: str = "reader") -> None:
        super().__init__(kit, height_mm)
        self._reading = reading
        self._print = {"slot": self._bank_card, "scanner": self._bar_code}.get(place, self._id_card)

    def draw(self, painter: QPainter) -> None:
        _fill(painter, "#2e3a46", QRectF(16, 36, 68, 22), 4)
        _fill(painter, "#43525f", QRectF(20, 39, 60, 13), 2.5)
        lamp = self.colours.glow if self._reading else "#7fd1a4"
        _fill(painter, lamp, QRectF(46, 54, 8, 1.8), 0.9)
        sunk = 1.0 if self._reading else min(1.0, 0.5 - 0.5 * math.cos(min(1.0, self.turn * 1.6) * math.pi))
        self._card(painter, 3 + sunk * 17)
        if self._reading:
            self._waves(painter)

    def _card(self, painter: QPainter, top: float) -> None:
        area = QRectF(29, top, 42, 26.5)
        painter.setPen(QPen(QColor("#b9c6d2"), 0.5))
        _fill(painter, "#f2f7fb", area, 2.2)
        painter.setPen(Qt.PenStyle.NoPen)
        self._print(painter, top)

    def _bank_card(self, painter: QPainter, top: float) -> None:
        _fill(painter, "#c9d8e6", QRectF(33, top + 4, 12, 2.4), 0.9)
        for column in range(4):
            _fill(painter, "#9fb3c5", QRectF(33 + 8.6 * column, top + 10, 6.6, 1.9), 0.9)
        _fill(painter, "#d9b45a", QRectF(47, top + 16.5, 7, 6), 1)

    def _bar_code(self, painter: QPainter, top: float) -> None:
        _fill(painter, "#9fb3c5", QRectF(33, top + 4.2, 22, 1.9), 0.9)
        left = 33.0
        for wide in (0.9, 1.8, 0.9, 0.9, 2.6, 0.9, 1.8, 0.9, 2.6, 0.9, 0.9, 1.8):
            _fill(painter, "#2e3a46", QRectF(left, top + 9, wide, 12.5), 0)
            left += wide + 1.4

    def _id_card(self, painter: QPainter, top: float) -> None:
        _fill(painter, "#c9d8e6", QRectF(58, top + 4, 9.5, 12), 1)
        _fill(painter, "#8ea6bb", QRectF(60.9, top + 5.8, 3.7, 3.9), 1.9)
        _fill(painter, "#8ea6bb", QRectF(59.4, top + 10.6, 6.7, 5.4), 2.2)
        for y, wide in ((4.2, 13), (8.2, 18), (12.2, 22)):
            _fill(painter, "#9fb3c5", QRectF(33, top + y, wide, 1.9), 0.9)
        _fill(painter, self.colours.accent, QRectF(33, top + 20.5, 30, 2), 1)

    def _waves(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in range(3):
            shade = QColor(self.colours.accent)
            shade.setAlphaF(0.25 + 0.6 * max(0.0, math.cos((self.turn * 2 - place / 3) * 2 * math.pi)))
            painter.setPen(QPen(shade, 1.1))
            reach = 5.0 + 4 * place
            painter.drawArc(QRectF(50 - reach, 13 - reach, 2 * reach, 2 * reach), 45 * 16, 90 * 16)


class MouthPicture(Picture):
    """The terminal with the mouth to look at lit: A4 below, receipt on the right; paper comes out of it."""

    RATIO = 0.8
    PERIOD_S = 3.0

    def __init__(self, kit: Kit, height_mm: float, document: bool, stopped: bool) -> None:
        super().__init__(kit, height_mm)
        self._document, self._stopped = document, stopped
        if stopped:
            self.PERIOD_S = 0.0

    def draw(self, painter: QPainter) -> None:
        _fill(painter, "#d8dee4", QRectF(24, 2, 52, 72), 4)
        _fill(painter, "#2e3a46", QRectF(29, 7, 42, 30), 2)
        _fill(painter, "#dfe9f2", QRectF(31, 9, 38, 26), 1)
        colour = self.colours.warn_mark if self._stopped else self.colours.accent
        out = 0.35 if self._stopped else 0.15 + 0.85 * min(1.0, self.turn * 1.4)
        self._mouth(painter, QRectF(32, 55, 24, 3.4), colour if self._document else "")
        self._mouth(painter, QRectF(60, 44, 11, 3), "" if self._document else colour)
        if self._document:
            self._paper(painter, QRectF(34, 57, 20, 20 * out))
        else:
            self._paper(painter, QRectF(61.5, 46, 8, 18 * out))

    def _mouth(self, painter: QPainter, area: QRectF, colour: str) -> None:
        if colour:
            _fill(painter, colour, area.adjusted(-2.2, -2.2, 2.2, 2.2), 3)
        _fill(painter, "#2e3a46", area, 1.2)

    def _paper(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(QColor("#9aa4ad"), 0.35))
        _fill(painter, "#ffffff", area)
        painter.setPen(Qt.PenStyle.NoPen)
        y = area.bottom() - 3
        while y > area.top() + 1:
            _fill(painter, "#b5bec6", QRectF(area.x() + 1.6, y, area.width() - 3.2, 0.8))
            y -= 2.4


class WaitPicture(Picture):
    """Three dots that breathe one after the other."""

    RATIO = 0.3
    PERIOD_S = 2.5

    def draw(self, painter: QPainter) -> None:
        for place in range(3):
            swell = max(0.0, math.sin((self.turn - place / 6) * 2 * math.pi))
            shade = QColor(self.colours.accent)
            shade.setAlphaF(0.35 + 0.65 * swell)
            painter.setBrush(shade)
            radius = 4.2 + 1.8 * swell
            painter.drawEllipse(QPointF(30 + 20 * place, 15), radius, radius)


def draw_face(painter: QPainter, area: QRectF, mood: float, colour: str) -> None:
    """A face in `area`; `mood` from 1 (delighted) to -1 (upset) bends the mouth."""
    pen = QPen(QColor(colour), area.width() * 0.06)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inset = area.width() * 0.05
    painter.drawEllipse(area.adjusted(inset, inset, -inset, -inset))
    painter.setBrush(QColor(colour))
    for x in (0.34, 0.66):
        eye = QPointF(area.x() + area.width() * x, area.y() + area.height() * 0.4)
        painter.drawEllipse(eye, area.width() * 0.025, area.width() * 0.025)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    y = area.y() + area.height() * (0.66 - 0.05 * mood)
    mouth = QPainterPath(QPointF(area.x() + area.width() * 0.3, y))
    bend = y + area.height() * 0.22 * mood
    mouth.quadTo(QPointF(area.center().x(), bend), QPointF(area.x() + area.width() * 0.7, y))
    painter.drawPath(mouth)
