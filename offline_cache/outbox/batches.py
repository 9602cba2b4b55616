"""How many transactions go into one request, and which. Pure: what came of a request is told, nothing is sent here.

A batch is one request for as long as the line is good. Whatever breaks it (too large, no answer, an answer that
cannot be read) halves the next ones, down to single posts, and each good answer lets them grow again. So a transaction
that makes the centre fail stands alone after a few tries, and is kept alone from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST = 20
MOST_BYTES = 4 * 1024 * 1024
"""Of bodies in one batch. A larger one goes by itself: on a thin line it would take its neighbours' time."""
ALONE_AFTER = 5
"""A transaction whose bytes left this often without an answer goes alone: 20, 10, 5, 2, 1."""


class BatchEnd(StrEnum):
    """What a request says about the size of the next one."""

    ANSWERED = "answered"
    BROKEN = "broken"  # too large, no answer in time, or one that cannot be read
    NOT_OFFERED = "not_offered"  # this centre knows no batches
    NOTHING = "nothing"  # never left, or a no that has nothing to do with the size


@dataclass(frozen=True)
class Candidate:
    """A transaction that is due: its bytes, its attempts so far, and whether one of them may have arrived.

    `asks`: nothing of it is sent any more, the centre is only asked whether it has it.
    """

    size: int
    attempts: int
    unknown: bool
    asks: bool = False

    @property
    def alone(self) -> bool:
        """Whether it may be what breaks batches, or is no post at all."""
        return self.asks or (self.unknown and self.attempts >= ALONE_AFTER)


class BatchSize:
    """The most that one lane sends in one request now."""

    def __init__(self) -> None:
        self._most = MOST
        self._offered = True

    @property
    def most(self) -> int:
        """How many."""
        return self._most if self._offered else 1

    def ended(self, end: BatchEnd, count: int) -> None:
        """A request with `count` transactions ended so."""
        if end is BatchEnd.ANSWERED:
            self._most = min(MOST, self._most + max(1, self._most // 4))
        elif end is BatchEnd.BROKEN:
            self._most = max(1, min(self._most, count) // 2)
        elif end is BatchEnd.NOT_OFFERED:
            self._offered = False

    def line_returned(self) -> None:
        """Perhaps with another centre: ask for batches again."""
        self._offered = True


def portion(due: Sequence[Candidate], most: int) -> int:
    """How many of the first of these go together; at least one where there is one."""
    total = 0
    for count, one in enumerate(due[:most]):
        total += one.size
        if count and (one.alone or total > MOST_BYTES):
            return count
        if one.alone:
            return 1
    return min(len(due), most)
