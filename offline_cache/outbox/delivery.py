"""Where each transaction stands with the centre: taking what is due, recording answers, waiting.

Not responsible for HTTP (offline_cache.line.central) or for what an answer means (offline_cache.outbox.schedule).
Times on disk are those of `Clock.schedule_s`. A wall clock that jumped between two starts cannot make a row
wait longer than it was told to: `wait_s` says how far ahead `next_at` was set, and at the start a row that
seems further away than that is put back to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from offline_cache.chains.journal import Journal, JournalEvent
from offline_cache.clock import Clock
from offline_cache.contract import Outcome, ServiceWaiting, TransactionState
from offline_cache.disk.database import Database
from offline_cache.outbox.batches import MOST, Candidate, portion
from offline_cache.outbox.quarantine import Quarantine
from offline_cache.outbox.retention import purge_payload
from offline_cache.outbox.schedule import (
    NOT_ANSWERED,
    Draw,
    Lane,
    Step,
    Verdict,
    VerdictKind,
    backoff_s,
    decide,
    drawn_once,
    return_delays_s,
)
from offline_cache.trust.sealing import SEALED

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
    media_type: str
    attempts: int
    refusals: int
    was_unknown: bool
    expired: bool = False
    """Its validity is over, and it may have arrived before: ask, do not send."""

    def __repr__(self) -> str:
        return f"Due({self.id})"


@dataclass(frozen=True)
class Depth:
    """How much waits: rows not yet answered, age of the oldest in seconds, rows quarantined; what waits by service."""

    waiting: int
    oldest_s: float
    quarantined: int
    services: tuple[ServiceWaiting, ...]


@dataclass
class Delivery:
    """The table `delivery`."""

    database: Database
    journal: Journal
    clock: Clock
    draw: Draw
    quarantine: Quarantine

    def take(self, lane: Lane) -> Due | float | None:
        """The lane's next transaction, now *sending*; or seconds until one is due; None when none waits."""
        taken = self.take_batch(lane, 1)
        return taken[0] if isinstance(taken, tuple) else taken

    def take_batch(self, lane: Lane, most: int) -> tuple[Due, ...] | float | None:
        """What goes into the lane's next request, at most `most`, all *sending* in one commit; or as for `take`."""
        rows = self.database.read(
            "SELECT sequence, next_at, attempts, state, (SELECT length(body) FROM payload p "
            "WHERE p.sequence = d.sequence), coalesce(expired, 0) FROM delivery d LEFT JOIN attention USING (sequence) "
            "WHERE lane = ? AND state IN (?, ?) ORDER BY next_at, attempts, sequence LIMIT ?",
            (lane, _PENDING, _UNKNOWN, most),
        )
        if not rows:
            return None
        now_s = self.clock.schedule_s()
        due = [row for row in rows if row[1] <= now_s]
        if not due:
            return float(rows[0][1]) - now_s
        candidates = [
            Candidate(size or 0, tried, state == _UNKNOWN, bool(expired)) for _, _, tried, state, size, expired in due
        ]
        count = portion(candidates, most)
        return self._start([row[0] for row in due[:count]]) or 0.0

    def record(self, due: Due, verdict: Verdict) -> Outcome:
        """Make an attempt's verdict durable, and forget the payload when the centre has it."""
        return self.record_batch([(due, verdict)])[0]

    def record_batch(self, answered: Sequence[tuple[Due, Verdict]], together: int = MOST) -> tuple[Outcome, ...]:
        """Make the verdicts of one request durable in one commit.

        Those that must wait, wait in groups of `together`, so that they are due together again.
        """
        outcomes: list[Outcome] = []
        purged = False
        with self.database.transaction():
            for place, (due, verdict) in enumerate(answered):
                if place % together == 0:
                    draw = drawn_once(self.draw)
                step = decide(verdict, due.attempts, due.refusals, due.was_unknown, draw)
                purged = self._record(due, verdict, step) or purged
                outcomes.append(Outcome(due.id, step.state, verdict.case_number, verdict.reason))
            if step.hold_s and all(verdict.kind is VerdictKind.BUSY for _, verdict in answered):
                self._hold_back(due.sequence, step)
        if purged:
            self.database.checkpoint()
        return tuple(outcomes)

    def answered_by_hand(self, transaction_id: str, verdict: Verdict) -> Outcome:
        """Make a verdict durable that did not come by line; the same as if it had."""
        rows = self.database.read("SELECT sequence FROM entry WHERE id = ?", (transaction_id,))
        return self.record(self._due(rows[0][0])[0], verdict)

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
        """The line is back: what would leave at once leaves spread out. Whose wait is running keeps it."""
        now_s = self.clock.schedule_s()
        with self.database.transaction():
            for lane in Lane:
                rows = self.database.read(
                    "SELECT sequence, state, ? - next_at FROM delivery "
                    "WHERE lane = ? AND state IN (?, ?) AND next_at <= ? ORDER BY sequence",
                    (now_s, lane, _PENDING, _UNKNOWN, now_s),
                )
                delays = return_delays_s([due_for_s for _, _, due_for_s in rows], self.draw)
                for (sequence, state, _), delay_s in zip(rows, delays, strict=True):
                    self._wait(sequence, delay_s, state)

    def retry(self) -> None:
        """Let everything that waits leave now, as far as the centre's own `Retry-After` allows."""
        with self.database.transaction():
            self.database.write(
                "UPDATE delivery SET next_at = max(?, next_at - wait_s + hold_s), wait_s = hold_s "
                "WHERE state IN (?, ?)",
                (self.clock.schedule_s(), _PENDING, _UNKNOWN),
            )

    def depth(self) -> Depth:
        """What waits and what is quarantined."""
        rows = self.database.read(
            "SELECT service, count(*), min(accepted_at) FROM delivery JOIN entry USING (sequence) "
            "WHERE state IN (?, ?, ?) GROUP BY service ORDER BY service",
            NOT_ANSWERED,
        )
        oldest_at = min((at for _, _, at in rows), default=None)
        quarantined = self.database.read(
            "SELECT count(*) FROM delivery WHERE state = ?", (TransactionState.QUARANTINED,)
        )[0][0]
        services = tuple(ServiceWaiting(service, count) for service, count, _ in rows)
        return Depth(sum(one.count for one in services), self._age_s(oldest_at), quarantined, services)

    def _age_s(self, accepted_at: str | None) -> float:
        if accepted_at is None:
            return 0.0
        rows = self.database.read("SELECT unixepoch(?)", (accepted_at,))
        return max(0.0, self.clock.utc().timestamp() - float(rows[0][0]))

    def _record(self, due: Due, verdict: Verdict, step: Step) -> bool:
        """Write one verdict down; whether the payload was forgotten."""
        now_s = self.clock.schedule_s()
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
        if step.state is TransactionState.QUARANTINED:
            self.quarantine.note(due.sequence)
        if verdict.kind is VerdictKind.NEVER_SEEN:
            self.journal.append(JournalEvent.TRANSACTION_EXPIRED, due.id)
        if step.state is TransactionState.ACCEPTED and verdict.receipt:
            self.database.write("INSERT OR REPLACE INTO receipt VALUES (?, ?)", (due.sequence, verdict.receipt))
        if step.state is not TransactionState.ACCEPTED:
            return False
        if verdict.receipt and due.media_type == SEALED:  # nobody here can read it, and a rewound centre may ask for it
            return False
        return purge_payload(self.database, self.journal, due.sequence)

    def _start(self, sequences: Sequence[int]) -> tuple[Due, ...]:
        """Mark these as being sent; those whose payload is not what was accepted are quarantined instead."""
        whole: list[Due] = []
        damaged: list[Due] = []
        for sequence in sequences:
            due, digest = self._due(sequence)
            (whole if hashlib.sha256(due.body).digest() == digest else damaged).append(due)
        if damaged:
            verdict = Verdict(VerdictKind.OTHER_BODY, reason="payload_damaged")
            self.record_batch([(due, verdict) for due in damaged])
        if whole:
            with self.database.transaction():
                for due in whole:
                    self.database.write(
                        "UPDATE delivery SET state = ?, attempts = ? WHERE sequence = ?",
                        (_SENDING, due.attempts, due.sequence),
                    )
        return tuple(whole)

    def _due(self, sequence: int) -> tuple[Due, bytes]:
        transaction_id, digest, body, media_type, attempts, refusals, state, expired = self.database.read(
            "SELECT id, payload_sha256, coalesce(body, x''), coalesce(media_type, ''), attempts, refusals, state, "
            "coalesce(expired, 0) FROM entry JOIN delivery USING (sequence) LEFT JOIN payload USING (sequence) "
            "LEFT JOIN attention USING (sequence) WHERE sequence = ?",
            (sequence,),
        )[0]
        unknown = state == _UNKNOWN
        due = Due(sequence, transaction_id, body, media_type, attempts + 1, refusals, unknown, bool(expired))
        return due, digest

    def _hold_back(self, sequence: int, step: Step) -> None:
        """A centre that says *later* to a whole request says it to its lane: what waits there is held as long.

        Then they leave together, the least tried first, so that nobody stands behind a row that is always put off.
        """
        next_at = self.clock.schedule_s() + step.wait_s
        self.database.write(
            "UPDATE delivery SET next_at = ?, wait_s = ?, hold_s = ? WHERE state IN (?, ?) AND next_at < ? "
            "AND lane = (SELECT lane FROM delivery WHERE sequence = ?)",
            (next_at, step.wait_s, step.hold_s, _PENDING, _UNKNOWN, next_at, sequence),
        )

    def _wait(self, sequence: int, wait_s: float, state: str) -> None:
        self.database.write(
            "UPDATE delivery SET state = ?, next_at = ?, wait_s = ?, hold_s = 0 WHERE sequence = ?",
            (state, self.clock.schedule_s() + wait_s, wait_s, sequence),
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
