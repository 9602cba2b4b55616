"""Sign with a finger under a sentence."""

from __future__ import annotations

from kiosk.intents import Declined, Signed, Touched
from kiosk.views import SignatureView
from ui.components.button import Button
from ui.components.ink import InkField
from ui.components.panel import Band
from ui.screens.base import Screen


class SignatureScreen(Screen[SignatureView]):
    """The sentence, the field, begin again, done. A page built anew begins with an empty field."""

    def _compose(self, view: SignatureView) -> None:
        read = self._reading(self._root)
        self._say(view.hint, read)
        self._warn(view.problem, read)
        read.addWidget(Band(self._kit, "info", view.statement, symbol="shield-check"))
        self._ink = InkField(self._kit, view.title)
        self._ink.setMaximumHeight(self._kit.metrics.mm(150))
        self._root.addWidget(self._ink, 1)
        if view.cannot:
            self._root.addWidget(self._button(view.cannot, Declined(), "quiet"))
        self._root.addStretch(0)

    def _actions(self, view: SignatureView) -> list[Button]:
        again = self._button(self._kit.say("button.clear"), None, "second", "eraser")
        again.clicked.connect(self._ink.clear)
        self._done = self._button(self._kit.say("button.sign"), None, "main", "check")
        self._done.setEnabled(False)
        self._done.clicked.connect(lambda: self.intent.emit(Signed(self._ink.png())))
        self._ink.changed.connect(self._changed)
        return [again, self._done]

    def _changed(self) -> None:
        self._done.setEnabled(self._ink.is_signed)
        self.intent.emit(Touched())
