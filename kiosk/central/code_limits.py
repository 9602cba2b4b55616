"""How often a person's codes may be sent and mistyped. Pure decisions over one row; the caller holds and commits it."""

from __future__ import annotations

import datetime

from kiosk.central.models import CodeLimit
from kiosk.central.refusals import Refusal

CODES, WINDOW = 6, datetime.timedelta(minutes=10)
ATTEMPTS = 5
LOCK = datetime.timedelta(minutes=5)
"""Also how long a wrong try counts."""


def demand_may_send(limit: CodeLimit, now: datetime.datetime) -> None:
    """Count one more code; Refusal 423 while locked, 429 when too many were asked for, each with Retry-After."""
    demand_unlocked(limit, now)
    if now - limit.window_from >= WINDOW:
        limit.window_from, limit.sent = now, 0
    if limit.sent >= CODES:
        raise Refusal(429, "too_often", _after(limit.window_from + WINDOW, now))
    limit.sent += 1


def demand_unlocked(limit: CodeLimit, now: datetime.datetime) -> None:
    """Refusal 423 with Retry-After while a number is locked."""
    if limit.locked_until is not None and limit.locked_until >= now:
        raise Refusal(423, "locked", _after(limit.locked_until, now))


def wrong_code(limit: CodeLimit, now: datetime.datetime) -> Refusal:
    """Count a wrong code, and how to say so."""
    if limit.wrong_at is None or now - limit.wrong_at >= LOCK:
        limit.wrong = 0
    limit.wrong, limit.wrong_at = limit.wrong + 1, now
    left = ATTEMPTS - limit.wrong
    if left > 0:
        return Refusal(422, "wrong", attempts_left=left)
    limit.locked_until, limit.wrong = now + LOCK, 0
    return Refusal(423, "locked", _after(limit.locked_until, now), attempts_left=0)


def right_code(limit: CodeLimit) -> None:
    """Forget the wrong ones."""
    limit.wrong, limit.wrong_at = 0, None


def _after(end: datetime.datetime, now: datetime.datetime) -> dict[str, str]:
    return {"Retry-After": str(max(1, int((end - now).total_seconds()) + 1))}
