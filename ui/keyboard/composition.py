"""What is being written with Chinese keys right now: strokes made, candidates shown, one question at a time.

Pure: no process, no Qt. The strokes are the whole truth; the input process can die at any moment and another
one is asked the same question. Not responsible for sending (ui.keyboard.rime).
"""

from __future__ import annotations

import itertools

from ui.keyboard import rime_wire as wire


class Composition:
    """Collects strokes, makes requests, takes replies. Text is given out exactly once."""

    def __init__(self, schema: str, count: int) -> None:
        self._numbers = itertools.count(1)
        self._schema = schema
        self._strokes: list[str] = []
        self._first, self._count = 0, count
        self._asked: wire.Request | None = None
        self._stale = True  # what is shown is not what was asked for; from the start, so that the schema loads
        self._shown = wire.Reply(0)

    @property
    def schema(self) -> str:
        """The schema in use."""
        return self._schema

    @property
    def active(self) -> bool:
        """Whether something is being composed."""
        return bool(self._strokes)

    @property
    def first(self) -> int:
        """Index of the first candidate asked for."""
        return self._first

    @property
    def candidates(self) -> list[str]:
        """What can be chosen, as far as it is known."""
        return self._shown.candidates if self.active else []

    @property
    def more(self) -> bool:
        """Whether candidates follow after those shown."""
        return self.active and self._shown.more

    @property
    def preedit(self) -> str:
        """What is being composed, in syllables or strokes; the bare letters until an answer is here."""
        if not self.active:
            return ""
        if self._shown.preedit and not self._stale:
            return self._shown.preedit
        return "".join(filter(_is_letter, self._strokes))

    def use(self, schema: str) -> None:
        """Change the schema; what was being composed is dropped."""
        if schema != self._schema:
            self._schema = schema
            self.drop()
            self._stale = True

    def press(self, stroke: str) -> bool:
        """Make a stroke; False when it changes nothing: the composition is full, or there is none to end."""
        if _is_letter(stroke):
            if len(self._strokes) >= wire.MAX_STROKES:
                return False
        elif not self._strokes:
            return False
        if stroke == wire.BACKSPACE and _is_letter(self._strokes[-1]):
            self._strokes.pop()  # a letter taken back was never made; librime's own backspace undoes choices
            if not self._strokes:
                self.drop()
                return True
        else:
            self._strokes.append(stroke)
        self._first, self._stale = 0, True
        return True

    def look_at(self, first: int, count: int) -> None:
        """Ask for the candidates from `first` on."""
        if (first, count) != (self._first, self._count):
            self._first, self._count = max(0, first), count
            self._stale = True

    def drop(self) -> None:
        """Forget what is being composed, and any reply that is still on its way."""
        self._strokes.clear()
        self._first, self._stale = 0, False
        self._asked, self._shown = None, wire.Reply(0)

    def lost(self) -> None:
        """The process is gone: what was asked will be asked again."""
        self._asked, self._stale, self._shown = None, True, wire.Reply(0)

    def next_request(self) -> wire.Request | None:
        """What to ask now: None while a reply is awaited or nothing is new."""
        if self._asked is not None or not self._stale:
            return None
        number = next(self._numbers)
        self._asked = wire.Request(number, self._schema, list(self._strokes), self._first, self._count)
        self._stale = False
        return self._asked

    @property
    def settled(self) -> bool:
        """Whether the candidates belong to the strokes, so that choosing one by its place is safe."""
        return self._asked is None and not self._stale

    @property
    def waiting(self) -> bool:
        """Whether a reply is awaited."""
        return self._asked is not None

    def take(self, reply: wire.Reply) -> str | None:
        """Take a reply: the finished text, perhaps empty; None for a late reply, which changes nothing."""
        if self._asked is None or reply.number != self._asked.number:
            return None
        self._asked = None
        del self._strokes[: reply.used]
        if not reply.preedit and not self._stale:
            self._strokes.clear()  # taken back to nothing
        self._shown = reply
        return reply.commit


def _is_letter(stroke: str) -> bool:
    return stroke == wire.DIVIDER or (len(stroke) == 1 and stroke.isalpha())
