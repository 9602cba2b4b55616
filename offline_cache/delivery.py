"""Where each transaction stands with the centre: taking what is due, recording answers, waiting.

Not responsible for HTTP (offline_cache.central) or for what an answer means (offline_cache.schedule).
Times on disk are those of `Clock.schedule_s`. A wall clock that jumped between two starts cannot make a row
wait longer than it was told to: `wait_s` says how far ahead `next_at` was set, and at the start a row that
seems further away than that is put back to it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from offline_cache.clock import Clock
from offline_cache.contract import Outcome, TransactionState
from offline_cache.database import Database
from offline_cache.journal import Journal, JournalEvent
from offline_cache.retention import purge_payload
from offline_cache.schedule import (
    Draw,
    Lane,
    Verdict,
    VerdictKind,
    Waiting,
    backoff_s,
    decide,
    released_wait_s,
    return_delay_s,
)

_PENDING, _SENDING, _UNKNOWN = TransactionState.PENDING, TransactionState.SENDING, TransactionState.UNKNOWN
_EVENTS = {
    TransactionState.ACCEPTED: JournalEvent.TRANSACTION_ACKNOWLEDGED,
    TransactionState.REJECTED: JournalEvent.TRANSACTION_REJECTED,
    TransactionState.QUARANTINED: JournalEvent.TRANSACTION_QUARANTINED,
    TransactionState.UNKNOWN: JournalEvent.TRANSACTION_UNKNOWN,
}


@dataclass(frozen=True)
class Due:
    """A transaction to be sent now; it is already recorded as being sent."""

    sequence: int
    id: str
    body: bytes
    attempts: int
    refusals: int
    was_unknown: bool

    def __repr__(self) -> str:
        return f"Due({self.id})"


@dataclass(frozen=True)
class Depth:
    """How much waits: rows not yet answered, age of the oldest in seconds, rows quarantined."""

    waiting: int
    oldest_s: float
    quarantined: int


@dataclass
class Delivery:
    """The table `delivery`."""

    database: Database
    journal: Journal
    clock: Clock
    draw: Draw

    def take(self, lane: Lane) -> Due | float | None:
        """The lane's next transaction, now *sending*; or seconds until one is due; None when none waits."""
        rows = self.database.read(
            "SELECT sequence, next_at FROM delivery WHERE lane = ? AND state IN (?, ?) "
            "ORDER BY next_at, sequence LIMIT 1",
            (lane, _PENDING, _UNKNOWN),
        )
        if not rows:
            return None
        sequence, next_at = rows[0]
        early_s = float(next_at) - self.clock.schedule_s()
        return early_s if early_s > 0 else self._start(sequence)

    def record(self, due: Due, verdict: Verdict) -> Outcome:
        """Make an attempt's verdict durable, and forget the payload when the centre has it."""
        step = decide(verdict, due.attempts, due.refusals, due.was_unknown, self.draw)
        now_s = self.clock.schedule_s()
        with self.database.transaction():
            self.database.write(
                "UPDATE delivery SET state = ?, refusals = ?, next_at = ?, wait_s = ?, hold_s = ?, "
                "last_status = ?, reason = ?, case_number = ?, answered_at = ? WHERE sequence = ?",
                (
                    step.state,
                    step.refusals,
                    now_s + step.wait_s,
                    step.wait_s,
                    step.hold_s,
                    verdict.status,
                    verdict.reason,
                    verdict.case_number,
                    now_s if verdict.status else None,
                    due.sequence,
                ),
            )
            if step.state in _EVENTS and not (step.state is _UNKNOWN and due.was_unknown):
                self.journal.append(_EVENTS[step.state], due.id)
            purged = step.state is TransactionState.ACCEPTED and purge_payload(
                self.database, self.journal, due.sequence
            )
        if purged:
            self.database.checkpoint()
        return Outcome(due.id, step.state, verdict.case_number, verdict.reason)

    def recover(self) -> int:
        """After a restart: what was being sent may have arrived. How many rows became unknown.

        Also puts right what a jump of the wall clock between two starts did to times on disk.
        """
        self._undo_clock_jump()
        rows = self.database.read(
            "SELECT sequence, id, attempts FROM delivery JOIN entry USING (sequence) WHERE state = ?",
            (_SENDING,),
        )
        if rows:
            with self.database.transaction():
                for sequence, transaction_id, attempts in rows:
                    self._wait(sequence, backoff_s(attempts, self.draw), _UNKNOWN)
                    self.journal.append(JournalEvent.TRANSACTION_UNKNOWN, transaction_id)
        return len(rows)

    def release(self) -> None:
        """The line is back: let what only waited for it leave soon, spread out. Shortens no `hold_s`."""
        rows = self.database.read(
            "SELECT sequence, lane, next_at, wait_s, hold_s, state FROM delivery "
            "WHERE state IN (?, ?) AND last_status = 0 ORDER BY sequence",
            (_PENDING, _UNKNOWN),
        )
        now_s, places = self.clock.schedule_s(), dict.fromkeys(Lane, 0)
        with self.database.transaction():
            for sequence, lane, next_at, wait_s, hold_s, state in rows:
                delay_s = return_delay_s(places[Lane(lane)], self.draw)
                places[Lane(lane)] += 1
                still_s = released_wait_s(Waiting(next_at, wait_s, hold_s), now_s, delay_s)
                if still_s is not None:
                    self._wait(sequence, still_s, state, hold_s)

    def retry(self) -> None:
        """Let everything that waits leave now, as far as the centre's own `Retry-After` allows."""
        with self.database.transaction():
            self.database.write(
                "UPDATE delivery SET next_at = max(?, next_at - wait_s + hold_s), wait_s = hold_s "
                "WHERE state IN (?, ?)",
                (self.clock.schedule_s(), _PENDING, _UNKNOWN),
            )

    def release_quarantined(self) -> int:
        """An operator's decision: give quarantined transactions another chance. How many there were."""
        rows = self.database.read(
            "SELECT sequence, id FROM delivery JOIN entry USING (sequence) WHERE state = ?",
            (TransactionState.QUARANTINED,),
        )
        with self.database.transaction():
            for sequence, transaction_id in rows:
                self.database.write(
                    "UPDATE delivery SET state = ?, refusals = 0, next_at = ?, wait_s = 0, hold_s = 0 "
                    "WHERE sequence = ?",
                    (_UNKNOWN, self.clock.schedule_s(), sequence),
                )
                self.journal.append(JournalEvent.TRANSACTION_RELEASED, transaction_id)
        return len(rows)

    def depth(self) -> Depth:
        """What waits and what is quarantined."""
        waiting, oldest_at = self.database.read(
            "SELECT count(*), min(accepted_at) FROM delivery JOIN entry USING (sequence) WHERE state IN (?, ?, ?)",
            (_PENDING, _SENDING, _UNKNOWN),
        )[0]
        quarantined = self.database.read(
            "SELECT count(*) FROM delivery WHERE state = ?", (TransactionState.QUARANTINED,)
        )[0][0]
        return Depth(waiting, self._age_s(oldest_at), quarantined)

    def _age_s(self, accepted_at: str | None) -> float:
        if accepted_at is None:
            return 0.0
        rows = self.database.read("SELECT unixepoch(?)", (accepted_at,))
        return max(0.0, self.clock.utc().timestamp() - float(rows[0][0]))

    def _start(self, sequence: int) -> Due | float:
        transaction_id, digest, body, attempts, refusals, state = self.database.read(
            "SELECT id, payload_sha256, body, attempts, refusals, state FROM entry "
            "JOIN delivery USING (sequence) LEFT JOIN payload USING (sequence) WHERE sequence = ?",
            (sequence,),
        )[0]
        due = Due(sequence, transaction_id, body or b"", attempts + 1, refusals, state == _UNKNOWN)
        if hashlib.sha256(due.body).digest() != digest:
            self.record(due, Verdict(VerdictKind.OTHER_BODY, reason="payload_damaged"))
            return 0.0
        with self.database.transaction():
            self.database.write(
                "UPDATE delivery SET state = ?, attempts = ? WHERE sequence = ?",
                (_SENDING, due.attempts, sequence),
            )
        return due

    def _wait(self, sequence: int, wait_s: float, state: str, hold_s: float = 0.0) -> None:
        self.database.write(
            "UPDATE delivery SET state = ?, next_at = ?, wait_s = ?, hold_s = min(?, ?) WHERE sequence = ?",
            (state, self.clock.schedule_s() + wait_s, wait_s, hold_s, wait_s, sequence),
        )

    def _undo_clock_jump(self) -> None:
        now_s = self.clock.schedule_s()
        where = "state IN (?, ?) AND next_at > ? + wait_s + 1"
        values = (_PENDING, _UNKNOWN, now_s)
        if self.database.read(f"SELECT 1 FROM delivery WHERE {where} LIMIT 1", values):  # noqa: S608 (constant)
            with self.database.transaction():
                self.database.write(
                    f"UPDATE delivery SET next_at = ? + wait_s WHERE {where}",  # noqa: S608 (constant)
                    (now_s, *values),
                )
