"""One entry of a terminal as its table `delivery` holds it, kept in memory."""

from __future__ import annotations

from dataclasses import dataclass

from offline_cache.contract import TransactionState
from offline_cache.outbox.schedule import WAITING, Lane, Step


@dataclass(slots=True)
class Row:
    """`poison`: the centre refuses it each time. `ended_s`: when the centre's last word on it came.

    `effects` is the centre's: how often this entry took effect there.
    """

    sequence: int
    captured_s: float
    lane: Lane = Lane.APPLICATIONS
    poison: bool = False
    state: TransactionState = TransactionState.PENDING
    attempts: int = 0
    refusals: int = 0
    last_status: int = 0
    next_at: float = 0.0
    wait_s: float = 0.0
    hold_s: float = 0.0
    ended_s: float = -1.0
    effects: int = 0

    @property
    def waits(self) -> bool:
        """Whether it is still to be sent."""
        return self.state in WAITING

    def due_at(self, now_s: float) -> bool:
        """Whether it has been captured and its time has come."""
        return self.captured_s <= now_s and self.next_at <= now_s

    def take(self, step: Step, status: int, now_s: float) -> None:
        """Write a step down, as `Delivery.record` does."""
        self.state, self.refusals, self.last_status = step.state, step.refusals, status
        self.next_at, self.wait_s, self.hold_s = now_s + step.wait_s, step.wait_s, step.hold_s
        if not self.waits:
            self.ended_s = now_s

    def hold(self, wait_s: float, now_s: float) -> None:
        """Let it wait from now on, as `Delivery.release` does."""
        self.next_at, self.wait_s, self.hold_s = now_s + wait_s, wait_s, 0.0
