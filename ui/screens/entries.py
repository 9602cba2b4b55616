"""A list that the citizen makes: entries to change or take out, and one large button to add."""

from __future__ import annotations

from kiosk.intents import Chosen, Confirmed, EditPressed, Intent
from kiosk.views import EntriesView, Entry
from ui.components.button import Button
from ui.components.kit import row
from ui.components.panel import Panel
from ui.components.text import Text, spoken
from ui.screens.base import Screen


class EntriesScreen(Screen[EntriesView]):
    """One panel an entry, its two buttons below its words."""

    def _compose(self, view: EntriesView) -> None:
        box = self._scrolled()
        self._say(view.hint, box)
        self._warn(view.problem, box)
        for entry in view.entries:
            box.addWidget(self._panel(entry))
        if view.add:
            box.addWidget(self._button(view.add, Chosen("add"), "second"))

    def _panel(self, entry: Entry) -> Panel:
        kit, panel = self._kit, Panel(self._kit)
        panel.box.addWidget(Text(kit, entry.title, kit.metrics.small, bold=True))
        panel.box.addWidget(Text(kit, entry.detail, lines=6))
        line = row(kit.metrics.gap)
        line.addWidget(self._small("button.edit", entry, EditPressed(entry.id), "pencil-simple"))
        line.addWidget(self._small("button.remove", entry, Chosen(f"remove:{entry.id}"), "x"))
        panel.box.addLayout(line)
        return panel

    def _small(self, key: str, entry: Entry, intent: Intent, symbol: str) -> Button:
        words = self._kit.say(key)
        button = Button(self._kit, words, "second", symbol=symbol, px=self._kit.metrics.small)
        spoken(button, f"{words} {entry.title}")
        button.clicked.connect(lambda: self.intent.emit(intent))
        return button

    def _actions(self, view: EntriesView) -> list[Button]:
        return [self._button(view.confirm, Confirmed(), "main", "check")]
