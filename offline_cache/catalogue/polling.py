"""When the catalogue is asked for: at each contact, then every now and then; never by a whole fleet together.

Pure: time and chance come from outside, no thread.
"""

from __future__ import annotations

from offline_cache.outbox.schedule import Draw

CONTACT_SPREAD = 0.1
"""After the line came back a terminal asks within this part of its usual interval: 30 s of 5 minutes."""
LONGEST_S = 3600.0
_MOST_DOUBLINGS = 12


class Polling:
    """The moment of the next question. Nothing is asked before the first contact."""

    def __init__(self, every_s: float, draw: Draw) -> None:
        self._every_s, self._draw = every_s, draw
        self._refusals = 0
        self.due_s = float("inf")

    def contact(self, now_s: float) -> None:
        """There is a line again."""
        self.due_s = min(self.due_s, now_s + self._draw(0.0, CONTACT_SPREAD * self._every_s))

    def lost(self) -> None:
        """There is no line: the next contact is the next moment."""
        self.due_s = float("inf")

    def answered(self, now_s: float) -> None:
        """The centre answered, or there was no answer this time."""
        self._refusals = 0
        self.due_s = now_s + self._every_s * self._draw(0.8, 1.2)

    def refused(self, now_s: float) -> None:
        """What came was refused: it may be a whole version that comes again and again, so later and later."""
        self._refusals = min(self._refusals + 1, _MOST_DOUBLINGS)
        bound_s = min(LONGEST_S, self._every_s * 2.0**self._refusals)
        self.due_s = now_s + max(self._every_s, bound_s) * self._draw(0.5, 1.0)
