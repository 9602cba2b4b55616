"""Write something with the on-screen keyboard."""

from __future__ import annotations

from kiosk.intents import Answered, Touched
from kiosk.views import TextView
from ui.components.button import Button
from ui.components.field import TextField
from ui.components.text import Text
from ui.keyboard import KeyboardPanel
from ui.keyboard.layouts import Mode
from ui.screens.base import Screen


class TextScreen(Screen[TextView]):
    """The field shows what has been written, the panel below it writes."""

    _written = ""

    def _forget(self, view: TextView) -> None:
        self._written = view.value

    def _compose(self, view: TextView) -> None:
        kit = self._kit
        box, large = self._columns(3, 5)
        words = self._reading(box)
        self._say(view.hint, words)
        self._warn(view.problem, words)
        self._field = TextField(kit, view.title, view.max_length)
        words.addWidget(self._field)
        if view.pattern_hint:
            example = f"{kit.say('page.example')}  {view.pattern_hint}"
            words.addWidget(Text(kit, example, kit.metrics.small, lines=2).coloured(kit.colours.ink_soft))
        words.addStretch(1)
        keyboard = KeyboardPanel(view.keyboard, kit.language, kit.metrics, colours=kit.colours)
        keyboard.setProperty("fast", True)
        keyboard.text_committed.connect(lambda text: self._set(self._written + text))
        keyboard.backspace.connect(lambda: self._set(self._written[:-1]))
        keyboard.done.connect(self._answer)
        self._keyboard = keyboard
        large.addWidget(keyboard)
        if self._scene.wide:
            large.addStretch(1)

    def _actions(self, view: TextView) -> list[Button]:
        self._next = self._button("", None, "main", "check")
        self._next.clicked.connect(self._answer)
        self._set(self._written, touched=False)
        return [self._next]

    def _set(self, text: str, touched: bool = True) -> None:
        view = self._view
        assert view is not None
        self._written = text[: view.max_length]
        self._field.show_text(self._written)
        if view.keyboard == "plate":  # the province first, then letters and digits
            mode = Mode.PLATE if self._written else Mode.PROVINCE
            if self._keyboard.mode is not mode:
                self._keyboard.set_mode(mode)
        is_skipped = view.optional and not self._written.strip()
        self._next.setText(self._kit.say("button.skip" if is_skipped else "button.next"))
        self._next.setAccessibleName(self._next.text())
        self._next.setEnabled(view.optional or bool(self._written.strip()))
        if touched:
            self.intent.emit(Touched())

    def write_digit(self, digit: str) -> None:
        """The pad below the glass writes."""
        self._set(self._written + digit)

    def take_back(self) -> None:
        """The pad takes the last sign back."""
        self._set(self._written[:-1])

    def _answer(self) -> None:
        if self._next.isEnabled():
            self.intent.emit(Answered(self._written.strip()))
