"""Numbers that are given once: cases and certificates. A counter row a day, counted in the caller's transaction.

The row stays locked until that transaction ends, so take a number last. A number whose transaction fails is given
again; one whose case was lost with a restored backup is passed over (`pass_over`).
"""

from __future__ import annotations

import datetime
import re
from itertools import cycle

from sqlalchemy import text
from sqlalchemy.orm import Session

_NEXT = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)
_AT_LEAST = text(
    "INSERT INTO counter (name, value) VALUES (:name, :value) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counter.value < excluded.value"
)
_CASE = re.compile(r"(\d{6}-\d{8})-(\d{5,9})(\d)", re.ASCII)


def next_case_number(session: Session, district: str, now: datetime.datetime) -> str:
    """District, day, and a count with a check digit: short enough to read out."""
    prefix = f"{district}-{now:%Y%m%d}"
    return case_number(prefix, _next(session, f"case:{prefix}"))


def next_serial(session: Session, prefix: str, now: datetime.datetime) -> str:
    """A certificate's serial: template, day, count."""
    start = f"{prefix}{now:%Y%m%d}"
    return f"{start}{_next(session, f'serial:{start}'):06d}"


def case_number(prefix: str, count: int) -> str:
    """A count under its district and day."""
    digits = f"{count:05d}"
    return f"{prefix}-{digits}{_check(digits)}"


def pass_over(session: Session, number: str) -> None:
    """Never give this case number, nor a lower one of its day; ValueError when it is none of ours."""
    found = _CASE.fullmatch(number)
    if found is None or int(found[3]) != _check(found[2]):
        raise ValueError("not a case number")
    session.execute(_AT_LEAST, {"name": f"case:{found[1]}", "value": int(found[2])})


def _next(session: Session, name: str) -> int:
    return int(session.execute(_NEXT, {"name": name}).scalar_one())


def _check(digits: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, cycle((7, 3, 1)), strict=False)) % 10
