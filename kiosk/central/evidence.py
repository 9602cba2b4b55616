"""Evidence: large attachments that come after their transaction, sealed, in parts, resumable.

The transaction names each by the SHA-256 of its sealed bytes and is taken at once; the case waits for its evidence
until all of it is here. Only what a known transaction of the same terminal names is taken, at most as long as it said,
so nobody can fill the disk. Not responsible for HTTP.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kiosk.central.case_rules import WAITS
from kiosk.central.cases import first_event
from kiosk.central.database import Database
from kiosk.central.incidents import note
from kiosk.central.models import Attachment, EvidencePart, EvidenceRow, Incident, Transaction
from kiosk.central.refusals import Refusal
from kiosk.central.schemas import EvidenceIn
from kiosk.central.sealing import SealError, SealingKeys

PART_LIMIT = 4 * 1024 * 1024
FORGET_PARTS = datetime.timedelta(days=30)
"""An upload that nobody went on with for so long begins anew, should it ever go on."""


@dataclass(frozen=True)
class Part:
    """Bytes of a piece of evidence as they came: whose, of which transaction, and from where on."""

    terminal: str
    key: str
    sha256: str
    offset: int
    length: int
    content: bytes

    def __repr__(self) -> str:
        return f"Part({self.key}, {self.sha256[:8]}, {self.offset})"


@dataclass(frozen=True)
class Progress:
    """How many bytes are here, and whether that is all."""

    offset: int
    complete: bool


def announce(session: Session, key: str, evidence: Sequence[EvidenceIn]) -> None:
    """Note what a transaction says will come; in its transaction."""
    session.add_all(
        EvidenceRow(key=key, sha256=one.sha256, name=one.name, media_type=one.media_type, length=one.length)
        for one in evidence
    )


class Evidence:
    """Takes evidence into `database`. `settled` says what becomes of a case that waited for the last of it."""

    def __init__(
        self,
        database: Database,
        keys: SealingKeys,
        clock: Callable[[], datetime.datetime],
        settled: Callable[[Transaction], str],
    ) -> None:
        self._database, self._keys, self._clock, self._settled = database, keys, clock, settled

    def progress(self, terminal: str, key: str, sha256: str) -> Progress:
        """How far it has come. Refusal 409 for evidence that no transaction of the terminal names."""
        with self._database.reading() as session:
            return _progress_of(_named(session, terminal, key, sha256))

    def take(self, part: Part) -> Progress:
        """Keep a part; with the last one the evidence is checked, opened and put to its case.

        Refusal 409 `offset` (with ours), 409 `unknown_transaction`, 400 `length`, 413; 400 `evidence_damaged` when the
        SHA-256 is another one: what came is thrown away; 400 for a seal that does not open: the last part is not kept.
        """
        if len(part.content) > PART_LIMIT:
            raise Refusal(413, "too_large")
        try:
            progress = self._database.run(lambda session: self._take(session, part))
        except SealError as error:
            self._note(part, error.reason)
            raise Refusal(400, error.reason) from None
        if progress is None:
            raise Refusal(400, "evidence_damaged")
        return progress

    def _take(self, session: Session, part: Part) -> Progress | None:
        """None for evidence that is not what its name says; it then begins anew."""
        row = _named(session, part.terminal, part.key, part.sha256, lock=True)
        if row.arrived_at is not None:
            return _progress_of(row)
        if part.length != row.length or not part.content or part.offset + len(part.content) > row.length:
            raise Refusal(400, "length")
        if part.offset != row.received:
            raise Refusal(409, "offset", offset=row.received)
        kept = EvidencePart(key=part.key, sha256=part.sha256, start=part.offset, content=part.content)
        session.add(kept)
        row.received += len(part.content)
        row.touched_at = self._clock()
        if row.received < row.length:
            return _progress_of(row)
        session.flush()
        return self._finish(session, row, part)

    def _finish(self, session: Session, row: EvidenceRow, part: Part) -> Progress | None:
        mine = (EvidencePart.key == row.key, EvidencePart.sha256 == row.sha256)
        sealed = b"".join(session.scalars(select(EvidencePart.content).where(*mine).order_by(EvidencePart.start)))
        session.execute(delete(EvidencePart).where(*mine))
        if hashlib.sha256(sealed).hexdigest() != row.sha256:
            row.received = 0
            note(session, self._incident(part, "evidence_damaged"))
            return None
        content = self._keys.open(sealed, f"evidence {row.key}")
        session.add(Attachment(key=row.key, name=row.name, media_type=row.media_type, content=content))
        row.arrived_at = self._clock()
        session.flush()
        self._settle(session, row.key)
        return _progress_of(row)

    def _settle(self, session: Session, key: str) -> None:
        missing = select(func.count()).where(EvidenceRow.key == key, EvidenceRow.arrived_at.is_(None))
        case = session.get_one(Transaction, key)
        if case.state == WAITS and not session.scalar(missing):
            case.state = self._settled(case)
            session.add(first_event(case, self._clock()))

    def _note(self, part: Part, kind: str) -> None:
        self._database.run(lambda session: note(session, self._incident(part, kind)))

    def _incident(self, part: Part, kind: str) -> Incident:
        return Incident(at=self._clock(), terminal=part.terminal, kind=kind, key=part.key, detail=part.sha256)


def forget_unfinished(session: Session, now: datetime.datetime) -> None:
    """Throw away parts of uploads that nobody went on with."""
    stale = (EvidenceRow.arrived_at.is_(None), EvidenceRow.received > 0, EvidenceRow.touched_at < now - FORGET_PARTS)
    for key, sha256 in session.execute(select(EvidenceRow.key, EvidenceRow.sha256).where(*stale)).all():
        session.execute(delete(EvidencePart).where(EvidencePart.key == key, EvidencePart.sha256 == sha256))
    session.execute(update(EvidenceRow).where(*stale).values(received=0))


def _named(session: Session, terminal: str, key: str, sha256: str, lock: bool = False) -> EvidenceRow:
    # The case is locked, not the evidence: two last pieces of one case must see each other.
    case = session.get(Transaction, key, with_for_update=lock)
    row = session.get(EvidenceRow, (key, sha256)) if case is not None and case.terminal == terminal else None
    if row is None:
        raise Refusal(409, "unknown_transaction", {"Retry-After": "60"})
    return row


def _progress_of(row: EvidenceRow) -> Progress:
    return Progress(row.length if row.arrived_at else row.received, row.arrived_at is not None)
