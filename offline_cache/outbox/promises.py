"""The promises: transactions made durable, each under its own id, number and signed slip.

An entry is written once and never changed (triggers and a hash chain see to it); where it stands with the
centre is `delivery`'s. The payload is the exact bytes that are posted, so every attempt sends the same: sealed to the
centre's key, so that we cannot read it again. Large attachments are `evidence`'s.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from offline_cache.chains.chain import first_break, link
from offline_cache.chains.journal import Journal, JournalEvent
from offline_cache.clock import Clock, boot_id, iso
from offline_cache.contract import Accepted, Draft, Outcome, TransactionRow, TransactionState
from offline_cache.disk.bridges import next_record, read_bridges
from offline_cache.disk.database import Database
from offline_cache.errors import Conflict, InvalidCommand, LimitReached
from offline_cache.evidence.pieces import Evidence, is_evidence
from offline_cache.line.wire import Captured, transaction_body
from offline_cache.outbox.identifiers import is_transaction_id, local_number
from offline_cache.outbox.limits import MOST_VALID_DAYS, refusal
from offline_cache.outbox.schedule import NOT_ANSWERED, lane_of
from offline_cache.trust.centre_trust import CentreTrust
from offline_cache.trust.identity import Identity, SlipFacts
from offline_cache.trust.sealing import SEALED, SealTo, can_seal, seal

NOT_DURABLE = "not_durable"
"""Reason of an entry whose commit failed, and which therefore was never promised to anyone."""

PAYLOAD_LOST = "payload_lost"
"""Reason of a quarantined entry whose payload a damaged disk has taken (offline_cache.disk.salvage)."""

_draft_encoder = msgspec.json.Encoder(order="deterministic")
ENTRY_COLUMNS = (
    "sequence, id, local_number, kind, service, service_version, district, accepted_at, valid_until, "
    "boot_id, monotonic_ms, slip, draft_sha256, payload_sha256"
)
_INSERT_ENTRY = (
    f"INSERT INTO entry ({ENTRY_COLUMNS}, previous, hash) "  # noqa: S608 (constant)
    f"VALUES ({', '.join('?' * (ENTRY_COLUMNS.count(',') + 3))})"
)


@dataclass
class Outbox:
    """The tables `entry` and `payload`, and the first row of `delivery`."""

    database: Database
    journal: Journal
    identity: Identity
    clock: Clock
    terminal: str
    evidence: Evidence
    trust: CentreTrust

    def accept(self, draft: Draft, *, online: bool = False) -> Accepted:
        """Make a transaction durable; when this returns, it is on the disk.

        The same draft again gives the same answer. Raises Conflict for the same id with another content,
        LimitReached when its service allows no further one, InvalidCommand for an id that is not a UUIDv7 or a
        validity that is none, NotEnrolled while there is no key to seal to, StoreUnavailable when the disk does not
        take it.
        """
        return self.accept_all((draft,), online=online)[0]

    def accept_all(self, drafts: Sequence[Draft], *, online: bool = False) -> tuple[Accepted, ...]:
        """Make several durable in one commit, all or none."""
        if not all(is_transaction_id(draft.id) for draft in drafts):
            raise InvalidCommand("id")
        if not all(1 <= draft.valid_days <= MOST_VALID_DAYS for draft in drafts):
            raise InvalidCommand("valid_days")
        with self.database.transaction():
            return tuple([self._accept(draft, online) for draft in drafts])

    def _accept(self, draft: Draft, online: bool) -> Accepted:
        digest = hashlib.sha256(_draft_encoder.encode(draft)).digest()
        known = self._known(draft.id)
        if known is None:
            self._demand_within_limits(draft, online)
            return self._write(draft, digest)
        accepted, known_digest = known
        if known_digest != digest:
            raise Conflict("other_content")
        self._renew(draft.id)
        return accepted

    def _demand_within_limits(self, draft: Draft, online: bool) -> None:
        terms = draft.terms
        if isinstance(terms, msgspec.UnsetType):
            return
        waiting = 0
        if terms.most_waiting:
            waiting = self.database.read(
                "SELECT count(*) FROM (SELECT 1 FROM delivery JOIN entry USING (sequence) "
                "WHERE state IN (?, ?, ?) AND service = ? LIMIT ?)",
                (*NOT_ANSWERED, draft.service, terms.most_waiting),
            )[0][0]
        if reason := refusal(terms, waiting, online=online):
            raise LimitReached(reason)

    def enrolled(self) -> bool:
        """Whether there is a key to seal to; nothing is accepted before."""
        return can_seal(self._seal_to())

    def withdraw(self, transaction_id: str) -> None:
        """See that a transaction whose accept failed on the disk is not sent: nobody was promised it."""
        with self.database.transaction():
            changed = self.database.write(
                "UPDATE delivery SET state = ?, reason = ?, answered_at = ? WHERE state = ? AND attempts = 0 "
                "AND sequence = (SELECT sequence FROM entry WHERE id = ?)",
                (
                    TransactionState.REJECTED,
                    NOT_DURABLE,
                    self.clock.schedule_s(),
                    TransactionState.PENDING,
                    transaction_id,
                ),
            )
            if changed:
                self.journal.append(JournalEvent.TRANSACTION_WITHDRAWN, transaction_id)

    def outcome(self, transaction_id: str) -> Outcome:
        """Where a transaction stands. Raises InvalidCommand for one that was never accepted."""
        rows = self.database.read(
            "SELECT state, case_number, reason FROM delivery JOIN entry USING (sequence) WHERE id = ?",
            (transaction_id,),
        )
        if not rows:
            raise InvalidCommand("unknown_transaction")
        state, case_number, reason = rows[0]
        return Outcome(transaction_id, TransactionState(state), case_number, reason)

    def rows(self, limit: int) -> tuple[TransactionRow, ...]:
        """The newest transactions, without payload."""
        found = self.database.read(
            "SELECT id, local_number, service, state, attempts, accepted_at, case_number, reason, valid_until "
            "FROM entry JOIN delivery USING (sequence) ORDER BY sequence DESC LIMIT ?",
            (max(0, limit),),
        )
        return tuple(TransactionRow(row[0], row[1], row[2], TransactionState(row[3]), *row[4:]) for row in found)

    def first_break(self) -> int | None:
        """The sequence of the first entry that was edited, removed or moved; None when none was."""
        rows = self.database.each(f"SELECT previous, hash, {ENTRY_COLUMNS} FROM entry ORDER BY sequence")  # noqa: S608 (constant)
        records = ((values[0], before, own, tuple(values)) for before, own, *values in rows)
        return first_break(records, read_bridges(self.database, "entry"))

    def altered_payloads(self) -> list[int]:
        """Sequences of payloads that are not what was accepted, or are gone although still needed."""
        done = (TransactionState.ACCEPTED, TransactionState.REJECTED)
        rows = self.database.each(
            "SELECT sequence, payload_sha256, body, state, reason FROM entry JOIN delivery USING (sequence) "
            "LEFT JOIN payload USING (sequence) ORDER BY sequence"
        )
        return [
            sequence
            for sequence, digest, body, state, reason in rows
            if (body is None and state not in done and reason != PAYLOAD_LOST)
            or (body is not None and hashlib.sha256(body).digest() != digest)
        ]

    def _seal_to(self) -> SealTo | None:
        keys = self.trust.keys()
        if keys is None or not keys.sealing_key:
            return None
        return SealTo(keys.sealing_key_id, keys.suite, keys.sealing_key)

    def _known(self, transaction_id: str) -> tuple[Accepted, bytes] | None:
        rows = self.database.read(
            "SELECT id, local_number, sequence, accepted_at, slip, draft_sha256 FROM entry WHERE id = ?",
            (transaction_id,),
        )
        return (Accepted(*rows[0][:5]), rows[0][5]) if rows else None

    def _write(self, draft: Draft, digest: bytes) -> Accepted:
        sequence, previous = next_record(self.database, "entry")
        number, now = local_number(self.terminal, sequence), self.clock.utc()
        at, to = iso(now), self._seal_to()
        inline = tuple(part for part in draft.attachments if not is_evidence(part))
        apart = self.evidence.keep(draft.id, [part for part in draft.attachments if is_evidence(part)], to)
        plain = transaction_body(draft, Captured(number, sequence, at, inline, apart))
        body = seal(to, f"transaction {draft.id}", plain)
        payload_digest = hashlib.sha256(body).digest()
        slip = self.identity.sign_slip(SlipFacts(self.terminal, number, draft.service, at, payload_digest.hex()[:16]))
        values = (
            sequence,
            draft.id,
            number,
            draft.kind,
            draft.service,
            draft.service_version,
            draft.district,
            at,
            iso(now + datetime.timedelta(days=draft.valid_days)),
            boot_id(),
            int(self.clock.monotonic_s() * 1000),
            slip,
            digest,
            payload_digest,
        )
        self._insert(values, previous, body, lane_of(draft.kind))
        self.evidence.enter(sequence, apart)
        self.journal.append(JournalEvent.TRANSACTION_ACCEPTED, draft.id, number)
        return Accepted(draft.id, number, sequence, at, slip)

    def _insert(self, values: tuple[object, ...], previous: bytes, body: bytes, lane: str) -> None:
        self.database.write(_INSERT_ENTRY, (*values, previous, link(previous, values)))
        self.database.write(
            "INSERT INTO payload (sequence, body, media_type) VALUES (?, ?, ?)", (values[0], body, SEALED)
        )
        self.database.write(
            "INSERT INTO delivery (sequence, lane, state, next_at) VALUES (?, ?, ?, ?)",
            (values[0], lane, TransactionState.PENDING, self.clock.schedule_s()),
        )

    def _renew(self, transaction_id: str) -> None:
        # Withdrawn once because the disk failed, and now asked for again: this commit is the promise.
        self.database.write(
            "UPDATE delivery SET state = ?, reason = '', answered_at = NULL, next_at = ? "
            "WHERE reason = ? AND sequence = (SELECT sequence FROM entry WHERE id = ?)",
            (TransactionState.PENDING, self.clock.schedule_s(), NOT_DURABLE, transaction_id),
        )
