"""When to try again, and what an answer makes of a transaction. Pure: chance and time come from outside.

Waiting is "full jitter": anywhere between now and a bound that doubles with each attempt. `Retry-After` is a
floor under that wait, capped, because a centre that says "next year" is wrong; half of it is added to the bound,
because a whole fleet may have been told the same. `kiosk herd` shows what each rule does to a fleet and its centre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from offline_cache.contract import TransactionState
from offline_cache.outbox.batches import MOST

BASE_S, CAP_S = 1.0, 300.0
RETRY_AFTER_CAP_S = 3600.0
REFUSALS_BEFORE_QUARANTINE = 5
RETURN_LEAST_S = 3.0
"""After an outage, however short, nobody leaves in step: a batch leaves within at least this."""

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
    UNPROVEN = "unproven"  # 201, 202 without the centre's signature for this key and these bytes
    NEVER_SEEN = "never_seen"  # asked, not sent: the centre does not have it
    OTHER_BODY = "other_body"  # the centre holds another content under our key


@dataclass(frozen=True)
class Verdict:
    """The result of one attempt. `status` is 0 when the centre did not answer."""

    kind: VerdictKind
    status: int = 0
    reason: str = ""
    case_number: str = ""
    retry_after_s: float = 0.0
    receipt: str = ""
    """The centre's signed text (`DR1.`) of an acknowledgement."""


@dataclass(frozen=True)
class Step:
    """What becomes of the row: its state, and how long to wait if it is to be tried again.

    `hold_s` is the part of `wait_s` that the centre asked for; nothing shortens it.
    """

    state: TransactionState
    refusals: int
    wait_s: float = 0.0
    hold_s: float = 0.0


_AFTER: dict[VerdictKind, TransactionState] = {
    VerdictKind.ACKNOWLEDGED: TransactionState.ACCEPTED,
    VerdictKind.REJECTED: TransactionState.REJECTED,
    VerdictKind.OTHER_BODY: TransactionState.QUARANTINED,
    VerdictKind.NEVER_SEEN: TransactionState.QUARANTINED,
    VerdictKind.NO_ANSWER: TransactionState.UNKNOWN,
    VerdictKind.IN_PROGRESS: TransactionState.UNKNOWN,
    VerdictKind.UNPROVEN: TransactionState.UNKNOWN,
    VerdictKind.NOT_SENT: TransactionState.PENDING,
    VerdictKind.BUSY: TransactionState.PENDING,
    VerdictKind.TERMINAL_BARRED: TransactionState.PENDING,
    VerdictKind.REFUSED: TransactionState.PENDING,
}
WAITING = frozenset({TransactionState.PENDING, TransactionState.UNKNOWN})
NOT_ANSWERED = (TransactionState.PENDING, TransactionState.SENDING, TransactionState.UNKNOWN)
ANSWERED = frozenset({TransactionState.ACCEPTED, TransactionState.REJECTED, TransactionState.QUARANTINED})


def lane_of(kind: str) -> Lane:
    """The lane of a draft's kind: a rating never stands before an application."""
    return Lane.RATINGS if kind == "rating" else Lane.APPLICATIONS


def backoff_s(attempts: int, draw: Draw, hold_s: float = 0.0) -> float:
    """Seconds to wait after `attempts` attempts (1 or more), the `hold_s` that the centre asked for among them."""
    doublings = min(max(attempts - 1, 0), 30)  # 2³⁰ is far beyond the cap; larger powers only cost time
    return hold_s + draw(0.0, min(CAP_S, max(BASE_S * 2.0**doublings, hold_s / 2)))


def return_delays_s(due_for_s: Sequence[float], draw: Draw) -> list[float]:
    """Seconds to wait, when the line has come back, for the rows of one lane that would all leave now, in their order.

    Each batch leaves together within as long as its oldest row has been due, to CAP_S: a fleet that lost the line
    together then brings what piled up at no more than its usual pace, or over CAP_S.
    """
    delays: list[float] = []
    for first in range(0, len(due_for_s), MOST):
        group = due_for_s[first : first + MOST]
        delays += [draw(0.0, min(CAP_S, max(RETURN_LEAST_S, *group)))] * len(group)
    return delays


def drawn_once(draw: Draw) -> Draw:
    """The same luck for several rows: what left in one request may leave in one again."""
    luck = draw(0.0, 1.0)
    return lambda low, high: low + luck * (high - low)


def decide(verdict: Verdict, attempts: int, refusals: int, was_unknown: bool, draw: Draw) -> Step:
    """What a verdict makes of a transaction tried `attempts` times, and refused `refusals` times before.

    A transaction that may have arrived once (`was_unknown`) stays unknown until the centre itself ends it: a
    later attempt that did not even leave proves nothing about the first.
    """
    state = _AFTER[verdict.kind]
    if verdict.kind in {VerdictKind.REFUSED, VerdictKind.UNPROVEN}:
        refusals += 1
        if refusals >= REFUSALS_BEFORE_QUARANTINE:
            return Step(TransactionState.QUARANTINED, refusals)
    if state not in WAITING:
        return Step(state, refusals)
    if was_unknown:
        state = TransactionState.UNKNOWN
    hold_s = min(max(verdict.retry_after_s, 0.0), RETRY_AFTER_CAP_S)
    return Step(state, refusals, backoff_s(attempts, draw, hold_s), hold_s)
