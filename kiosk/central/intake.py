"""Takes transactions in, exactly once: the idempotency key lies in the row that is the effect.

The same key and body again gives the first answer; another body under the same key is refused and becomes an
incident; two at once: one waits outside with 409, whichever server it came to. Keys live as long as the record.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from kiosk.central.bookings import HalfDay, Quotas, half_day_of, take
from kiosk.central.case_rules import FULL, RECEIVED, TO_VERIFY, WAITS
from kiosk.central.cases import first_event
from kiosk.central.database import Database
from kiosk.central.evidence import announce
from kiosk.central.incidents import note
from kiosk.central.models import Attachment, Incident, Transaction
from kiosk.central.notices import Notices
from kiosk.central.numbers import next_case_number
from kiosk.central.refusals import Refusal
from kiosk.central.rewind import keep_promise
from kiosk.central.schemas import TransactionIn
from kiosk.central.signing import Receipt

UNLIMITED, SILENT = Quotas(default=2**31 - 1), Notices()
ATTACHMENT_LIMIT = 8 * 1024 * 1024
Proof = Callable[[Session, str, str], bool]
"""(session, number, token) → whether the token proves that person. One that does not is no reason to refuse:
the slip is already promised; a person verifies the case."""
Picture = tuple[str, str, bytes]
"""(name, media type, content)"""


@dataclass(frozen=True)
class Sent:
    """A transaction as it came: from whom, under which key, and the SHA-256 of its bytes."""

    terminal: str
    key: str
    body: TransactionIn
    payload_sha256: str


class Intake:
    """Receives transactions into `database`."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime.datetime],
        proves: Proof,
        quotas: Quotas = UNLIMITED,
        notices: Notices = SILENT,
    ) -> None:
        self._database, self._clock, self._proves = database, clock, proves
        self._quotas, self._notices = quotas, notices

    def receive(self, sent: Sent) -> tuple[Receipt, str]:
        """Store a transaction once; the same again gives the same receipt. (receipt, state of today)

        Refusal 422 `slot_full` for a booking that came too late; it is kept as a case that says so.
        """
        attachments = list(_decoded(sent.body))
        with self._database.keys_at_work.hold(sent.key):
            answer = self._database.run(lambda session: self._judge(session, sent, attachments))
        if answer is None:
            raise Refusal(422, "key_reused")
        if answer[1] == FULL:
            raise Refusal(422, "slot_full")
        return answer

    def _judge(self, session: Session, sent: Sent, attachments: list[Picture]) -> tuple[Receipt, str] | None:
        """The answer; None for another body under a known key, with the incident noted."""
        if not self._database.claim(session, f"transaction:{sent.key}"):
            raise Refusal(409, "in_progress", {"Retry-After": "1"})
        known = session.get(Transaction, sent.key)
        if known is None:
            known = self._store(session, sent, attachments)
        elif known.fingerprint != fingerprint_of(sent.body) or known.terminal != sent.terminal:
            note(session, Incident(at=self._clock(), terminal=sent.terminal, kind="key_reused", key=sent.key))
            return None
        return replace(receipt_of(known), payload_sha256=sent.payload_sha256), known.state

    def find(self, terminal: str, key: str) -> tuple[Receipt, str]:
        """The receipt and state of a terminal's own key; Refusal 404 when it was never seen."""
        with self._database.reading() as session:
            known = session.get(Transaction, key)
            if known is None or known.terminal != terminal or known.state == FULL:
                raise Refusal(404, "never_seen")
            return receipt_of(known), known.state

    def _store(self, session: Session, sent: Sent, attachments: list[Picture]) -> Transaction:
        body, now = sent.body, self._clock()
        proven = body.kind == "rating" or self._proves(session, body.subject.number, body.token)
        case = Transaction(
            key=sent.key,
            fingerprint=fingerprint_of(body),
            terminal=sent.terminal,
            local_number=body.local_number,
            kind=body.kind,
            service=body.service,
            district=body.district,
            number=body.subject.number,
            status_code=201 if proven else 202,
            received_at=now,
            body=body.model_dump(exclude={"attachments", "token"}),
            payload_sha256=sent.payload_sha256,
        )
        promised = keep_promise(session, case, now)
        if not promised:
            case.case_number = next_case_number(session, body.district, now)
        wanted = half_day_of(body)
        if wanted is not None and not take(session, wanted, self._quotas, promised):
            self._turn_away(session, case, wanted)
        else:
            case.state = WAITS if body.evidence else settled_state(case)
        session.add(case)
        session.flush()
        announce(session, sent.key, body.evidence)
        for name, media_type, content in attachments:
            session.add(Attachment(key=sent.key, name=name, media_type=media_type, content=content))
        session.add(first_event(case, now))
        return case

    def _turn_away(self, session: Session, case: Transaction, wanted: HalfDay) -> None:
        """A booking for which there is no place: kept, so that it is found by its number, and told."""
        case.state, case.status_code = FULL, 422
        text = f"您预约的{wanted.day}这个时段已约满，没有约上（本机编号{case.local_number}）。请改约别的时段。"
        self._notices.tell(session, case.number, text, case.received_at)


def settled_state(case: Transaction) -> str:
    """What a case is when nothing of it is missing."""
    return RECEIVED if case.status_code == 201 else TO_VERIFY


def receipt_of(row: Transaction) -> Receipt:
    """The receipt of a stored transaction; the first answer's status stays."""
    return Receipt(row.key, row.terminal, row.status_code, row.case_number, row.received_at, row.payload_sha256)


def fingerprint_of(body: TransactionIn) -> str:
    """SHA-256 over the canonical body. The token is left out: it proves who asked, not what was asked."""
    canonical: dict[str, Any] = body.model_dump(exclude={"token"})
    if not body.evidence:  # as before there was any: what was taken then must be known again
        del canonical["evidence"]
    text = json.dumps(canonical, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _decoded(body: TransactionIn) -> Iterator[Picture]:
    for attachment in body.attachments:
        try:
            content = base64.b64decode(attachment.content, validate=True)
        except (binascii.Error, ValueError):
            raise Refusal(422, "attachment_not_base64") from None
        if len(content) > ATTACHMENT_LIMIT:
            raise Refusal(422, "attachment_too_large")
        yield attachment.name, attachment.media_type, content
