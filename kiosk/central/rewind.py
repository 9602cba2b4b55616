"""Heals a centre whose database is older than its answers: an earlier backup was put back.

Terminals offer digests of what was acknowledged in the last days. What the database does not know is asked for again;
a signed receipt makes the old case number good again, so that the number in the citizen's hand stays hers, and no
newer case is given it. Not responsible for how the terminal chooses what to offer.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.incidents import note
from kiosk.central.models import Incident, Promise, Transaction
from kiosk.central.numbers import pass_over
from kiosk.central.schemas import DigestIn, DigestsOut
from kiosk.central.signing import CentreKey

MANY = 500
"""Keys in one query: below SQLite's oldest limit of 999 parameters."""


def compare(
    session: Session, key: CentreKey, terminal: str, entries: Sequence[DigestIn], now: datetime.datetime
) -> DigestsOut:
    """What the database does not know of the terminal's acknowledged transactions, and what it knows otherwise."""
    known = {row.key: row for row in _known(session, terminal, [entry.key for entry in entries])}
    missing = [entry for entry in entries if entry.key not in known]
    different = [entry.key for entry in entries if entry.key in known and not _agrees(known[entry.key], entry)]
    for lost in different:
        note(session, Incident(at=now, terminal=terminal, kind="digest_differs", key=lost))
    for entry in missing:
        kind = "lost_case" if entry.held else "case_gone"
        note(session, Incident(at=now, terminal=terminal, kind=kind, key=entry.key, detail=entry.case_number))
        _promise(session, key, terminal, entry)
    return DigestsOut(unknown=[entry.key for entry in missing], different=different)


def keep_promise(session: Session, case: Transaction, now: datetime.datetime) -> bool:
    """Give a case that comes back its old number and time; False when it has none waiting, or the number is gone."""
    promise = session.get(Promise, case.key)
    if promise is None or promise.terminal != case.terminal:
        return False
    session.delete(promise)
    taken = session.scalar(select(Transaction.key).where(Transaction.case_number == promise.case_number))
    if taken is not None:
        lost = f"{promise.case_number} was given again before it came back"
        session.add(Incident(at=now, terminal=case.terminal, kind="number_taken", key=case.key, detail=lost))
        return False
    case.case_number, case.received_at = promise.case_number, promise.received_at
    case.status_code = promise.status_code
    return True


def _known(session: Session, terminal: str, keys: Sequence[str]) -> Iterator[Transaction]:
    for start in range(0, len(keys), MANY):
        query = select(Transaction).where(Transaction.key.in_(keys[start : start + MANY]))
        yield from session.scalars(query.where(Transaction.terminal == terminal))


def _agrees(row: Transaction, entry: DigestIn) -> bool:
    same_bytes = row.payload_sha256 in {"", entry.payload_sha256}
    return same_bytes and row.case_number == entry.case_number


def _promise(session: Session, key: CentreKey, terminal: str, entry: DigestIn) -> None:
    """Only what the centre has signed itself is made good: a terminal cannot invent numbers."""
    receipt = key.read(entry.receipt) if entry.receipt else None
    if receipt is None or (receipt.key, receipt.terminal, receipt.case_number) != (
        entry.key,
        terminal,
        entry.case_number,
    ):
        return
    given = select(Promise).where((Promise.key == entry.key) | (Promise.case_number == entry.case_number))
    if session.scalar(given.limit(1)) is None:
        pass_over(session, entry.case_number)
        row = Promise(key=entry.key, terminal=terminal, case_number=entry.case_number)
        row.status_code, row.received_at = receipt.status, receipt.received_at
        session.add(row)
        session.flush()
