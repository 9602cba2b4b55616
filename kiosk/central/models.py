"""The centre's tables. Words: a case is what a transaction became; a key is its idempotency key."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of all tables."""


class Terminal(Base):
    """A terminal: the public key it signs with (empty until it has enrolled), what it last said of itself."""

    __tablename__ = "terminal"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    public_key: Mapped[str] = mapped_column(String(64), default="")
    status: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    seen_at: Mapped[datetime.datetime | None] = mapped_column(DateTime, default=None)


class TerminalHead(Base):
    """The highest head of a terminal's two chains, by which key, and what was found wrong with a later one."""

    __tablename__ = "terminal_head"
    terminal: Mapped[str] = mapped_column(String(40), primary_key=True)
    public_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[str] = mapped_column(String(40))
    journal: Mapped[int] = mapped_column(BigInteger)
    journal_hash: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(BigInteger)
    entry_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(1000))
    problem: Mapped[str] = mapped_column(String(40), default="")


class TerminalKey(Base):
    """Every key that a terminal has signed slips with."""

    __tablename__ = "terminal_key"
    terminal: Mapped[str] = mapped_column(String(40), primary_key=True)
    public_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime.datetime] = mapped_column(DateTime)


class Invitation(Base):
    """A one-time code for a terminal: what both sides derive from it, and which key has used it."""

    __tablename__ = "invitation"
    terminal: Mapped[str] = mapped_column(String(40), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime.datetime] = mapped_column(DateTime)
    wrong: Mapped[int] = mapped_column(default=0)
    used_by: Mapped[str] = mapped_column(String(64), default="")


class Nonce(Base):
    """A request that must not come again."""

    __tablename__ = "nonce"
    terminal: Mapped[str] = mapped_column(String(40), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime.datetime] = mapped_column(DateTime, index=True)


class TerminalOrder(Base):
    """What an operator ordered for a transaction that a terminal has quarantined, and what came of it."""

    __tablename__ = "terminal_order"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    terminal: Mapped[str] = mapped_column(String(40), index=True)
    key: Mapped[str] = mapped_column(String(64))
    local_number: Mapped[str] = mapped_column(String(40), index=True)
    service: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime.datetime] = mapped_column(DateTime)
    outcome: Mapped[str] = mapped_column(String(40), default="")
    done_at: Mapped[datetime.datetime | None] = mapped_column(DateTime, default=None)


class Person(Base):
    """What the city knows of a person: fields by name, each with the office it came from."""

    __tablename__ = "person"
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    fields: Mapped[list[dict[str, str]]] = mapped_column(JSON)


class Record(Base):
    """One record of a dataset about a person."""

    __tablename__ = "record"
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(String(40), index=True)
    number: Mapped[str] = mapped_column(String(20), index=True)
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(40), default="")
    period_from: Mapped[str] = mapped_column(String(7), default="")
    period_to: Mapped[str] = mapped_column(String(7), default="")
    rows: Mapped[list[list[str]]] = mapped_column(JSON)


class Challenge(Base):
    """An SMS code that was sent. The code itself is only kept under a secret that the database does not hold."""

    __tablename__ = "challenge"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    salt: Mapped[str] = mapped_column(String(32))
    code_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime.datetime] = mapped_column(DateTime)


class CodeLimit(Base):
    """How often codes were sent to a person and mistyped lately; a new code forgives nothing."""

    __tablename__ = "code_limit"
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    window_from: Mapped[datetime.datetime] = mapped_column(DateTime)
    sent: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    wrong_at: Mapped[datetime.datetime | None] = mapped_column(DateTime, default=None)
    locked_until: Mapped[datetime.datetime | None] = mapped_column(DateTime, default=None)


class Token(Base):
    """Proof that a person's code was right; bound to the number."""

    __tablename__ = "token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    expires_at: Mapped[datetime.datetime] = mapped_column(DateTime)


class Message(Base):
    """An SMS of the sample centre, kept only in demo mode."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime.datetime] = mapped_column(DateTime)
    phone: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(300))
    code: Mapped[str] = mapped_column(String(8))


class Certificate(Base):
    """An issued certificate. `key` makes issuing it twice impossible."""

    __tablename__ = "certificate"
    serial: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(24), unique=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(120))
    masked_name: Mapped[str] = mapped_column(String(80))
    terminal: Mapped[str] = mapped_column(String(40))
    issued_at: Mapped[datetime.datetime] = mapped_column(DateTime)
    pages: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[bytes] = mapped_column(LargeBinary)


class Transaction(Base):
    """What a terminal sent, and the case that it became: one row, so that key and effect cannot part."""

    __tablename__ = "transaction_"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    terminal: Mapped[str] = mapped_column(String(40))
    local_number: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    service: Mapped[str] = mapped_column(String(80))
    district: Mapped[str] = mapped_column(String(6))
    number: Mapped[str] = mapped_column(String(20), index=True)
    case_number: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    status_code: Mapped[int]
    received_at: Mapped[datetime.datetime] = mapped_column(DateTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    payload_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Of the bytes that came; empty for rows that are older than this column."""


class Attachment(Base):
    """A picture that came with a transaction."""

    __tablename__ = "attachment"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(ForeignKey("transaction_.key"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class EvidenceRow(Base):
    """A large attachment that a transaction announced: SHA-256 and length of its sealed bytes, and how far it came."""

    __tablename__ = "evidence"
    key: Mapped[str] = mapped_column(ForeignKey("transaction_.key"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    media_type: Mapped[str] = mapped_column(String(80))
    length: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[datetime.datetime | None] = mapped_column(DateTime, default=None)
    arrived_at: Mapped[datetime.datetime | None] = mapped_column(DateTime, default=None)


class EvidencePart(Base):
    """Sealed bytes of a piece of evidence that is not all here yet."""

    __tablename__ = "evidence_part"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class CaseEvent(Base):
    """A step in a case's life. `result` and `node`: kiosk.central.case_rules; none where no office decided."""

    __tablename__ = "case_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_number: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[datetime.datetime] = mapped_column(DateTime)
    state: Mapped[str] = mapped_column(String(20))
    result: Mapped[int | None] = mapped_column(default=None)
    node: Mapped[int | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(String(300), default="", server_default="")


class BookedHalf(Base):
    """How many places of half a day are taken."""

    __tablename__ = "booked_half"
    place: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[str] = mapped_column(String(40), primary_key=True)
    half: Mapped[str] = mapped_column(String(40), primary_key=True)
    taken: Mapped[int]


class Incident(Base):
    """Something a person should look at, without personal data."""

    __tablename__ = "incident"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime.datetime] = mapped_column(DateTime)
    terminal: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(64), index=True)
    detail: Mapped[str] = mapped_column(String(120), default="", server_default="")


class Counter(Base):
    """The last number given under a name (a district's day, a certificate's day)."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Promise(Base):
    """A case that this database lost (an older backup was restored): its number waits for the terminal's copy."""

    __tablename__ = "promise"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    terminal: Mapped[str] = mapped_column(String(40))
    case_number: Mapped[str] = mapped_column(String(40), unique=True)
    status_code: Mapped[int]
    received_at: Mapped[datetime.datetime] = mapped_column(DateTime)


class Operator(Base):
    """Who may see the centre's incidents over HTTP."""

    __tablename__ = "operator"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))


class CentreIdentity(Base):
    """Which key this database's servers sign with; one row."""

    __tablename__ = "centre"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[str] = mapped_column(String(64))


class SealingKeyRow(Base):
    """A sealing key that servers of this database have published (kiosk.central.sealing); its id only."""

    __tablename__ = "sealing_key"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    made_at: Mapped[datetime.datetime] = mapped_column(DateTime)


class CatalogueRollout(Base):
    """How far a version of the catalogue is rolled out (kiosk.central.catalogue_rollout)."""

    __tablename__ = "catalogue_rollout"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    percent: Mapped[int]
    halted: Mapped[bool]


class CatalogueReport(Base):
    """What a terminal last said of a version of the catalogue."""

    __tablename__ = "catalogue_report"
    terminal: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)
    failed: Mapped[bool]
    at: Mapped[datetime.datetime] = mapped_column(DateTime)
