"""One question, several answers: each is switched on and off, the main button takes them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kiosk.intents import Picked, Touched
from kiosk.views import ChoicesView, Option
from ui.components.button import Button
from ui.components.kit import add_rows
from ui.components.option import OptionCard
from ui.components.text import Text
from ui.screens.base import Screen


class ChoicesScreen(Screen[ChoicesView]):
    """What was switched on stays on while it is the same question."""

    _on: tuple[str, ...] = ()

    def _forget(self, view: ChoicesView) -> None:
        self._on = view.chosen

    def _compose(self, view: ChoicesView) -> None:
        box = self._scrolled()
        self._say(view.hint, box)
        self._warn(view.problem, box)
        count = self._kit.say("choices.count", least=view.least, most=view.most, chosen=len(self._on))
        box.addWidget(Text(self._kit, count, bold=True).coloured(self._kit.colours.accent))
        cards: list[QWidget] = [self._card(option) for option in view.options]
        across = 2 if self._scene.wide and len(view.options) > 2 else 1
        add_rows(box, cards, across, self._kit.metrics.mm(4))

    def _card(self, option: Option) -> OptionCard:
        card = OptionCard(self._kit, option, option.id in self._on)
        card.clicked.connect(lambda: self._switch(option.id))
        return card

    def _switch(self, name: str) -> None:
        assert self._view is not None
        kept = tuple(other for other in self._on if other != name)
        added = (*self._on, name) if name not in self._on and len(self._on) < self._view.most else kept
        self._on = tuple(option.id for option in self._view.options if option.id in added)
        self._rebuild()
        self.intent.emit(Touched())

    def _actions(self, view: ChoicesView) -> list[Button]:
        words = self._kit.say("button.skip" if not view.least and not self._on else "button.next")
        button = self._button(words, None, "main", "check")
        button.setEnabled(view.least <= len(self._on) <= view.most)
        button.clicked.connect(lambda: self.intent.emit(Picked(self._on)))
        return [button]
