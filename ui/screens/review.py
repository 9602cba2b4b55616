"""Check the answers before they count."""

from __future__ import annotations

from kiosk.intents import Confirmed, EditPressed
from kiosk.views import ReviewView, Row
from ui.components.button import Button
from ui.components.panel import Band, Pair, Panel, Rule
from ui.components.text import spoken
from ui.screens.base import Screen


class ReviewScreen(Screen[ReviewView]):
    """Rows with a button to change each; what confirming declares stands right above the button."""

    def _compose(self, view: ReviewView) -> None:
        box = self._scrolled()
        self._warn(view.problem, box)
        self._say(view.hint, box)
        panel = Panel(self._kit, spacing_mm=2.5)
        for place, entry in enumerate(view.rows):
            if place:
                panel.box.addWidget(Rule(self._kit))
            panel.box.addWidget(Pair(self._kit, entry.label, entry.value, self._edit(entry)))
        box.addWidget(panel)
        if view.statement:
            self._root.addWidget(Band(self._kit, "info", view.statement, symbol="shield-check"))

    def _edit(self, entry: Row) -> Button | None:
        if not entry.edit:
            return None
        words = self._kit.say("button.edit")
        button = Button(self._kit, words, "second", symbol="pencil-simple", px=self._kit.metrics.small)
        button.setFixedWidth(button.sizeHint().width())
        spoken(button, f"{words} {entry.label}")
        button.clicked.connect(lambda: self.intent.emit(EditPressed(entry.edit)))
        return button

    def _actions(self, view: ReviewView) -> list[Button]:
        return [self._button(view.confirm, Confirmed(), "main", "check")]
