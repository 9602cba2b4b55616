"""Jobs of a virtual printer: what was asked for, which pages lie on which sheet, how far it is."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

INCOMING, PENDING, PROCESSING, STOPPED, CANCELLED, ABORTED, COMPLETED = 4, 3, 5, 6, 7, 8, 9
"""job-state; a job whose document has not come yet is pending-held."""
ENDED = frozenset({CANCELLED, ABORTED, COMPLETED})


@dataclass(frozen=True)
class Ticket:
    """What a job asks for; `ranges` are page ranges from 1, empty for all pages."""

    name: str = ""
    user: str = ""
    copies: int = 1
    duplex: bool = False
    ranges: tuple[tuple[int, int], ...] = ()


@dataclass
class Job:
    """One print job; `sheets` have come out of the `plan`'s sheets, each a tuple of page numbers."""

    id: int
    ticket: Ticket
    number: int = -1
    """Its place in the archive."""
    pages: int = 0
    plan: list[tuple[int, ...]] = field(default_factory=list)
    state: int = INCOMING
    sheets: int = 0
    impressions: int = 0
    created_at: float = field(default_factory=time.monotonic)
    processing_at: float | None = None
    completed_at: float | None = None
    uuid: str = field(default_factory=lambda: f"urn:uuid:{uuid.uuid4()}")

    @property
    def of(self) -> int:
        """How many sheets it needs."""
        return len(self.plan)

    def lay_out(self, pages: int, collated: bool) -> None:
        """Which pages go on which sheet, copy by copy or sheet by sheet."""
        self.pages = pages
        ranges = self.ticket.ranges or ((1, pages),)
        chosen = [page for first, last in ranges for page in range(first, min(last, pages) + 1)]
        sides = 2 if self.ticket.duplex else 1
        copy = [tuple(chosen[start : start + sides]) for start in range(0, len(chosen), sides)]
        copies = max(1, self.ticket.copies)
        self.plan = copy * copies if collated else [sheet for sheet in copy for _ in range(copies)]

    def begin(self) -> None:
        """A sheet is on its way."""
        self.state = PROCESSING
        self.processing_at = self.processing_at or time.monotonic()

    def end(self, state: int) -> None:
        """Over."""
        self.state, self.completed_at = state, time.monotonic()
