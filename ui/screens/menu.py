"""Choose a service: ways to look, doors to several, tiles that say whether one can be done here now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout

from kiosk.intents import DoorChosen, ServiceChosen, TabChosen
from kiosk.views import Door, MenuView, Option, Tile
from ui.components.button import Button
from ui.components.kit import add_rows, column, row
from ui.components.option import DoorCard, PicturedCard, TileCard
from ui.components.text import Text
from ui.screens.base import Screen


class MenuScreen(Screen[MenuView]):
    """A tile that is not available is greyed, readable, and still opens its page, which says why."""

    def _compose(self, view: MenuView) -> None:
        if view.search:
            self._root.addWidget(self._button(view.search, TabChosen("search"), "second", "magnifying-glass"))
        if view.tabs:
            self._tabs(view)
        box = self._scrolled()
        if view.doors:
            self._cards([self._door(door) for door in view.doors], box)
        for group in view.groups:
            if group.title:
                heading = Text(self._kit, group.title, self._kit.metrics.lead, bold=True).coloured(
                    self._kit.colours.ink_soft
                )
                box.addWidget(heading)
            self._cards([self._tile(tile) for tile in group.tiles], box)

    def _tabs(self, view: MenuView) -> None:
        across = 2 if self._kit.metrics.large and not self._scene.wide else (6 if self._scene.wide else 4)
        for start in range(0, len(view.tabs), across):
            line = row(self._kit.metrics.gap)
            for tab in view.tabs[start : start + across]:
                line.addWidget(self._tab(tab, tab.id == view.tab))
            self._root.addLayout(line)

    def _tab(self, tab: Option, is_chosen: bool) -> Button:
        button = self._button(tab.label, TabChosen(tab.id), "chosen" if is_chosen else "quiet")
        button.setEnabled(tab.enabled)
        if is_chosen:
            button.setAccessibleDescription(self._kit.say("page.chosen"))
        return button

    def _cards(self, cards: Sequence[PicturedCard], box: QVBoxLayout) -> None:
        across = (2 if self._kit.metrics.large else 3) if self._scene.wide else 1 if self._kit.metrics.large else 2
        rows = column(self._kit.metrics.mm(4))
        add_rows(rows, cards, across, self._kit.metrics.mm(4))
        box.addLayout(rows)

    def _door(self, door: Door) -> DoorCard:
        card = DoorCard(self._kit, door)
        card.clicked.connect(lambda: self.intent.emit(DoorChosen(door.id)))
        return card

    def _tile(self, tile: Tile) -> TileCard:
        card = TileCard(self._kit, tile)
        card.clicked.connect(lambda: self.intent.emit(ServiceChosen(tile.id)))
        return card
