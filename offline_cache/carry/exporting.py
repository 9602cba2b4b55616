"""What waits, carried by hand where the line stays dead: a file for the centre, and the centre's answer taken in.

Rows stay as they are: what is carried may be sent by line as well, whichever comes first; the centre takes it once.
Not responsible for the form of the files (offline_cache.carry.bundle), nor for media (offline_cache.carry.removable).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from kiosk.ipc import Control
from offline_cache.administration import Exported, Imported
from offline_cache.carry.bundle import ANSWER_FORM, EXPORT_FORM, read_lines, sealed_lines
from offline_cache.carry.removable import MediumError, write_whole
from offline_cache.chains.heads import Mark
from offline_cache.clock import Clock, iso
from offline_cache.contract import TransactionState
from offline_cache.disk.database import Row
from offline_cache.evidence.blobs import Blob
from offline_cache.evidence.pieces import DueBlob, EvidenceState
from offline_cache.line import wire
from offline_cache.line.central import entry_verdict
from offline_cache.outbox.identifiers import new_transaction_id
from offline_cache.outbox.quarantine import EXPIRED
from offline_cache.outbox.schedule import NOT_ANSWERED, Verdict, VerdictKind
from offline_cache.owner import Owner
from offline_cache.store import Store
from offline_cache.trust.receipts import ReceiptJudge

SUFFIX = ".export"
_AT_ONCE = 20
_CARRIED = (*NOT_ANSWERED, TransactionState.QUARANTINED)


class Manifest(msgspec.Struct, frozen=True):
    """The first line: whose file this is, which, when, its head, and from where on the journal stands in it."""

    form: str
    id: str
    terminal: str
    at: str
    head: str
    journal: Mark
    entry: Mark


class AnswerManifest(msgspec.Struct, frozen=True):
    """The first line of an answer: to which export of which terminal."""

    form: str
    export: str
    terminal: str
    at: str


class EvidenceAnswer(msgspec.Struct, frozen=True):
    """A piece of evidence that the centre has whole."""

    key: str
    sha256: str


@dataclass(frozen=True)
class _Plan:
    manifest: Manifest
    sequences: tuple[int, ...]
    evidence: tuple[Blob, ...]
    journal: tuple[Row, ...]


@dataclass
class Carrier:
    """Exports and imports. `receipts` judges what came by hand as it judges what came by line."""

    owner: Owner
    clock: Clock
    terminal: str
    receipts: ReceiptJudge

    def export(self, folder: Path, control: Control) -> Exported:
        """Write one file into `folder`. Raises MediumError, StoreUnavailable, DeadlineExceeded."""
        plan = self.owner.run(self._plan, control)
        counted: Counter[str] = Counter()
        lines = sealed_lines(EXPORT_FORM, self._lines(plan, counted, control), lambda data: self._sign(data, control))
        stamp = plan.manifest.at.replace("-", "").replace(":", "")
        target = folder / f"{self.terminal}-{stamp}-{plan.manifest.id[-6:]}{SUFFIX}"
        length = write_whole(target, lines)
        return Exported(str(target), length, counted["entry"], counted["evidence"], counted["journal"])

    def take_answers(self, file: Path, control: Control) -> Imported:
        """Take the centre's answer file in. Raises MediumError, StoreUnavailable, DeadlineExceeded."""
        believed = self.owner.run(lambda _: self.receipts.signing_key, control)  # an open store has told them
        lines = read_lines(file, ANSWER_FORM, believed)
        try:
            manifest = msgspec.json.decode(lines[0]["manifest"], type=AnswerManifest)
            verdicts = [
                msgspec.json.decode(line["verdict"], type=wire.BatchVerdict) for line in lines if "verdict" in line
            ]
            evidence = [
                msgspec.json.decode(line["evidence"], type=EvidenceAnswer) for line in lines if "evidence" in line
            ]
        except (IndexError, KeyError, msgspec.DecodeError) as error:
            raise MediumError("file_unknown_form", "not an answer of this version") from error
        if manifest.form != ANSWER_FORM or manifest.terminal != self.terminal:
            raise MediumError("file_foreign", f"it is for {manifest.terminal}")
        became: Counter[str] = Counter()
        for first in range(0, len(verdicts), _AT_ONCE):
            part = verdicts[first : first + _AT_ONCE]
            became.update(self.owner.run(partial(self._take_all, said=part), control))
        for one in evidence:
            self.owner.run(partial(_evidence_is_there, one=one), control)
        return Imported(became["accepted"], became["rejected"], became["known"], became["waiting"], len(evidence))

    def _plan(self, store: Store) -> _Plan:
        text, facts = store.heads.sign()
        witness = store.heads.witness()
        marks = (store.heads.mark("journal", witness.journal), store.heads.mark("entry", witness.entry))
        key = new_transaction_id(time.time_ns() // 1_000_000)
        manifest = Manifest(EXPORT_FORM, key, self.terminal, iso(self.clock.utc()), text, *marks)
        sequences = store.database.read(
            "SELECT sequence FROM delivery JOIN payload USING (sequence) LEFT JOIN attention USING (sequence) "
            "WHERE state IN (?, ?, ?, ?) AND reason <> ? AND coalesce(expired, 0) = 0 ORDER BY sequence",
            (*_CARRIED, EXPIRED),
        )
        evidence = store.database.read(
            "SELECT sha256, id FROM evidence JOIN entry USING (sequence) WHERE state = ? ORDER BY sequence",
            (EvidenceState.WAITING,),
        )
        journal = store.database.read(
            "SELECT number, at, event, transaction_id, detail, previous, hash FROM journal "
            "WHERE number > ? AND number <= ? ORDER BY number",
            (witness.journal, facts.j),
        )
        return _Plan(
            manifest, tuple(row[0] for row in sequences), tuple(Blob(*row) for row in evidence), tuple(journal)
        )

    def _lines(self, plan: _Plan, counted: Counter[str], control: Control) -> Iterator[dict[str, object]]:
        yield {"manifest": plan.manifest}
        for first in range(0, len(plan.sequences), _AT_ONCE):
            part = plan.sequences[first : first + _AT_ONCE]
            for entry in self.owner.run(partial(_entries, sequences=part), control):
                counted["entry"] += 1
                yield {"entry": entry}
        for blob in plan.evidence:
            content = self.owner.run(partial(_content, blob=blob), control)
            if content is not None:
                counted["evidence"] += 1
                yield {"evidence": {"key": blob.transaction_id, "sha256": blob.sha256.hex(), "content": content}}
        for *values, previous, own in plan.journal:
            counted["journal"] += 1
            yield {"journal": {"values": values, "previous": previous.hex(), "hash": own.hex()}}

    def _sign(self, data: bytes, control: Control) -> bytes:
        return self.owner.run(lambda store: store.identity.private_key().sign(data), control)

    def _take_all(self, store: Store, said: Sequence[wire.BatchVerdict]) -> list[str]:
        return [self._take(store, one) for one in said]

    def _take(self, store: Store, said: wire.BatchVerdict) -> str:
        """What became of one: accepted, rejected; known already; waiting as before."""
        rows = store.database.read(
            "SELECT state, hex(payload_sha256) FROM delivery JOIN entry USING (sequence) WHERE id = ?", (said.key,)
        )
        if not rows or rows[0][0] == TransactionState.ACCEPTED:
            return "known"
        verdict = self.receipts.judge(entry_verdict(said), said.key, rows[0][1].lower())
        state = TransactionState(rows[0][0])
        if not _applies(state, verdict):
            return "waiting"
        return str(store.delivery.answered_by_hand(said.key, verdict).state)


def _applies(state: TransactionState, verdict: Verdict) -> bool:
    """Whether a verdict that came by hand ends it: one being sent now hears from the line itself."""
    if verdict.kind is VerdictKind.ACKNOWLEDGED:
        return state is not TransactionState.SENDING
    ends = verdict.kind in {VerdictKind.REJECTED, VerdictKind.OTHER_BODY}
    return ends and state in {TransactionState.PENDING, TransactionState.UNKNOWN}


def _entries(store: Store, sequences: tuple[int, ...]) -> list[wire.BatchEntry]:
    marks = ", ".join("?" * len(sequences))
    rows = store.database.read(
        f"SELECT id, media_type, body FROM payload JOIN entry USING (sequence) "  # noqa: S608 (question marks)
        f"WHERE sequence IN ({marks}) ORDER BY sequence",
        sequences,
    )
    return [wire.BatchEntry(*row) for row in rows]


def _content(store: Store, blob: Blob) -> bytes | None:
    return store.evidence.blobs.read(blob)


def _evidence_is_there(store: Store, one: EvidenceAnswer) -> None:
    rows = store.database.read(
        "SELECT attempts, refusals FROM evidence JOIN entry USING (sequence) WHERE sha256 = ? AND id = ? AND state = ?",
        (bytes.fromhex(one.sha256), one.key, EvidenceState.WAITING),
    )
    if rows:
        due = DueBlob(Blob(bytes.fromhex(one.sha256), one.key), b"", *rows[0])
        store.evidence.record(due, Verdict(VerdictKind.ACKNOWLEDGED, 201), progressed=True)
