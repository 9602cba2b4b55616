"""Choose a service: filters, titled groups, tiles that say whether it can be done here now."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from kiosk.intents import ServiceChosen, TabChosen
from kiosk.views import Group, MenuView, Option, Tile
from ui.components.button import Button
from ui.components.kit import add_rows, column, row
from ui.components.option import TileCard
from ui.components.text import Text
from ui.screens.base import Screen
from ui.theme import COLOURS


class MenuScreen(Screen[MenuView]):
    """A tile that is not available is greyed, readable, and still opens its page, which says why."""

    def _compose(self, view: MenuView) -> None:
        if view.tabs:
            self._tabs(view)
        box = self._scrolled()
        for group in view.groups:
            if group.title:
                heading = Text(self._kit, group.title, self._kit.metrics.lead, bold=True).coloured(COLOURS.ink_soft)
                box.addWidget(heading)
            self._tiles(group, box)

    def _tabs(self, view: MenuView) -> None:
        across = 3 if self._kit.metrics.care and not self._scene.wide else (6 if self._scene.wide else 4)
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

    def _tiles(self, group: Group, box: QVBoxLayout) -> None:
        across = (2 if self._kit.metrics.care else 3) if self._scene.wide else 1 if self._kit.metrics.care else 2
        rows = column(self._kit.metrics.mm(4))
        add_rows(rows, [self._tile(tile) for tile in group.tiles], across, self._kit.metrics.mm(4))
        box.addLayout(rows)

    def _tile(self, tile: Tile) -> TileCard:
        card = TileCard(self._kit, tile)
        card.clicked.connect(lambda: self.intent.emit(ServiceChosen(tile.id)))
        return card
