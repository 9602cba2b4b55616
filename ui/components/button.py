"""Things to press. They act on release inside, are at least one target large, and carry accessible names.

The guard against a second touch sits in front of the window (ui.guard), not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ui.components.icons import icon
from ui.components.kit import Kit
from ui.components.text import LEADING, Paragraph, clean, spoken

Look = Literal["main", "second", "quiet", "key", "chosen"]


@dataclass(frozen=True)
class _Paint:
    fill: str
    down: str
    ink: str
    edge: str


# fill, pressed, ink, edge: names of colours
_PAINTS: dict[Look, tuple[str, str, str, str]] = {
    "main": ("accent", "accent_down", "accent_ink", "accent"),
    "second": ("surface", "pressed", "accent", "accent"),
    "quiet": ("paper", "pressed", "ink", "line_strong"),
    "key": ("surface", "pressed", "ink", "line_strong"),
    "chosen": ("accent_soft", "pressed", "accent", "accent"),
}
_OFF = ("surface_off", "surface_off", "ink_off", "line")


class TouchButton(QAbstractButton):
    """Base of everything to press: a rounded field with a focus ring; subclasses paint what stands in it."""

    def __init__(self, kit: Kit, text: str, look: Look = "second", description: str = "") -> None:
        super().__init__()
        self.kit = kit
        self.look: Look = look
        self.setText(clean(text))
        spoken(self, text, description)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(kit.metrics.target, kit.metrics.target)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def paint(self) -> _Paint:
        """Colours for the present state."""
        names = _PAINTS[self.look] if self.isEnabled() else _OFF
        return _Paint(*(getattr(self.kit.colours, name) for name in names))

    @property
    def is_cut(self) -> bool:
        """Does the button lack room for its words?"""
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._field(painter)
        self.draw(painter, self._inner())
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses, as the space bar does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Paint the contents into `area`."""

    def _inner(self) -> QRectF:
        pad = self.kit.metrics.mm(3)
        return QRectF(self.rect()).adjusted(pad, 0, -pad, 0)

    def _field(self, painter: QPainter) -> None:
        metrics, paint = self.kit.metrics, self.paint
        thick = max(1.0, 0.4 * metrics.px_per_mm)
        area = QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        painter.setBrush(QColor(paint.down if self.isDown() else paint.fill))
        painter.setPen(QPen(QColor(paint.edge), thick))
        painter.drawRoundedRect(area, metrics.radius, metrics.radius)
        if self.hasFocus() and self.window().property("by_key"):  # the ring is for those who move by key
            inset = 1.6 * thick
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.kit.colours.focus), 2 * thick))
            painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), metrics.radius, metrics.radius)


class Button(TouchButton):
    """Words with an icon before (or after) them, centred; two lines at most."""

    def __init__(self, kit: Kit, text: str, look: Look = "second", *, symbol: str = "", px: int = 0) -> None:
        super().__init__(kit, text, look)
        self.symbol = symbol
        self.symbol_after = False
        self.bare = False  # the icon alone is shown, the words are spoken
        self.face = kit.font(px or (kit.metrics.lead if look == "main" else kit.metrics.body), look == "main")

        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        words = 0.0 if self.bare else Paragraph(self.text(), self.face, 100_000).natural_width
        return QSize(int(words) + self._symbol_room() + self.kit.metrics.mm(7), self._height(1))

    def hasHeightForWidth(self) -> bool:
        return self.sizePolicy().hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        room = width - 2 * self.kit.metrics.mm(3) - self._symbol_room()
        return self._height(1 if self.bare else len(Paragraph(self.text(), self.face, room, 2).lines))

    def _height(self, lines: int) -> int:
        metrics = self.kit.metrics
        least = metrics.pick(24, 28) if self.look == "main" else metrics.target
        return max(least, int(self.face.pixelSize() * LEADING * lines) + metrics.mm(5))

    def minimumSizeHint(self) -> QSize:
        metrics = self.kit.metrics
        return QSize(metrics.target, self.sizeHint().height())

    @property
    def is_cut(self) -> bool:
        words = self._words(self._inner())
        return not self.bare and (words.is_elided or words.breaks_a_word or words.height > self.height() + 1)

    def _symbol_px(self) -> int:
        return int(self.face.pixelSize() * 1.1)

    def _symbol_room(self) -> int:
        if not self.symbol:
            return 0
        return self._symbol_px() + (0 if self.bare else self.kit.metrics.mm(2.2))

    def _words(self, area: QRectF) -> Paragraph:
        return Paragraph(self.text(), self.face, area.width() - self._symbol_room(), 2)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        words = self._words(area)
        width = 0.0 if self.bare else words.natural_width
        left = area.x() + (area.width() - width - self._symbol_room()) / 2
        if self.symbol:
            picture = icon(self.symbol, self.paint.ink, self._symbol_px())
            at = left + width + self._symbol_room() - self._symbol_px() if self.symbol_after else left
            painter.drawImage(QPointF(at, area.center().y() - self._symbol_px() / 2), picture)
            left += 0 if self.symbol_after else self._symbol_room()
        if not self.bare:
            words.width = max(1.0, width)
            top = area.center().y() - words.height / 2
            words.draw(painter, QPointF(left, top), self.paint.ink, Qt.AlignmentFlag.AlignHCenter)


class Key(Button):
    """A key that grows in both directions; repeated touches come fast and are meant."""

    def __init__(self, kit: Kit, text: str, *, symbol: str = "", px: int = 0) -> None:
        super().__init__(kit, text, "key", symbol=symbol, px=px or kit.metrics.heading)
        self.bare = bool(symbol)
        self.setProperty("fast", True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
