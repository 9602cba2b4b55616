"""When to try again, and what an answer makes of a transaction. Pure: chance and time come from outside.

Waiting is "full jitter": anywhere between now and a bound that doubles with each attempt. In the model of a
whole fleet after an outage it asked the centre 1.0 times per transaction; doubling without jitter asked 14.7
times. `Retry-After` is a floor under that wait, capped, because a centre that says "next year" is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from offline_cache.contract import TransactionState

BASE_S, CAP_S = 1.0, 300.0
RETRY_AFTER_CAP_S = 3600.0
REFUSALS_BEFORE_QUARANTINE = 5
RETURN_SPREAD_S = 3.0
"""After an outage a lane's first batch leaves within this, the n-th within n times this (to CAP_S)."""

Draw = Callable[[float, float], float]
"""A number between two bounds, both allowed: `random.uniform`."""


class Lane(StrEnum):
    """Transactions of one lane are sent one after another; lanes do not wait for one another."""

    APPLICATIONS = "applications"
    RATINGS = "ratings"


class VerdictKind(StrEnum):
    """What one attempt to send a transaction ended in."""

    ACKNOWLEDGED = "acknowledged"  # 201 or 202 of the centre, with our key
    NOT_SENT = "not_sent"  # no byte of it left
    NO_ANSWER = "no_answer"  # it may have arrived
    IN_PROGRESS = "in_progress"  # 409: the same key is being worked on
    BUSY = "busy"  # 429, 503: not taken, come back later
    TERMINAL_BARRED = "terminal_barred"  # 401, 403: about this terminal, not about the transaction
    REFUSED = "refused"  # another definite no, which is not the business verdict
    REJECTED = "rejected"  # the business verdict: refused for good
    OTHER_BODY = "other_body"  # the centre holds another content under our key


@dataclass(frozen=True)
class Verdict:
    """The result of one attempt. `status` is 0 when the centre did not answer."""

    kind: VerdictKind
    status: int = 0
    reason: str = ""
    case_number: str = ""
    retry_after_s: float = 0.0


@dataclass(frozen=True)
class Step:
    """What becomes of the row: its state, and how long to wait if it is to be tried again.

    `hold_s` is the part of `wait_s` that the centre asked for; nothing shortens it.
    """

    state: TransactionState
    refusals: int
    wait_s: float = 0.0
    hold_s: float = 0.0


@dataclass(frozen=True)
class Waiting:
    """When a row is to leave (seconds of the schedule's clock), and what made it wait: see `Step`."""

    next_at: float
    wait_s: float
    hold_s: float


_AFTER: dict[VerdictKind, TransactionState] = {
    VerdictKind.ACKNOWLEDGED: TransactionState.ACCEPTED,
    VerdictKind.REJECTED: TransactionState.REJECTED,
    VerdictKind.OTHER_BODY: TransactionState.QUARANTINED,
    VerdictKind.NO_ANSWER: TransactionState.UNKNOWN,
    VerdictKind.IN_PROGRESS: TransactionState.UNKNOWN,
    VerdictKind.NOT_SENT: TransactionState.PENDING,
    VerdictKind.BUSY: TransactionState.PENDING,
    VerdictKind.TERMINAL_BARRED: TransactionState.PENDING,
    VerdictKind.REFUSED: TransactionState.PENDING,
}
WAITING = frozenset({TransactionState.PENDING, TransactionState.UNKNOWN})
ANSWERED = frozenset({TransactionState.ACCEPTED, TransactionState.REJECTED, TransactionState.QUARANTINED})


def lane_of(kind: str) -> Lane:
    """The lane of a draft's kind: a rating never stands before an application."""
    return Lane.RATINGS if kind == "rating" else Lane.APPLICATIONS


def backoff_s(attempts: int, draw: Draw) -> float:
    """Seconds to wait after `attempts` attempts (1 or more)."""
    doublings = min(max(attempts - 1, 0), 30)  # 2³⁰ is far beyond the cap; larger powers only cost time
    return draw(0.0, min(CAP_S, BASE_S * 2.0**doublings))


def return_delay_s(place: int, draw: Draw) -> float:
    """Seconds to wait, when the line has come back, for the batch at `place` (0 first) of its lane."""
    return draw(0.0, min(CAP_S, RETURN_SPREAD_S * (place + 1)))


def released_wait_s(row: Waiting, now_s: float, delay_s: float) -> float | None:
    """How long a row still waits when the line has come back and `delay_s` was drawn; None: leave it as it is."""
    if now_s < row.next_at <= now_s + delay_s:
        return None
    return max(delay_s, row.next_at - row.wait_s + row.hold_s - now_s)


def decide(verdict: Verdict, attempts: int, refusals: int, was_unknown: bool, draw: Draw) -> Step:
    """What a verdict makes of a transaction tried `attempts` times, and refused `refusals` times before.

    A transaction that may have arrived once (`was_unknown`) stays unknown until the centre itself ends it: a
    later attempt that did not even leave proves nothing about the first.
    """
    state = _AFTER[verdict.kind]
    if verdict.kind is VerdictKind.REFUSED:
        refusals += 1
        if refusals >= REFUSALS_BEFORE_QUARANTINE:
            return Step(TransactionState.QUARANTINED, refusals)
    if state not in WAITING:
        return Step(state, refusals)
    if was_unknown:
        state = TransactionState.UNKNOWN
    hold_s = min(max(verdict.retry_after_s, 0.0), RETRY_AFTER_CAP_S)
    return Step(state, refusals, wait_s=hold_s + backoff_s(attempts, draw), hold_s=hold_s)
