"""Transactions that only a person can help: listed, given another chance, or given up for good.

Not responsible for why one gets here (`delivery`, `expiry`). Nothing is ever deleted: what is
given up stays as *rejected* with the reason `returned`, and its payload goes the way of every rejected one.
"""

from __future__ import annotations

from dataclasses import dataclass

from offline_cache.chains.journal import Journal, JournalEvent
from offline_cache.clock import Clock, iso
from offline_cache.contract import Outcome, TransactionState
from offline_cache.disk.database import Database

RETURNED = "returned"
"""Reason of a transaction that a person gave up: the citizen is told to come again."""

EXPIRED = "expired"
"""Reason of a quarantined transaction whose validity ended before the centre had it."""


@dataclass(frozen=True)
class Quarantined:
    """One of them, without personal data."""

    transaction_id: str
    local_number: str
    service: str
    reason: str
    since: str


@dataclass
class Quarantine:
    """The rows of `delivery` in state *quarantined*. What changes them runs inside a transaction of the caller."""

    database: Database
    journal: Journal
    clock: Clock

    def note(self, sequence: int) -> None:
        """It was put here now."""
        self.database.write(
            "INSERT INTO attention (sequence, quarantined_at) VALUES (?, ?) "
            "ON CONFLICT (sequence) DO UPDATE SET quarantined_at = excluded.quarantined_at",
            (sequence, iso(self.clock.utc())),
        )

    def rows(self, limit: int) -> tuple[Quarantined, ...]:
        """The oldest of them."""
        found = self.database.read(
            "SELECT id, local_number, service, reason, coalesce(quarantined_at, '') FROM delivery "
            "JOIN entry USING (sequence) LEFT JOIN attention USING (sequence) WHERE state = ? "
            "ORDER BY sequence LIMIT ?",
            (TransactionState.QUARANTINED, limit),
        )
        return tuple(Quarantined(*row) for row in found)

    def release(self, transaction_id: str = "") -> int:
        """A person's decision: give one of them, or all, another chance. How many there were.

        What was refused may have arrived before, so it is *unknown*. One whose validity was over is valid again.
        """
        rows = self._of(transaction_id)
        for sequence, one in rows:
            self.database.write(
                "UPDATE delivery SET state = ?, refusals = 0, next_at = ?, wait_s = 0, hold_s = 0, reason = '' "
                "WHERE sequence = ?",
                (TransactionState.UNKNOWN, self.clock.schedule_s(), sequence),
            )
            self.database.write(
                "INSERT INTO attention (sequence, extended) VALUES (?, 1) "
                "ON CONFLICT (sequence) DO UPDATE SET extended = 1, expired = 0, quarantined_at = ''",
                (sequence,),
            )
            self.journal.append(JournalEvent.TRANSACTION_RELEASED, one)
        return len(rows)

    def give_back(self, transaction_id: str) -> Outcome | None:
        """A person's decision: give it up for good. None when it is not quarantined."""
        rows = self._of(transaction_id) if transaction_id else []
        if not rows:
            return None
        self.database.write(
            "UPDATE delivery SET state = ?, reason = ?, answered_at = ? WHERE sequence = ?",
            (TransactionState.REJECTED, RETURNED, self.clock.schedule_s(), rows[0][0]),
        )
        self.journal.append(JournalEvent.TRANSACTION_RETURNED, transaction_id)
        return Outcome(transaction_id, TransactionState.REJECTED, reason=RETURNED)

    def _of(self, transaction_id: str) -> list[tuple[int, str]]:
        found = self.database.read(
            "SELECT sequence, id FROM delivery JOIN entry USING (sequence) WHERE state = ? AND ? IN ('', id) "
            "ORDER BY sequence",
            (TransactionState.QUARANTINED, transaction_id),
        )
        return [(int(row[0]), str(row[1])) for row in found]
