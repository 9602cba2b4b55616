"""One question, one answer of a few."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kiosk.intents import Chosen
from kiosk.views import ChoiceView, Option
from ui.components.kit import add_rows
from ui.components.option import OptionCard
from ui.screens.base import Screen


class ChoiceScreen(Screen[ChoiceView]):
    """Pressing an answer gives it; there is no second button to find."""

    def _compose(self, view: ChoiceView) -> None:
        box = self._scrolled()
        self._say(view.hint, box)
        self._warn(view.problem, box)
        cards: list[QWidget] = [self._card(option, option.id == view.chosen) for option in view.options]
        across = 2 if self._scene.wide and len(view.options) > 2 else 1
        add_rows(box, cards, across, self._kit.metrics.mm(4))

    def _card(self, option: Option, is_chosen: bool) -> OptionCard:
        card = OptionCard(self._kit, option, is_chosen)
        card.clicked.connect(lambda: self.intent.emit(Chosen(option.id)))
        return card
