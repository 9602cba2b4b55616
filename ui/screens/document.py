"""Look at a document before it is printed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout

from kiosk.intents import Confirmed, Touched
from kiosk.views import DocumentView
from ui.components.button import Button
from ui.components.kit import Kit, row
from ui.components.text import Text, spoken
from ui.screens.base import Screen


class Sheet(QFrame):
    """One page as a sheet of paper; a picture that cannot be read leaves the sheet white."""

    def __init__(self, kit: Kit, png: bytes) -> None:
        super().__init__()
        self._kit = kit
        self._image = QImage.fromData(png)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(kit.metrics.mm(60))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        size = self._image.size().toSizeF()
        if size.isEmpty():
            size.setWidth(210)
            size.setHeight(297)
        size.scale(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(0, 0, size.width(), size.height())
        target.moveCenter(area.center())
        painter.setPen(QPen(QColor(self._kit.colours.line_strong), 1))
        painter.setBrush(QColor(self._kit.colours.surface))
        painter.drawRect(target)
        painter.drawImage(target, self._image)
        painter.end()


class DocumentScreen(Screen[DocumentView]):
    """Page pictures, one at a time; nothing to pinch."""

    _page = 0

    def _forget(self, view: DocumentView) -> None:
        self._page = 0

    def _compose(self, view: DocumentView) -> None:
        words_box, large = self._columns(1, 2)
        self._say(view.hint, words_box)
        self._page = min(self._page, max(0, len(view.pages) - 1))
        sheet = Sheet(self._kit, view.pages[self._page] if view.pages else b"")
        words = self._kit.say("page.sheet", page=self._page + 1, of=max(1, len(view.pages)))
        spoken(sheet, words)
        self._reading(large).addWidget(sheet, 1)
        if self._scene.wide:
            words_box.addStretch(1)
        if len(view.pages) > 1:
            self._turner(view, words, words_box)

    def _turner(self, view: DocumentView, words: str, box: QVBoxLayout) -> None:
        before = self._turn_button("button.page_before", "caret-left", -1)
        after = self._turn_button("button.page_after", "caret-right", 1)
        after.symbol_after = True
        before.setEnabled(self._page > 0)
        after.setEnabled(self._page < len(view.pages) - 1)
        line = row(self._kit.metrics.gap)
        label = Text(self._kit, words, bold=True).centred()
        if self._scene.wide:
            for widget in (label, before, after):
                box.addWidget(widget)
        else:
            line.addWidget(before, 1)
            line.addWidget(label, 1, Qt.AlignmentFlag.AlignVCenter)
            line.addWidget(after, 1)
        box.addLayout(line)

    def _turn_button(self, key: str, symbol: str, by: int) -> Button:
        button = self._button(self._kit.say(key), None, "second", symbol)
        button.clicked.connect(lambda: self._turn(by))
        return button

    def _turn(self, by: int) -> None:
        view = self._view
        if view is None or not 0 <= self._page + by < len(view.pages):
            return
        self._page += by
        self._rebuild()
        self.intent.emit(Touched())

    def _actions(self, view: DocumentView) -> list[Button]:
        return [self._button(view.confirm, Confirmed(), "main", "printer")]
