"""One key: a cell that is all hit area, with a face painted a little smaller inside it.

Acts on release. Fingers reach it as touches of their own, so that two thumbs can type in turn; a bounce of
the same key within 60 ms is ignored, and nothing repeats while held. Not responsible for its place
(ui.keyboard.grid).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QTouchEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.keyboard import signs
from ui.metrics import Metrics
from ui.theme import Style, font

BOUNCE_S = 0.06
ARROW_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)

Clock = Callable[[], float]
"""Seconds that only grow."""


@dataclass(frozen=True)
class Paint:
    """Names of the colours of a face: resting, pressed, what is written on it, and its edge (empty: none)."""

    face: str
    pressed: str
    ink: str
    edge: str


class Look(Enum):
    """How a key is painted."""

    PLAIN = Paint("surface", "pressed", "ink", "line_strong")
    QUIET = Paint("surface_off", "pressed", "ink", "line_strong")
    MAIN = Paint("accent", "accent_down", "accent_ink", "accent")
    CHOSEN = Paint("accent_soft", "pressed", "accent", "accent")
    BARE = Paint("", "pressed", "ink", "")
    FIRST = Paint("accent_soft", "pressed", "accent", "")


class Key(QAbstractButton):
    """A key of the on-screen keyboards. `used` is emitted once for each press that counts."""

    used = Signal()

    def __init__(
        self,
        metrics: Metrics,
        style: Style,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.look = Look.PLAIN
        self.hint = ""
        self.hint_share = 0.5
        self.sign = ""  # a drawn sign of ui.keyboard.signs instead of the text
        self.text_px = metrics.body
        self._metrics, self._style, self._clock = metrics, style, clock
        self._down_at = self._ended_at = float("-inf")
        self._ringed = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a press never takes the focus from what is written
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.pressed.connect(self._began)
        self.clicked.connect(self._ended)

    def event(self, event: QEvent) -> bool:
        """Fingers come here; everything else goes Qt's way."""
        if isinstance(event, QTouchEvent):
            self._touched(event)
            return True
        return super().event(event)

    def face(self) -> QRectF:
        """Where the face is painted: the cell without half a gap on each side."""
        inset = self._metrics.gap / 2
        return QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)

    def nextCheckState(self) -> None:
        """A press does not toggle: whoever owns the key says whether it is the chosen one."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows are the panel's, to walk with; Enter presses like Space."""
        if event.key() in ARROW_KEYS:
            event.ignore()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A ring for those who walk with keys; none where the window just came up."""
        self._ringed = event.reason() != Qt.FocusReason.ActiveWindowFocusReason
        super().focusInEvent(event)

    def _began(self) -> None:
        self._down_at = self._clock()

    def _ended(self) -> None:
        bounced = self._down_at - self._ended_at < BOUNCE_S
        self._ended_at = self._clock()
        if not bounced:
            self.used.emit()

    def _touched(self, event: QTouchEvent) -> None:
        event.accept()
        inside = bool(event.points()) and self.hitButton(event.points()[0].position().toPoint())
        was_down = self.isDown()
        if event.type() == QEvent.Type.TouchBegin and self.isEnabled():
            self._began()
            self.setDown(True)
        elif event.type() == QEvent.Type.TouchUpdate:
            self.setDown(was_down and inside)
        else:
            self.setDown(False)
            if event.type() == QEvent.Type.TouchEnd and was_down and inside:
                self._ended()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Face, edge, text or sign, hint, ring of the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face, paint = self.face(), self._paint()
        self._paint_face(painter, face, paint)
        painter.setPen(QColor(paint.ink if self.isEnabled() else self._style.colours.ink_off))
        if self.sign:
            signs.paint(painter, self.sign, face, self.text_px)
        else:
            self._paint_text(painter, face)
        painter.end()

    def _paint(self) -> Paint:
        names = self.look.value
        found = (
            getattr(self._style.colours, name) if name else ""
            for name in (names.face, names.pressed, names.ink, names.edge)
        )
        return Paint(*found)

    def _paint_face(self, painter: QPainter, face: QRectF, paint: Paint) -> None:
        radius = self._metrics.mm(2.2)
        colour = paint.pressed if self.isDown() else paint.face
        if not self.isEnabled():
            colour = self._style.colours.surface_off if paint.face else ""
        painter.setPen(Qt.PenStyle.NoPen if not paint.edge else QPen(QColor(self._edge(paint)), 1.4))
        painter.setBrush(QColor(colour) if colour else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(face.adjusted(0.7, 0.7, -0.7, -0.7), radius, radius)
        if self._has_ring():
            width = self._metrics.mm(0.9)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._style.colours.focus), width))
            grown = face.adjusted(-width / 2, -width / 2, width / 2, width / 2)
            painter.drawRoundedRect(grown, radius + width / 2, radius + width / 2)

    def _has_ring(self) -> bool:
        by_key = self.window().property("by_key")  # the window says so where it knows (ui.window)
        return self.hasFocus() and bool(self._ringed if by_key is None else by_key)

    def _edge(self, paint: Paint) -> str:
        if not self.isEnabled():
            return self._style.colours.line
        return self._style.colours.accent if self.isDown() else paint.edge

    def _paint_text(self, painter: QPainter, face: QRectF) -> None:
        # The weight says "chosen" and "main" beside the colour, for those who do not see the colour.
        bold = self.look in (Look.MAIN, Look.CHOSEN)
        painter.setFont(font(self._style.language, self.text_px, bold))
        if not self.hint:
            painter.drawText(face, Qt.AlignmentFlag.AlignCenter, self.text())
            return
        small = round(self.text_px * self.hint_share)
        beside = face.width() > 2 * face.height()
        main = face if beside else face.adjusted(0, 0, 0, -small * 1.2)
        painter.drawText(main, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.setFont(font(self._style.language, small))
        painter.setPen(QColor(self._style.colours.ink_soft if self.isEnabled() else self._style.colours.ink_off))
        if beside:
            right = face.adjusted(0, 0, -self._metrics.mm(4), 0)
            painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.hint)
        else:
            lower = face.adjusted(0, 0, 0, -self._metrics.mm(0.8))
            painter.drawText(lower, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, self.hint)
