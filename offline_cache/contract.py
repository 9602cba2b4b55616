"""What other processes may ask of the store, and what it tells them.

The store's process is the only one with the database key and with a network. Everything that a citizen was
promised goes through `Accept`; everything that needs the centre now goes through the online calls.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from kiosk.ipc import Contract
from offline_cache.contract_catalogue import CataloguePage, CatalogueStatus, JudgeCatalogue, ReadCatalogue


class LineState(StrEnum):
    """The line to the centre, as measured by real exchanges."""

    ONLINE = "online"
    SLOW = "slow"
    OFFLINE = "offline"


class TransactionState(StrEnum):
    """Life of an outbox row."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    QUARANTINED = "quarantined"


class Answer(msgspec.Struct, frozen=True):
    """One named value of a form; `label` is what the citizen saw, `shown` how she saw the value."""

    name: str
    value: str
    label: str = ""
    shown: str = ""

    def __repr__(self) -> str:
        return f"Answer({self.name})"


class Attachment(msgspec.Struct, frozen=True):
    """A picture or scan that belongs to a transaction."""

    name: str
    media_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"Attachment({self.name}, {len(self.content)} bytes)"


class Terms(msgspec.Struct, frozen=True):
    """What the service allows of promises that the office has not seen: how many may wait at once (0: any number), and
    up to what amount in fen without the line; `amount_fen` is what this transaction pays."""

    most_waiting: int = 0
    most_fen: int = 0
    amount_fen: int = 0


class Draft(msgspec.Struct, frozen=True):
    """A transaction to be accepted. `id` is a UUIDv7 chosen once; it is the idempotency key.

    `terms` left out: nothing limits it.
    """

    id: str
    kind: Literal["application", "rating"]
    service: str
    service_version: int
    district: str
    subject_number: str
    subject_name: str
    token: str
    answers: tuple[Answer, ...]
    attachments: tuple[Attachment, ...] = ()
    valid_days: int = 30
    terms: Terms | msgspec.UnsetType = msgspec.UNSET

    def __repr__(self) -> str:
        return f"Draft({self.id}, {self.service})"


class StoreCommand(msgspec.Struct, frozen=True, tag=True):
    """Base of all commands to the store."""


class Accept(StoreCommand, frozen=True):
    """Make a transaction durable → Accepted. The same id again gives the same answer."""

    draft: Draft


class WaitForOutcome(StoreCommand, frozen=True):
    """Wait until a transaction has left for the centre and been answered → Outcome (may still be pending)."""

    transaction_id: str


class Journal(StoreCommand, frozen=True):
    """Append an event without personal data to the journal → Ok. `event` is documented in offline_cache."""

    event: str
    transaction_id: str = ""
    detail: str = ""


class DeviceTold(msgspec.Struct, frozen=True):
    """A device role and its state, for the centre."""

    role: str
    state: str


class GetStatus(StoreCommand, frozen=True):
    """→ StoreStatus. `devices`: how they are, if whoever asks knows; the centre is told so."""

    devices: tuple[DeviceTold, ...] = ()


class ListTransactions(StoreCommand, frozen=True):
    """→ Transactions, newest first, without payload."""

    limit: int = 50


class Retry(StoreCommand, frozen=True):
    """Send now what waits, without waiting for its time → Ok."""


class SendCode(StoreCommand, frozen=True):
    """Online: have the centre send an SMS code to the person's registered phone → CodeSent."""

    number: str


class CheckCode(StoreCommand, frozen=True):
    """Online: → CodeVerdict."""

    challenge: str
    code: str


class Prefill(StoreCommand, frozen=True):
    """Online: what the city already knows of the person → Prefilled."""

    number: str
    token: str
    fields: tuple[str, ...]


class Lookup(StoreCommand, frozen=True):
    """Online: records of a dataset about the person → Records."""

    dataset: str
    number: str
    token: str
    parameters: tuple[Answer, ...] = ()


class IssueCertificate(StoreCommand, frozen=True):
    """Online: have a sealed certificate issued → Certificate. `transaction_id` is the idempotency key."""

    transaction_id: str
    template: str
    number: str
    token: str
    language: str
    parameters: tuple[Answer, ...] = ()


class Accepted(msgspec.Struct, frozen=True, tag=True):
    """Durable. `local_number` is what the slip shows; `slip` the signed text of its QR code."""

    transaction_id: str
    local_number: str
    sequence: int
    accepted_at: str
    slip: str


class Outcome(msgspec.Struct, frozen=True, tag=True):
    """Where a transaction stands; `case_number` once the centre accepted it."""

    transaction_id: str
    state: TransactionState
    case_number: str = ""
    reason: str = ""


class Ok(msgspec.Struct, frozen=True, tag=True):
    """Done."""


class ServiceWaiting(msgspec.Struct, frozen=True):
    """How many transactions of a service the centre has not answered yet."""

    service: str
    count: int


class StoreStatus(msgspec.Struct, frozen=True, tag=True):
    """For readiness, the technician and the operator."""

    line: LineState
    waiting: int
    oldest_s: float
    quarantined: int
    accepting: bool
    journal_length: int
    problem: str = ""
    services: tuple[ServiceWaiting, ...] = ()
    clock_suspect: bool = False
    ending: int = 0
    """Waiting transactions whose validity ends in a few days, or is over."""
    catalogue: CatalogueStatus = CatalogueStatus()
    evidence: int = 0
    """Files that wait for the line, beside `waiting`."""

    def waiting_of(self, service: str) -> int:
        """How many of one service wait."""
        return next((one.count for one in self.services if one.service == service), 0)


class TransactionRow(msgspec.Struct, frozen=True):
    """One outbox row without its payload."""

    transaction_id: str
    local_number: str
    service: str
    state: TransactionState
    attempts: int
    accepted_at: str
    case_number: str = ""
    reason: str = ""
    valid_until: str = ""


class Transactions(msgspec.Struct, frozen=True, tag=True):
    """Rows of the outbox."""

    rows: tuple[TransactionRow, ...]


class CodeSent(msgspec.Struct, frozen=True, tag=True):
    """An SMS code is on its way to `masked_phone`."""

    challenge: str
    masked_phone: str
    expires_s: int


class CodeVerdict(msgspec.Struct, frozen=True, tag=True):
    """Whether a code was right; `token` proves it to later calls; `reason` is wrong, expired or locked."""

    token: str = ""
    reason: str = ""
    attempts_left: int = 0


class KnownField(msgspec.Struct, frozen=True):
    """One value the city already has, and which office it came from."""

    name: str
    value: str
    source: str

    def __repr__(self) -> str:
        return f"KnownField({self.name})"


class Prefilled(msgspec.Struct, frozen=True, tag=True):
    """What the city already knows."""

    fields: tuple[KnownField, ...]


class Record(msgspec.Struct, frozen=True):
    """One record to show: a title and its rows of label and value."""

    title: str
    rows: tuple[Answer, ...]
    state: str = ""


class Records(msgspec.Struct, frozen=True, tag=True):
    """Records found; may be empty."""

    records: tuple[Record, ...]


class Certificate(msgspec.Struct, frozen=True, tag=True):
    """A sealed certificate as PDF."""

    serial: str
    verification_code: str
    verify_url: str
    pages: int
    pdf: bytes

    def __repr__(self) -> str:
        return f"Certificate({self.serial})"


class StoreFailure(msgspec.Struct, frozen=True, tag=True):
    """Why a command failed.

    `kind`: offline (the centre cannot be reached), timeout, refused (the centre says no; `reason` says why; also
    not_enrolled: no key of the centre is known to seal to, nothing was accepted),
    conflict (same key, other content), storage (the disk does not take it; nothing was accepted),
    limit (the service allows no further promise now: too_many_waiting, amount_offline),
    cancelled, invalid.
    """

    kind: str
    reason: str = ""


class LineChanged(msgspec.Struct, frozen=True, tag=True):
    """Notice: the line's state changed."""

    line: LineState


class OutcomeChanged(msgspec.Struct, frozen=True, tag=True):
    """Notice: a transaction reached another state."""

    outcome: Outcome


AnyStoreCommand = (
    Accept
    | WaitForOutcome
    | Journal
    | GetStatus
    | ListTransactions
    | Retry
    | SendCode
    | CheckCode
    | Prefill
    | Lookup
    | IssueCertificate
    | ReadCatalogue
    | JudgeCatalogue
)
StoreResult = (
    Accepted
    | Outcome
    | Ok
    | StoreStatus
    | Transactions
    | CodeSent
    | CodeVerdict
    | Prefilled
    | Records
    | Certificate
    | CataloguePage
)

STORE_CONTRACT = Contract(
    events=Ok,
    results=StoreResult,
    errors=StoreFailure,
    notices=LineChanged | OutcomeChanged | CatalogueStatus,
)
