"""Find a service by typing: the field, what was found, the keyboard. What is found changes with every key."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kiosk.intents import Searched, ServiceChosen
from kiosk.views import Option, SearchView, Tile
from ui.components.field import TextField
from ui.components.kit import add_rows, column
from ui.components.option import OptionCard, TileCard
from ui.components.scroll import Scroll
from ui.components.text import Text
from ui.keyboard import KeyboardPanel
from ui.keyboard.layouts import Mode
from ui.screens.base import Screen, content_of, is_same_question

FEW = 2
LONGEST = 16
"""Characters: one line of the field."""


class SearchScreen(Screen[SearchView]):
    """The keyboard lives on while results change: what is being composed must not be lost."""

    crowded = True
    _written = ""
    _composed = ""

    def render(self, view: SearchView) -> None:  # type: ignore[override]  # as the base: nobody calls QWidget's
        """Show `view`; of the same search only what was found."""
        before = self._view
        if before is None or before.chrome != view.chrome or not is_same_question(before, view):
            super().render(view)
            return
        self._view = view
        if content_of(before) != content_of(view):
            self._show_found(view)

    def _forget(self, view: SearchView) -> None:
        self._written, self._composed = view.text, ""

    def _compose(self, view: SearchView) -> None:
        kit = self._kit
        words, large = self._columns(1, 1)
        self._field = TextField(kit, view.title, LONGEST)
        self._reading(words).addWidget(self._field)
        holder = QWidget()  # made before the keyboard: read before it, as it is seen
        self._place = column()
        holder.setLayout(self._place)
        words.addWidget(holder, 1)
        self._found: QWidget | None = None
        keyboard = KeyboardPanel("chinese", kit.language, kit.metrics, colours=kit.colours)
        keyboard.setProperty("fast", True)
        keyboard.text_committed.connect(lambda text: self._type(self._written + text))
        keyboard.backspace.connect(lambda: self._type(self._written[:-1]))
        keyboard.composed.connect(self._compose_letters)
        keyboard.done.connect(self._open_first)
        if kit.language == "en":
            keyboard.set_mode(Mode.LATIN)
        large.addWidget(keyboard)
        if self._scene.wide:
            large.addStretch(1)
        self._field.show_text(self._written)
        self._show_found(view)

    def _type(self, text: str) -> None:
        self._written, self._composed = text[:LONGEST], ""
        self._field.show_text(self._written)
        self._report()

    def _compose_letters(self, letters: str) -> None:
        if letters != self._composed:
            self._composed = letters
            self._report()

    def _open_first(self) -> None:
        if self._view is not None and self._view.tiles:
            self.intent.emit(ServiceChosen(self._view.tiles[0].id))

    def _report(self) -> None:
        self.intent.emit(Searched(self._written + self._composed))

    def _show_found(self, view: SearchView) -> None:
        kit = self._kit
        content = QWidget()
        box = column(kit.metrics.mm(4))
        if view.advice:
            box.addWidget(Text(kit, view.advice))
        across = 1 if self._scene.wide or kit.metrics.large else 2
        shown = [self._short(tile) for tile in view.tiles[:FEW]] if self._narrow else [*map(self._tile, view.tiles)]
        add_rows(box, shown, across, kit.metrics.mm(4))
        box.addStretch(1)
        content.setLayout(box)
        found = content if self._narrow else Scroll(kit, content)
        if self._found is not None:
            self._found.hide()
            self._place.removeWidget(self._found)
            self._found.deleteLater()
        self._place.addWidget(found, 1)
        self._found = found

    @property
    def _narrow(self) -> bool:
        """Large keys leave little room in portrait: few results there, without a summary."""
        return (self._kit.metrics.large or self._kit.low) and not self._scene.wide

    def _heading(self, view: SearchView) -> None:
        if not self._kit.metrics.large:  # large keys need the room; the field and the caption say the same
            super()._heading(view)

    def _short(self, tile: Tile) -> OptionCard:
        card = OptionCard(self._kit, Option(tile.id, tile.title, self._kit.say(f"readiness.{tile.readiness.value}")))
        card.clicked.connect(lambda: self.intent.emit(ServiceChosen(tile.id)))
        return card

    def _tile(self, tile: Tile) -> TileCard:
        card = TileCard(self._kit, tile)
        card.clicked.connect(lambda: self.intent.emit(ServiceChosen(tile.id)))
        return card
