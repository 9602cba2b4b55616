"""Big answers to one question, and the tiles of the menu."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QSizePolicy

from kiosk.views import Door, Option, Readiness, Tile
from ui.components.button import Look, TouchButton
from ui.components.icons import icon
from ui.components.kit import Kit
from ui.components.text import Paragraph

BADGES = {
    Readiness.READY: ("check-circle", "ok", "ok_soft"),
    Readiness.LATER: ("clock", "warn", "warn_soft"),
    Readiness.UNAVAILABLE: ("prohibit", "ink_off", "surface_off"),
}


class Card(TouchButton):
    """Base of options and tiles: a stack of paragraphs whose height follows from the width."""

    def __init__(self, kit: Kit, text: str, look: Look = "key", description: str = "") -> None:
        super().__init__(kit, text, look, description)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def parts(self) -> list[tuple[str, QFont, str, int]]:
        """The paragraphs: text, face, colour, most lines."""
        return []

    def side(self) -> int:
        """Pixels kept free on the left for a mark."""
        return 0

    def foot(self, width: int) -> int:
        """Pixels kept free below the paragraphs."""
        return 0

    def stack(self, width: float) -> list[tuple[Paragraph, str]]:
        """The paragraphs, broken for a card `width` pixels wide."""
        room = width - 2 * self._pad() - self.side()
        return [(Paragraph(text, face, room, lines), ink) for text, face, ink, lines in self.parts() if text]

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        words = sum(paragraph.height for paragraph, _ in self.stack(width))
        tall = int(words) + 2 * self._pad() + self.foot(width)
        return max(tall, self.kit.metrics.pick(28, 32))

    def sizeHint(self) -> QSize:
        width = self.kit.metrics.mm(70)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.kit.metrics.target, self.kit.metrics.target)

    @property
    def is_cut(self) -> bool:
        needed = sum(paragraph.height for paragraph, _ in self.stack(self.width())) + self.foot(self.width())
        return needed > self.height() + 1

    def _pad(self) -> int:
        return self.kit.metrics.mm(4.5)

    def _words(self, painter: QPainter, top: float) -> float:
        for paragraph, ink in self.stack(self.width()):
            paragraph.draw(painter, QPointF(self._pad() + self.side(), top), ink, Qt.AlignmentFlag.AlignLeft)
            top += paragraph.height
        return top


class OptionCard(Card):
    """One answer: a ring that fills when chosen, the label, a smaller second line."""

    def __init__(self, kit: Kit, option: Option, chosen: bool = False) -> None:
        description = option.detail if not chosen else f"{kit.say('page.chosen')} {option.detail}"
        super().__init__(kit, option.label, "chosen" if chosen else "key", description)
        self.option = option
        self.chosen = chosen
        self.setEnabled(option.enabled)

    def side(self) -> int:
        return self.kit.metrics.pick(15, 18)

    def parts(self) -> list[tuple[str, QFont, str, int]]:
        metrics, kit = self.kit.metrics, self.kit
        ink = kit.colours.ink if self.isEnabled() else kit.colours.ink_off
        return [
            (self.text(), kit.font(metrics.lead, True), self.paint.ink if self.chosen else ink, 4),
            (self.option.detail, kit.font(metrics.small), kit.colours.ink_soft, 4),
        ]

    def draw(self, painter: QPainter, area: QRectF) -> None:
        tall = sum(paragraph.height for paragraph, _ in self.stack(self.width()))
        self._words(painter, (self.height() - tall) / 2)
        px = self.kit.metrics.pick(10, 12)
        at = QPointF(self._pad(), (self.height() - px) / 2)
        if self.chosen or not self.isEnabled():
            name, ink = (
                ("check-circle", self.kit.colours.accent) if self.chosen else ("prohibit", self.kit.colours.ink_off)
            )
            painter.drawImage(at, icon(name, ink, px))
            return
        pen = painter.pen()
        pen.setColor(QColor(self.kit.colours.line_strong))
        pen.setWidthF(0.6 * self.kit.metrics.px_per_mm)
        painter.setPen(pen)
        painter.drawEllipse(QRectF(at.x(), at.y(), px, px).adjusted(2, 2, -2, -2))


class PicturedCard(Card):
    """Base of doors and tiles: an icon on a disc beside the words."""

    def side(self) -> int:
        return self.kit.metrics.pick(23, 27)

    def draw_picture(self, painter: QPainter, name: str, ink: str, fill: str) -> None:
        """Paint the icon on its disc, at the top left."""
        disc = self.kit.metrics.pick(19, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        painter.drawEllipse(QRectF(self._pad(), self._pad(), disc, disc))
        inner = int(disc * 0.62)
        shift = self._pad() + (disc - inner) / 2
        painter.drawImage(QPointF(shift, shift), icon(name, ink, inner))


class DoorCard(PicturedCard):
    """What leads to several services: icon, name, and some of what is behind it."""

    def __init__(self, kit: Kit, door: Door) -> None:
        super().__init__(kit, door.label, "key", door.detail)
        self.door = door

    def parts(self) -> list[tuple[str, QFont, str, int]]:
        metrics, kit = self.kit.metrics, self.kit
        return [
            (self.door.label, kit.font(metrics.lead, True), kit.colours.ink, 3),
            (self.door.detail, kit.font(metrics.small), kit.colours.ink_soft, 3),
        ]

    def draw(self, painter: QPainter, area: QRectF) -> None:
        self.draw_picture(painter, self.door.icon, self.kit.colours.accent, self.kit.colours.accent_soft)
        self._words(painter, self._pad())


class TileCard(PicturedCard):
    """A service in the menu: icon, title, one line, and what this machine can do for it now."""

    def __init__(self, kit: Kit, tile: Tile) -> None:
        badge = kit.say(f"readiness.{tile.readiness.value}")
        super().__init__(kit, tile.title, "key", " ".join((badge, tile.reason, tile.summary)).strip())
        self.tile = tile
        self.badge = badge
        self.is_off = tile.readiness is Readiness.UNAVAILABLE

    def parts(self) -> list[tuple[str, QFont, str, int]]:
        metrics, kit = self.kit.metrics, self.kit
        first, second = (kit.colours.ink_off,) * 2 if self.is_off else (kit.colours.ink, kit.colours.ink_soft)
        return [
            (self.tile.title, kit.font(metrics.lead, True), first, 3),
            (self.tile.summary, kit.font(metrics.small), second, 3),
        ]

    def foot(self, width: int) -> int:
        return int(self._badge(width).height) + self.kit.metrics.mm(4.5)

    def _badge(self, width: float) -> Paragraph:
        words = self.badge + (f" · {self.tile.reason}" if self.tile.reason else "")
        room = width - 2 * self._pad() - self.side() - self.kit.metrics.pick(14.5, 17.5)
        return Paragraph(words, self.kit.font(self.kit.metrics.small), room, 3)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        ink, fill = (
            (self.kit.colours.ink_off, self.kit.colours.surface_off)
            if self.is_off
            else (self.kit.colours.accent, self.kit.colours.accent_soft)
        )
        self.draw_picture(painter, self.tile.icon, ink, fill)
        self._words(painter, self._pad())
        self._draw_badge(painter)

    def _draw_badge(self, painter: QPainter) -> None:
        metrics = self.kit.metrics
        symbol, *names = BADGES[self.tile.readiness]
        ink, fill = (getattr(self.kit.colours, name) for name in names)
        words = self._badge(self.width())
        px, inset = metrics.pick(8, 10.5), metrics.mm(2.5)
        left = self._pad() + self.side()
        top = self.height() - self._pad() - words.height
        wide = px + metrics.mm(1.5) + words.natural_width + 2 * inset
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        air = metrics.mm(0.8)
        painter.drawRoundedRect(QRectF(left, top - air, wide, words.height + 2 * air), metrics.radius, metrics.radius)
        painter.drawImage(QPointF(left + inset, top + (words.leading - px) / 2), icon(symbol, ink, px))
        words.draw(painter, QPointF(left + inset + px + metrics.mm(1.5), top), ink, Qt.AlignmentFlag.AlignLeft)
