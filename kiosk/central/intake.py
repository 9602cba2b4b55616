"""Takes transactions in, exactly once: the idempotency key lies in the row that is the effect.

The same key and body again gives the first answer; another body under the same key is refused and becomes an
incident; two at once: one waits outside with 409. Keys live as long as the record.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.central.database import Database
from kiosk.central.models import Attachment, CaseEvent, Incident, Transaction
from kiosk.central.refusals import Refusal
from kiosk.central.schemas import TransactionIn

RECEIVED, TO_VERIFY = "已受理", "待核验"
PROGRESS = {TO_VERIFY: RECEIVED, RECEIVED: "办理中", "办理中": "办结"}
ATTACHMENT_LIMIT = 8 * 1024 * 1024
Proof = Callable[[Session, str, str], bool]
"""(session, number, token) → whether the token proves that person. One that does not is no reason to refuse:
the slip is already promised; a person verifies the case."""


@dataclass(frozen=True)
class Receipt:
    """The answer to a transaction."""

    status: int
    case_number: str
    state: str
    received_at: datetime.datetime


class KeysAtWork:
    """Keys that a thread of this process is working on now."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Hold a key; Refusal 409 when somebody else holds it."""
        with self._lock:
            if key in self._keys:
                raise Refusal(409, "in_progress", {"Retry-After": "1"})
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


class Intake:
    """Receives transactions into `database`."""

    def __init__(self, database: Database, clock: Callable[[], datetime.datetime], proves: Proof) -> None:
        self._database, self._clock, self._proves = database, clock, proves
        self._at_work = KeysAtWork()

    def receive(self, terminal: str, key: str, body: TransactionIn) -> Receipt:
        """Store a transaction once; the same again gives the same receipt."""
        if not 8 <= len(key) <= 64 or not key.isascii():
            raise Refusal(400, "idempotency_key")
        attachments = list(_decoded(body))
        fingerprint = fingerprint_of(body)
        with self._at_work.hold(key):
            with self._database.transaction() as session:
                known = session.get(Transaction, key)
                if known is None:
                    return self._store(session, terminal, key, body, fingerprint, attachments)
                if known.fingerprint == fingerprint and known.terminal == terminal:
                    return receipt_of(known)
                session.add(Incident(at=self._clock(), terminal=terminal, kind="key_reused", key=key))
            raise Refusal(422, "key_reused")

    def find(self, terminal: str, key: str) -> Receipt:
        """The receipt of a terminal's own key; Refusal 404 when it was never seen."""
        with self._database.transaction() as session:
            known = session.get(Transaction, key)
            if known is None or known.terminal != terminal:
                raise Refusal(404, "never_seen")
            return receipt_of(known)

    def advance(self, case_number: str) -> str:
        """Move a case one step on (the sample centre has no officials); returns the new state."""
        with self._database.transaction() as session:
            case = session.scalar(select(Transaction).where(Transaction.case_number == case_number))
            if case is None:
                raise Refusal(404, "never_seen")
            if case.state in PROGRESS:
                case.state = PROGRESS[case.state]
                session.add(CaseEvent(case_number=case_number, at=self._clock(), state=case.state))
            return case.state

    def _store(
        self,
        session: Session,
        terminal: str,
        key: str,
        body: TransactionIn,
        fingerprint: str,
        attachments: list[tuple[str, str, bytes]],
    ) -> Receipt:
        now = self._clock()
        proven = body.kind == "rating" or self._proves(session, body.subject.number, body.token)
        case = Transaction(
            key=key,
            fingerprint=fingerprint,
            terminal=terminal,
            local_number=body.local_number,
            kind=body.kind,
            service=body.service,
            district=body.district,
            number=body.subject.number,
            case_number=self._next_number(session, body.district, now),
            state=RECEIVED if proven else TO_VERIFY,
            status_code=201 if proven else 202,
            received_at=now,
            body=body.model_dump(exclude={"attachments", "token"}),
        )
        session.add(case)
        session.flush()
        for name, media_type, content in attachments:
            session.add(Attachment(key=key, name=name, media_type=media_type, content=content))
        session.add(CaseEvent(case_number=case.case_number, at=now, state=case.state))
        return receipt_of(case)

    def _next_number(self, session: Session, district: str, now: datetime.datetime) -> str:
        """District, day, and a count with a check digit: short enough to read out."""
        prefix = f"{district}-{now:%Y%m%d}-"
        taken = session.scalar(
            select(func.count()).select_from(Transaction).where(Transaction.case_number.startswith(prefix))
        )
        count = f"{(taken or 0) + 1:05d}"
        return f"{prefix}{count}{sum(int(c) * w for c, w in zip(count, (7, 3, 1, 7, 3), strict=True)) % 10}"


def receipt_of(row: Transaction) -> Receipt:
    """The receipt of a stored transaction; the first answer's status stays."""
    return Receipt(row.status_code, row.case_number, row.state, row.received_at)


def fingerprint_of(body: TransactionIn) -> str:
    """SHA-256 over the canonical body. The token is left out: it proves who asked, not what was asked."""
    canonical: dict[str, Any] = body.model_dump(exclude={"token"})
    text = json.dumps(canonical, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _decoded(body: TransactionIn) -> Iterator[tuple[str, str, bytes]]:
    for attachment in body.attachments:
        try:
            content = base64.b64decode(attachment.content, validate=True)
        except (binascii.Error, ValueError):
            raise Refusal(422, "attachment_not_base64") from None
        if len(content) > ATTACHMENT_LIMIT:
            raise Refusal(422, "attachment_too_large")
        yield attachment.name, attachment.media_type, content
