"""What can be chosen while composing Chinese: rows of candidates, and the bar above the keys.

Not responsible for where candidates come from (ui.keyboard.rime).
"""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.keyboard.key import Clock, Key, Look
from ui.keyboard.labels import label
from ui.metrics import Metrics
from ui.theme import Style, font


class CandidateFlow(QWidget):
    """Candidates in as many rows as fit. `chosen` carries the place in the list that was filled in."""

    chosen = Signal(int)

    def __init__(
        self,
        metrics: Metrics,
        style: Style,
        clock: Clock,
        parent: QWidget | None = None,
        aligned: bool = False,
    ) -> None:
        """`aligned`: in columns, as for a page; otherwise each as wide as its text."""
        super().__init__(parent)
        self._aligned = aligned
        self._metrics, self._style, self._clock = metrics, style, clock
        self._pool: list[Key] = []
        self._texts: list[str] = []
        self._leads = True
        self.text_px = metrics.lead
        face = font(style.language, self.text_px)
        self._measure = QFontMetrics(face)
        face.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
        self._own = QFontMetrics(face)
        self.shown = 0
        """How many of the list the last `fill` used up."""

    def fill(self, texts: list[str], leads: bool = True) -> None:
        """Show `texts` from the first on; `leads`: the first is what Space would choose."""
        self._texts, self._leads = texts, leads
        self._place()

    @property
    def keys(self) -> list[Key]:
        """The candidates on show."""
        return [key for key in self._pool if not key.isHidden()]

    def row_height(self) -> int:
        """Height of one row, in pixels."""
        return self._metrics.key + self._metrics.gap

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place them anew."""
        self._place()

    def _place(self) -> None:
        left, top, used, self.shown = 0, 0, 0, 0
        height = self.height() // max(1, self.height() // self.row_height())
        for at, text in enumerate(self._texts):
            if not self._drawable(text):  # a box with a number in it can be chosen by nobody
                self.shown = at + 1
                continue
            width = min(self._width(text), self.width())
            if left + width > self.width() and left:
                left, top = 0, top + height
            if top + height > self.height():
                break
            self._put(used, at, text).setGeometry(left, top, width, height)
            left, used, self.shown = left + width, used + 1, at + 1
        for key in self._pool[used:]:
            key.hide()

    def _put(self, used: int, at: int, text: str) -> Key:
        if used == len(self._pool):
            key = Key(self._metrics, self._style, self._clock, self)
            key.text_px = self.text_px
            key.used.connect(lambda: self.chosen.emit(key.property("at")))
            self._pool.append(key)
        key = self._pool[used]
        key.look = Look.FIRST if at == 0 and self._leads else Look.BARE
        key.setProperty("at", at)
        key.setText(text)
        key.setAccessibleName(text)
        key.show()
        key.update()
        return key

    def _width(self, text: str) -> int:
        room = self._measure.horizontalAdvance(text) + 2 * self._metrics.mm(3.5) + self._metrics.gap
        least = self._metrics.key + self._metrics.gap
        if not self._aligned:
            return max(room, least)
        column = self.width() / max(1, self.width() // (least + self._metrics.mm(4)))
        return int(math.ceil(room / column - 0.15) * column)

    def _drawable(self, text: str) -> bool:
        """By the typeface itself: what other fonts of the machine know must not push the common ones back."""
        return all(self._own.inFontUcs4(ord(character)) for character in text)


class CandidateBar(QWidget):
    """The line of what is being composed, one row of candidates, and a key for more of them."""

    chosen = Signal(int)
    expanded = Signal()

    def __init__(self, metrics: Metrics, style: Style, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._metrics, self._style = metrics, style
        self._preedit = self._notice = ""
        self.flow = CandidateFlow(metrics, style, clock, self)
        self.flow.chosen.connect(self.chosen)
        self.more = Key(metrics, style, clock, self)
        self.more.look = Look.QUIET
        self.more.setAccessibleName(label("more", style.language))
        self.more.used.connect(self.expanded)
        self.setAccessibleName("")
        self.show_state("", [], more=False, open_=False)

    @property
    def keys(self) -> list[Key]:
        """The candidates on show, and the key for more when there are more."""
        return [*self.flow.keys, *([] if self.more.isHidden() else [self.more])]

    def show_state(self, preedit: str, texts: list[str], more: bool, open_: bool) -> None:
        """Show what is composed and can be chosen; `open_`: the page of many is open below."""
        self._preedit = preedit
        self.setAccessibleDescription(preedit)
        self.flow.fill([] if open_ else texts)
        self.more.sign = "up" if open_ else "down"
        self.more.setAccessibleName(label("fewer" if open_ else "more", self._style.language))
        self.more.setVisible(open_ or bool(texts) and (more or self.flow.shown < len(texts)))
        self.update()

    def show_notice(self, notice: str) -> None:
        """A sentence in the place of candidates; empty takes it away."""
        self._notice = notice
        self.setAccessibleName(notice)
        self.update()

    def line_height(self) -> int:
        """Height of the line of what is being composed."""
        return round(self._metrics.small * 1.5)

    def height_wanted(self) -> int:
        """In pixels."""
        return self.line_height() + self.flow.row_height() + self._metrics.mm(2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The line above, the candidates below, the key for more at the right."""
        side = self.flow.row_height()
        top = self.height() - side
        self.more.setGeometry(self.width() - side - self._metrics.mm(2), top - self._metrics.mm(1), side, side)
        inset = self._metrics.mm(2)
        self.flow.setGeometry(inset, top - inset // 2, self.width() - side - 2 * inset, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The band, and the line or the notice on it."""
        if not self._preedit and not self._notice:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inset, radius = self._metrics.gap / 2, self._metrics.mm(2.2)
        band = self.rect().adjusted(int(inset), 0, -int(inset), 0)
        painter.setPen(QColor(self._style.colours.line))
        painter.setBrush(QColor(self._style.colours.surface))
        painter.drawRoundedRect(band, radius, radius)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        margin = self._metrics.mm(4)
        if self._notice and not self._preedit:
            painter.setPen(QColor(self._style.colours.ink_soft))
            painter.setFont(font(self._style.language, self._metrics.small))
            wrap = left | Qt.TextFlag.TextWordWrap
            painter.drawText(band.adjusted(margin, 0, -margin, 0), int(wrap), self._notice)
        else:
            painter.setPen(QColor(self._style.colours.accent))
            painter.setFont(font(self._style.language, self._metrics.small))
            line = band.adjusted(margin, self._metrics.mm(1), -margin, 0)
            line.setHeight(self.line_height())
            painter.drawText(line, int(left), self._preedit)
        painter.end()
