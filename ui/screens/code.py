"""Enter digits on a large keypad: an SMS code or a PIN."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout

from kiosk.intents import Answered, Touched
from kiosk.views import CodeView
from ui.components.boxes import DigitBoxes
from ui.components.button import Button
from ui.components.keypad import Keypad
from ui.screens.base import Screen
from ui.screens.ways import add_other_ways


class CodeScreen(Screen[CodeView]):
    """Confirm is pressed by the citizen, never by the last digit; a problem empties the boxes."""

    crowded = True
    _digits = ""

    def _forget(self, view: CodeView) -> None:
        self._digits = ""

    def _compose(self, view: CodeView) -> None:
        if view.problem:
            self._digits = ""
        self._boxes = DigitBoxes(self._kit, view.length, view.masked)
        keypad = Keypad(self._kit)
        keypad.digit.connect(self._add)
        keypad.erased.connect(lambda: self._set(self._digits[:-1]))
        keypad.cleared.connect(lambda: self._set(""))
        left, right = self._columns()
        self._words(view, left)
        if self._scene.wide:
            left.addStretch(1)
        right.addWidget(keypad, 1)

    def _words(self, view: CodeView, box: QVBoxLayout) -> None:
        read = self._reading(box)
        self._say(view.body, read)
        self._warn(view.problem, read)
        read.addWidget(self._boxes)
        add_other_ways(self.intent, self._kit, box, view.others)

    def _actions(self, view: CodeView) -> list[Button]:
        self._confirm = self._button(self._kit.say("button.confirm"), None, "main", "check")
        self._confirm.clicked.connect(self._answer)
        self._set(self._digits, touched=False)
        return [self._confirm]

    def _add(self, digit: str) -> None:
        self._set(self._digits + digit)

    def write_digit(self, digit: str) -> None:
        """The pad below the glass writes."""
        self._add(digit)

    def take_back(self) -> None:
        """The pad takes the last digit back."""
        self._set(self._digits[:-1])

    def _set(self, digits: str, touched: bool = True) -> None:
        assert self._view is not None
        self._digits = digits[: self._view.length]
        self._boxes.show_digits(self._digits)
        self._confirm.setEnabled(len(self._digits) == self._view.length)
        if touched:
            self.intent.emit(Touched())

    def _answer(self) -> None:
        if self._view is not None and len(self._digits) == self._view.length:
            self.intent.emit(Answered(self._digits))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The terminal's own keypad below the glass enters digits too."""
        if event.text().isdigit() and event.text().isascii():
            self._add(event.text())
        elif event.key() == Qt.Key.Key_Backspace:
            self._set(self._digits[:-1])
        else:
            event.ignore()
