"""Large attachments on their way to the centre: kept with their transaction, sent when that was accepted, forgotten.

The application never waits for its evidence, and no piece of evidence waits for another: each has its own time. Not
responsible for the files themselves (offline_cache.evidence.blobs) or for sending them (offline_cache.evidence.sync).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from offline_cache.chains.journal import Journal, JournalEvent
from offline_cache.clock import Clock
from offline_cache.contract import Attachment, TransactionState
from offline_cache.disk.database import Database
from offline_cache.evidence.blobs import Blob, Blobs
from offline_cache.line.wire import EvidenceBody
from offline_cache.outbox.quarantine import Quarantined
from offline_cache.outbox.schedule import Draw, Verdict, VerdictKind, decide
from offline_cache.trust.sealing import SealTo, seal

INLINE_BYTES = 64 * 1024
"""An attachment above this is evidence: it leaves the transaction's body."""

LOST = "evidence_lost"
"""Reason of evidence whose file is gone or damaged: the office must ask for it again."""

EVIDENCE_COLUMNS = "sha256, sequence, length, state, attempts, refusals, next_at, wait_s, hold_s, last_status, reason"


class EvidenceState(StrEnum):
    """Life of a piece of evidence."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class DueBlob:
    """Evidence to be sent now."""

    blob: Blob
    content: bytes
    attempts: int
    refusals: int

    def __repr__(self) -> str:
        return f"DueBlob({self.blob.name}, {len(self.content)} bytes)"


@dataclass(frozen=True)
class EvidenceDepth:
    """How many pieces wait, and how many are quarantined."""

    waiting: int
    quarantined: int


def is_evidence(attachment: Attachment) -> bool:
    """Whether an attachment is too large for the transaction's body."""
    return len(attachment.content) > INLINE_BYTES


@dataclass
class Evidence:
    """The table `evidence`, and the files behind it."""

    database: Database
    journal: Journal
    clock: Clock
    draw: Draw
    blobs: Blobs

    def keep(self, transaction_id: str, large: Sequence[Attachment], to: SealTo | None) -> tuple[EvidenceBody, ...]:
        """Seal each to a durable file of its own; how the transaction's body names them."""
        sealed = [seal(to, f"evidence {transaction_id}", one.content) for one in large]
        kept = self.blobs.put(transaction_id, sealed)
        return tuple(
            EvidenceBody(one.name, one.media_type, blob.sha256.hex(), len(content))
            for one, blob, content in zip(large, kept, sealed, strict=True)
        )

    def enter(self, sequence: int, bodies: Sequence[EvidenceBody]) -> None:
        """Note what was kept; inside the transaction that makes the entry."""
        for body in bodies:
            _insert(self.database, (bytes.fromhex(body.sha256), sequence, body.length), self.clock.schedule_s())

    def take(self) -> DueBlob | float | None:
        """What is to be sent next; or seconds until something is due; None when nothing waits."""
        rows = self.database.read(
            "SELECT sha256, id, e.attempts, e.refusals, e.next_at FROM evidence e JOIN entry USING (sequence) "
            "JOIN delivery d USING (sequence) WHERE e.state = ? AND d.state = ? ORDER BY e.next_at, sequence LIMIT 1",
            (EvidenceState.WAITING, TransactionState.ACCEPTED),
        )
        if not rows:
            return None
        sha256, transaction_id, attempts, refusals, next_at = rows[0]
        early_s = float(next_at) - self.clock.schedule_s()
        if early_s > 0:
            return early_s
        blob = Blob(sha256, transaction_id)
        content = self.blobs.read(blob)
        if content is None:
            with self.database.transaction():
                self._lose(blob)
            return 0.0
        return DueBlob(blob, content, attempts, refusals)

    def record(self, due: DueBlob, verdict: Verdict, progressed: bool) -> EvidenceState:
        """Make an attempt's end durable, and forget the file when the centre has it whole."""
        attempts = 0 if progressed else due.attempts + 1
        step = decide(verdict, max(1, attempts), due.refusals, False, self.draw)
        state = EvidenceState.WAITING
        with self.database.transaction():
            if verdict.kind is VerdictKind.ACKNOWLEDGED:
                state = EvidenceState.SENT
                self.journal.append(JournalEvent.EVIDENCE_ACKNOWLEDGED, due.blob.transaction_id)
            elif step.state is TransactionState.QUARANTINED:
                state = EvidenceState.QUARANTINED
                self.journal.append(JournalEvent.EVIDENCE_QUARANTINED, due.blob.transaction_id)
            self.database.write(
                "UPDATE evidence SET state = ?, attempts = ?, refusals = ?, next_at = ?, wait_s = ?, hold_s = ?, "
                "last_status = ?, reason = ? WHERE sha256 = ?",
                (state, attempts, step.refusals, self.clock.schedule_s() + step.wait_s, step.wait_s, step.hold_s)
                + (verdict.status, verdict.reason, due.blob.sha256),
            )
        if state is EvidenceState.SENT:
            self.blobs.remove([due.blob])
        return state

    def retry(self) -> None:
        """Let everything leave now, as far as the centre's own `Retry-After` allows; inside a transaction."""
        self.database.write(
            "UPDATE evidence SET next_at = max(?, next_at - wait_s + hold_s), wait_s = hold_s WHERE state = ?",
            (self.clock.schedule_s(), EvidenceState.WAITING),
        )

    def release_quarantined(self, transaction_id: str = "") -> int:
        """Give what is quarantined, of one transaction or all, another chance, where its file is there; how many.

        Inside a transaction of the caller.
        """
        return self.database.write(
            "UPDATE evidence SET state = ?, refusals = 0, attempts = 0, next_at = ?, wait_s = 0, hold_s = 0 "
            "WHERE state = ? AND reason != ? AND (? = '' OR sequence = (SELECT sequence FROM entry WHERE id = ?))",
            (EvidenceState.WAITING, self.clock.schedule_s(), EvidenceState.QUARANTINED, LOST)
            + (transaction_id, transaction_id),
        )

    def give_up(self, transaction_id: str) -> list[Blob]:
        """A person's decision: what is quarantined of a transaction is not sent any more. The files to remove.

        Inside a transaction of the caller, who removes the files after it.
        """
        rows = self.database.read(
            "SELECT sha256, id FROM evidence JOIN entry USING (sequence) WHERE state = ? AND id = ?",
            (EvidenceState.QUARANTINED, transaction_id),
        )
        for sha256, one in rows:
            self._set(sha256, EvidenceState.DROPPED)
            self.journal.append(JournalEvent.EVIDENCE_DROPPED, one)
        return [Blob(*row) for row in rows]

    def depth(self) -> EvidenceDepth:
        """What waits and what is quarantined."""
        rows: dict[str, int] = dict(self.database.read("SELECT state, count(*) FROM evidence GROUP BY state"))
        return EvidenceDepth(rows.get(EvidenceState.WAITING, 0), rows.get(EvidenceState.QUARANTINED, 0))

    def quarantined(self, limit: int) -> tuple[Quarantined, ...]:
        """What a person must look at, by transaction, oldest first."""
        rows = self.database.read(
            "SELECT id, local_number, service, e.reason FROM evidence e JOIN entry USING (sequence) WHERE e.state = ? "
            "ORDER BY sequence LIMIT ?",
            (EvidenceState.QUARANTINED, limit),
        )
        return tuple(
            Quarantined(key, number, service, f"evidence_{reason.removeprefix('evidence_')}", "")
            for key, number, service, reason in rows
        )

    def first_altered(self) -> str:
        """The name of the first file that is not what was kept, all being read; empty when each is."""
        rows = self.database.read(
            "SELECT sha256, id FROM evidence JOIN entry USING (sequence) WHERE state IN (?, ?) AND reason != ?",
            (EvidenceState.WAITING, EvidenceState.QUARANTINED, LOST),
        )
        return next((blob.name for row in rows if self.blobs.read(blob := Blob(*row)) is None), "")

    def drop(self) -> int:
        """Forget the evidence of refused transactions whose payload was forgotten, too; how many pieces."""
        rows = self.database.read(
            "SELECT sha256, id FROM evidence e JOIN entry USING (sequence) JOIN delivery d USING (sequence) "
            "WHERE e.state IN (?, ?) AND d.state = ? AND sequence NOT IN (SELECT sequence FROM payload)",
            (EvidenceState.WAITING, EvidenceState.QUARANTINED, TransactionState.REJECTED),
        )
        if rows:
            with self.database.transaction():
                for sha256, transaction_id in rows:
                    self._set(sha256, EvidenceState.DROPPED)
                    self.journal.append(JournalEvent.EVIDENCE_DROPPED, transaction_id)
            self.blobs.remove(Blob(*row) for row in rows)
        return len(rows)

    def recover(self) -> None:
        """At the start: sweep files that no entry needs, note files that are gone, undo jumps of the wall clock."""
        rows = self.database.read(
            "SELECT sha256, id, length FROM evidence JOIN entry USING (sequence) WHERE state IN (?, ?) AND reason != ?",
            (EvidenceState.WAITING, EvidenceState.QUARANTINED, LOST),
        )
        needed = {Blob(sha256, transaction_id): length for sha256, transaction_id, length in rows}
        self.blobs.remove([blob for blob in self.blobs.found() if blob not in needed])
        gone = [blob for blob, length in needed.items() if not self.blobs.holds(blob, length)]
        now_s = self.clock.schedule_s()
        if gone or self.database.read("SELECT 1 FROM evidence WHERE next_at > ? + wait_s + 1 LIMIT 1", (now_s,)):
            with self.database.transaction():
                for blob in gone:
                    self._lose(blob)
                self.database.write(
                    "UPDATE evidence SET next_at = ? + wait_s WHERE next_at > ? + wait_s + 1", (now_s,) * 2
                )

    def _set(self, sha256: bytes, state: EvidenceState, reason: str = "") -> None:
        self.database.write("UPDATE evidence SET state = ?, reason = ? WHERE sha256 = ?", (state, reason, sha256))

    def _lose(self, blob: Blob) -> None:
        self._set(blob.sha256, EvidenceState.QUARANTINED, LOST)
        self.journal.append(JournalEvent.EVIDENCE_QUARANTINED, blob.transaction_id, LOST)


def readopt(database: Database, blobs: Blobs, now_s: float) -> None:
    """After a salvage: what the damaged table no longer told of is sent all the same; inside a transaction."""
    known = {row[0] for row in database.read("SELECT sha256 FROM evidence")}
    for blob in blobs.found():
        entry = database.read("SELECT sequence FROM entry WHERE id = ?", (blob.transaction_id,))
        content = blobs.read(blob) if entry and blob.sha256 not in known else None
        if content is not None:
            _insert(database, (blob.sha256, entry[0][0], len(content)), now_s)


def _insert(database: Database, kept: tuple[bytes, int, int], now_s: float) -> None:
    database.write(
        "INSERT INTO evidence (sha256, sequence, length, state, next_at) VALUES (?, ?, ?, ?, ?)",
        (*kept, EvidenceState.WAITING, now_s),
    )
