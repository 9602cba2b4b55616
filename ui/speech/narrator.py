"""When something is said: as a page comes up, as the citizen moves, on request again. Everything said is captioned."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from kiosk.texts import Texts
from kiosk.views import View
from ui.speech.narration import page_words, voice_of
from ui.speech.speaker import Speaker


class Narrator(QObject):
    """`said` carries each sentence to the caption; silent while the citizen has not asked for the voice."""

    said = Signal(str)

    def __init__(self, speaker: Speaker, texts: Texts) -> None:
        super().__init__()
        self._speaker, self._texts = speaker, texts
        self._view: View | None = None
        self._page = self._last = ""

    def use_texts(self, texts: Texts) -> None:
        """Take the voice's own words from here."""
        self._texts = texts

    def show(self, view: View) -> bool:
        """Say the page, unless it says what it said before. True when something is said."""
        before, self._view = self._view, view
        if not view.chrome.voice.on:
            self._page = self._last = ""
            self._speaker.stop()
            return False
        words = page_words(view, self._texts)
        switched_on = before is None or before.chrome.voice.on is False
        if words == self._page and not switched_on:
            return False
        self._page = words
        self.say(words)
        return True

    def say(self, words: str) -> None:
        """Say `words` now, in place of anything else."""
        view = self._view
        if view is None or not view.chrome.voice.on:
            return
        self._last = words
        self._speaker.say(words, voice_of(view.chrome.language, view.chrome.voice), view.chrome.voice.volume)
        self.said.emit(words)

    def captioned(self, view: View) -> str:
        """What the caption of `view` shows: what was said last, or what would be said."""
        return self._last if view.chrome.voice.on and self._last else view.chrome.caption

    def repeat(self) -> None:
        """Be silent while speaking; else say the page again."""
        if self._speaker.speaking:
            self._speaker.stop()
        else:
            self.say(self._page)

    def hush(self) -> None:
        """Somebody touched something: stop talking."""
        self._speaker.stop()
