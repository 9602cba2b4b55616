"""好差评: five levels, or skip. All five look alike: nothing hints at an answer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout

from kiosk.intents import Chosen, Declined
from kiosk.views import Option, RatingView
from ui.components.button import Button, TouchButton
from ui.components.kit import Kit
from ui.components.pictures import draw_face
from ui.components.text import Paragraph
from ui.screens.base import Screen


class FaceButton(TouchButton):
    """A face above (portrait: before) its word."""

    def __init__(self, kit: Kit, option: Option, mood: float) -> None:
        super().__init__(kit, option.label, "key", option.detail)
        self._mood = mood
        self.setMinimumHeight(kit.metrics.pick(60, 70) if kit.flat else kit.metrics.pick(36, 38))

    @property
    def is_cut(self) -> bool:
        words = self._words()
        stacked = words.height + (self.kit.metrics.pick(24, 26) if self.kit.flat else 0)
        return words.is_elided or stacked > self.height()

    def _words(self) -> Paragraph:
        metrics = self.kit.metrics
        room = self.width() - (metrics.mm(3) if self.kit.flat else metrics.mm(6) + metrics.pick(38, 40))
        px = metrics.small if self.kit.flat else metrics.lead
        return Paragraph(self.text(), self.kit.font(px, True), room, 2)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        side, words, accent = self.kit.metrics.pick(24, 26), self._words(), self.kit.colours.accent
        if self.kit.flat:
            top = (self.height() - side - words.height) / 2
            draw_face(painter, QRectF(area.center().x() - side / 2, top, side, side), self._mood, accent)
            at = QPointF(area.center().x() - words.width / 2, top + side)
            words.draw(painter, at, self.kit.colours.ink, Qt.AlignmentFlag.AlignHCenter)
            return
        left = area.x() + self.kit.metrics.mm(4)
        draw_face(painter, QRectF(left, area.center().y() - side / 2, side, side), self._mood, accent)
        at = QPointF(left + side + self.kit.metrics.mm(7), area.center().y() - words.height / 2)
        words.draw(painter, at, self.kit.colours.ink, Qt.AlignmentFlag.AlignLeft)


class RatingScreen(Screen[RatingView]):
    """The best level stands first, as the national order has it."""

    def _compose(self, view: RatingView) -> None:
        self._say(view.body)
        grid = QGridLayout()
        grid.setSpacing(self._kit.metrics.mm(4))
        across = len(view.options) if self._scene.wide else 3 if self._kit.low else 1
        last = max(1, len(view.options) - 1)
        for place, option in enumerate(view.options):
            at = divmod(place, across)
            grid.addWidget(self._face(option, 1 - 2 * place / last), *at)
        self._root.addStretch(1)
        self._root.addLayout(grid)
        self._root.addStretch(2)

    def _face(self, option: Option, mood: float) -> FaceButton:
        button = FaceButton(self._kit, option, mood)
        button.clicked.connect(lambda: self.intent.emit(Chosen(option.id)))
        return button

    def _actions(self, view: RatingView) -> list[Button]:
        return [self._button(view.skip, Declined(), "second")]
