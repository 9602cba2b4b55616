"""Quiet surfaces: panels, bands that say something important, rows of label and value."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.components.icons import icon
from ui.components.kit import Kit, column, row
from ui.components.text import Text, spoken

Mood = Literal["plain", "info", "ok", "warn", "bad", "amber"]

_MOODS: dict[Mood, tuple[str, str, str, str]] = {  # names of colours for fill, edge and text; the icon
    "plain": ("surface", "line", "ink", "info"),
    "info": ("accent_soft", "accent_soft", "accent", "info"),
    "ok": ("ok_soft", "ok_soft", "ok", "check-circle"),
    "warn": ("warn_soft", "warn_mark", "warn", "warning"),
    "amber": ("warn_mark", "warn", "on_warn_mark", "warning"),
    "bad": ("bad_soft", "bad", "bad", "warning-circle"),
}


class Panel(QFrame):
    """A rounded surface with a column in it."""

    def __init__(self, kit: Kit, mood: Mood = "plain", *, spacing_mm: float = 3.5, pad_mm: float = 6) -> None:
        super().__init__()
        self._kit = kit
        self._fill, self._edge = (getattr(kit.colours, name) for name in _MOODS[mood][:2])
        pad = kit.metrics.mm(pad_mm)
        self.box: QVBoxLayout = column(kit.metrics.mm(spacing_mm), (pad, pad, pad, pad))
        self.setLayout(self.box)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(self._fill))
        painter.setPen(QPen(QColor(self._edge), max(1.0, 0.3 * self._kit.metrics.px_per_mm)))
        radius = self._kit.metrics.radius
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()


class Symbol(QLabel):
    """An icon of the family beside words that say the same: nothing to speak."""

    def __init__(self, name: str, colour: str, px: int) -> None:
        super().__init__()
        self._image = icon(name, colour, px)
        self.setFixedSize(QSize(px, px))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        painter.end()


class Band(Panel):
    """One or two sentences with an icon: a problem, a hint, a state."""

    def __init__(self, kit: Kit, mood: Mood, title: str, body: str = "", symbol: str = "") -> None:
        super().__init__(kit, mood, pad_mm=4.5)
        _, _, name, usual = _MOODS[mood]
        ink = getattr(kit.colours, name)
        line = row(kit.metrics.mm(3.5))
        px = kit.metrics.pick(11.5, 15)
        mark = _tall(Symbol(symbol or usual, ink, px), Text(kit, title).minimumSizeHint().height())
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        words = column(kit.metrics.mm(0.5))
        words.addWidget(Text(kit, title, bold=bool(body)).coloured(ink))
        if body:
            words.addWidget(Text(kit, body).coloured(kit.colours.ink))
        line.addLayout(words, 1)
        self.box.addLayout(line)
        spoken(self, title, body)


class Pair(QWidget):
    """A label and its value, side by side where there is room, else one below the other; `aside` at the end."""

    def __init__(self, kit: Kit, label: str, value: str, aside: QWidget | None = None) -> None:
        super().__init__()
        outer = row(kit.metrics.gap)
        roomy = len(label) <= (9 if kit.language != "en" else 20) and not (kit.metrics.large and aside)
        words: QBoxLayout = row(kit.metrics.mm(4)) if roomy else column()
        name = Text(kit, label, kit.metrics.small).coloured(kit.colours.ink_soft)
        if roomy:
            name.setFixedWidth(
                kit.metrics.mm(46 if kit.language != "en" or kit.wide else 64) + 24 * int(kit.metrics.large)
            )
        words.addWidget(name, 0, Qt.AlignmentFlag.AlignVCenter if roomy else Qt.AlignmentFlag(0))
        words.addWidget(Text(kit, value, kit.metrics.body, lines=6), 1, Qt.AlignmentFlag.AlignVCenter)
        outer.addLayout(words, 1)
        if aside is not None:
            outer.addWidget(aside, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(outer)
        spoken(self, label, value)


class Rule(QFrame):
    """A hairline."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._colour = kit.colours.line
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._colour))
        painter.end()


class Bullet(QWidget):
    """A line of a list with a mark before it."""

    def __init__(self, kit: Kit, text: str, symbol: str = "", colour: str = "", number: int = 0) -> None:
        super().__init__()
        colour = colour or kit.colours.accent
        line: QHBoxLayout = row(kit.metrics.mm(3.5))
        body = Text(kit, text)
        mark: QWidget
        if number:
            mark = Text(kit, f"{number}", bold=True).coloured(colour).centred()
            mark.setFixedWidth(kit.metrics.pick(10, 13))
        else:
            mark = _tall(Symbol(symbol, colour, kit.metrics.pick(10, 13)), body.minimumSizeHint().height())
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(body, 1)
        self.setLayout(line)


def _tall(symbol: QWidget, height: int) -> QWidget:
    """`symbol` in a box as high as a line of text, so that both stand on one level."""
    box = QWidget()
    lay = column()
    lay.addWidget(symbol, 0, Qt.AlignmentFlag.AlignCenter)
    box.setLayout(lay)
    box.setFixedHeight(max(height, symbol.height()))
    return box
