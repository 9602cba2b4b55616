"""Validity that ends while a transaction waits: announced some days before, and then a person decides.

An expired transaction is quarantined, never deleted. One that may have arrived already is not judged by us: the
centre is asked whether it has it (`delivery` takes it alone, `sync` asks). One that a person has let go on expires no
more. Time is the business time; nothing ends by one that the centre does not vouch for (trust.trusted_time).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from offline_cache.chains.journal import Journal, JournalEvent
from offline_cache.clock import iso
from offline_cache.contract import Outcome, TransactionState
from offline_cache.disk.database import Database
from offline_cache.outbox.quarantine import EXPIRED, Quarantine

NOTICE = datetime.timedelta(days=3)
SHORT_NOTICE = 3
"""A validity shorter than this many notices is announced when two thirds of it are over."""


class Standing(StrEnum):
    """How valid something still is."""

    VALID = "valid"
    ENDING = "ending"
    OVER = "over"


def standing(accepted: datetime.datetime, until: datetime.datetime, now: datetime.datetime) -> Standing:
    """Pure. Both ends are business times of the terminal."""
    if now >= until:
        return Standing.OVER
    notice = min(NOTICE, (until - accepted) / SHORT_NOTICE)
    return Standing.ENDING if now >= until - notice else Standing.VALID


@dataclass(frozen=True)
class Swept:
    """What one look changed: how many were announced, and what became of those that are over."""

    announced: int = 0
    expired: tuple[Outcome, ...] = ()


@dataclass
class Expiry:
    """Looks after the validity of what waits."""

    database: Database
    journal: Journal
    quarantine: Quarantine

    def sweep(self, now: datetime.datetime, *, vouched: bool) -> Swept:
        """Announce what ends soon by the business time `now`; quarantine what is over, if that time is vouched for."""
        # ISO texts of one zone sort as their times do: only what may end soon is looked at.
        rows = self.database.read(
            "SELECT sequence, id, accepted_at, valid_until, state, coalesce(announced, 0) FROM delivery "
            "JOIN entry USING (sequence) LEFT JOIN attention USING (sequence) WHERE state IN (?, ?) "
            "AND valid_until <= ? AND coalesce(extended, 0) = 0 AND coalesce(expired, 0) = 0",
            (TransactionState.PENDING, TransactionState.UNKNOWN, iso(now + NOTICE)),
        )
        ending: list[tuple[int, str, str]] = []
        over: list[tuple[int, str, str]] = []
        for sequence, one, accepted, until, state, announced in rows:
            stands = standing(_moment(accepted), _moment(until), now)
            if stands is Standing.OVER and vouched:
                over.append((sequence, one, state))
            elif stands is not Standing.VALID and not announced:
                ending.append((sequence, one, until))
        if not ending and not over:
            return Swept()
        with self.database.transaction():
            for sequence, one, until in ending:
                self._flag(sequence, "announced")
                self.journal.append(JournalEvent.TRANSACTION_EXPIRES_SOON, one, until)
            expired = [self._expire(sequence, one, state) for sequence, one, state in over]
        return Swept(len(ending), tuple(outcome for outcome in expired if outcome is not None))

    def ending(self) -> int:
        """How many wait whose validity ends soon or is over."""
        found = self.database.read(
            "SELECT count(*) FROM delivery JOIN attention USING (sequence) "
            "WHERE state IN (?, ?, ?) AND extended = 0 AND (announced = 1 OR expired = 1)",
            (TransactionState.PENDING, TransactionState.SENDING, TransactionState.UNKNOWN),
        )
        return int(found[0][0])

    def _expire(self, sequence: int, transaction_id: str, state: str) -> Outcome | None:
        self._flag(sequence, "expired")
        if state == TransactionState.UNKNOWN:
            return None  # it may have arrived: the centre knows, we do not
        self.database.write(
            "UPDATE delivery SET state = ?, reason = ? WHERE sequence = ?",
            (TransactionState.QUARANTINED, EXPIRED, sequence),
        )
        self.quarantine.note(sequence)
        self.journal.append(JournalEvent.TRANSACTION_EXPIRED, transaction_id)
        self.journal.append(JournalEvent.TRANSACTION_QUARANTINED, transaction_id)
        return Outcome(transaction_id, TransactionState.QUARANTINED, reason=EXPIRED)

    def _flag(self, sequence: int, column: str) -> None:
        self.database.write(
            f"INSERT INTO attention (sequence, {column}) VALUES (?, 1) "  # noqa: S608 (our own names)
            f"ON CONFLICT (sequence) DO UPDATE SET {column} = 1",
            (sequence,),
        )


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
