"""The JSON bodies of the line, as docs/line.md lists them. Values only; the calls: offline_cache.line.central."""

from __future__ import annotations

import msgspec

from offline_cache.contract import Answer, Attachment, Draft

_encoder = msgspec.json.Encoder()


class Wire(msgspec.Struct, frozen=True):
    """Base: unknown members of an answer are ignored (the centre may be newer), wrong ones refused."""


class Health(Wire, frozen=True):
    """GET /v1/health; `time` is a `DT1.` text over our nonce."""

    centre: str
    now: str
    time: str = ""


class SignedTime(Wire, frozen=True):
    """What a `DT1.` text states: seconds since 1970, and the nonce of whoever asked."""

    t: float
    n: str


class CentreKeysAnswer(Wire, frozen=True):
    """GET /v1/centre; `sealing` is a `DK1.` text."""

    public_key: str
    sealing: str = ""


class EnrolmentRequest(Wire, frozen=True):
    """POST /v1/terminals/{id}/enrolment; the key as base64url of 32 bytes, the proof of trust.enrolment."""

    public_key: str
    proof: str


class EnrolmentAnswer(Wire, frozen=True):
    """The centre's keys, and its proof that it gave out the code."""

    signing_key: str
    proof: str
    sealing: str = ""


class CodeRequest(Wire, frozen=True):
    """POST /v1/codes."""

    number: str


class CodeCheck(Wire, frozen=True):
    """POST /v1/codes/{challenge}/check."""

    code: str


class Challenge(Wire, frozen=True):
    """Answer of POST /v1/codes."""

    challenge: str
    masked_phone: str
    expires_s: int


class CodeToken(Wire, frozen=True):
    """Answer of a right code."""

    token: str


class Refusal(Wire, frozen=True):
    """Body of an answer that says no."""

    reason: str = ""
    attempts_left: int = 0


class PrefillRequest(Wire, frozen=True):
    """POST /v1/prefill."""

    number: str
    token: str
    fields: tuple[str, ...]


class PrefillField(Wire, frozen=True):
    """One value the city has."""

    name: str
    value: str
    source: str


class PrefillAnswer(Wire, frozen=True):
    """Answer of POST /v1/prefill."""

    fields: tuple[PrefillField, ...]


class Parameter(Wire, frozen=True):
    """A parameter of a look-up."""

    name: str
    value: str


class RecordsRequest(Wire, frozen=True):
    """POST /v1/records/{dataset}."""

    number: str
    token: str
    parameters: tuple[Parameter, ...]


class RecordLine(Wire, frozen=True):
    """One row of a record."""

    label: str
    value: str


class RecordFound(Wire, frozen=True):
    """One record."""

    title: str
    rows: tuple[RecordLine, ...]
    state: str = ""


class RecordsAnswer(Wire, frozen=True):
    """Answer of POST /v1/records/{dataset}."""

    records: tuple[RecordFound, ...]


class CertificateRequest(Wire, frozen=True):
    """POST /v1/certificates."""

    template: str
    number: str
    token: str
    language: str
    parameters: tuple[Answer, ...]


class CertificateAnswer(Wire, frozen=True):
    """Answer of POST /v1/certificates; `pdf` travels as base64."""

    serial: str
    verification_code: str
    verify_url: str
    pages: int
    pdf: bytes


class Subject(Wire, frozen=True):
    """Whom a transaction is about."""

    name: str
    number: str


class AttachmentBody(Wire, frozen=True):
    """An attachment; `content` travels as base64."""

    name: str
    media_type: str
    content: bytes


class EvidenceBody(Wire, frozen=True):
    """An attachment that is sent on its own: SHA-256 (hex) and length of its sealed bytes."""

    name: str
    media_type: str
    sha256: str
    length: int


class TransactionBody(Wire, frozen=True, omit_defaults=True):
    """POST /v1/transactions; `evidence` is left out where there is none."""

    kind: str
    service: str
    service_version: int
    district: str
    local_number: str
    sequence: int
    captured_at: str
    subject: Subject
    token: str
    answers: tuple[Answer, ...]
    attachments: tuple[AttachmentBody, ...]
    evidence: tuple[EvidenceBody, ...] = ()


class BlobAnswer(Wire, frozen=True):
    """GET and PATCH /v1/blobs/{sha256}: how many bytes the centre has, and whether they are all, and right."""

    offset: int = 0
    complete: bool = False
    reason: str = ""


class Receipt(Wire, frozen=True):
    """The centre's acknowledgement of a transaction."""

    case_number: str
    state: str
    received_at: str


class Order(Wire, frozen=True):
    """What an operator wants done with a quarantined transaction: `retry` or `return`."""

    id: str
    key: str
    order: str


class OrderDone(Wire, frozen=True):
    """What came of an order."""

    id: str
    outcome: str


class LaneState(Wire, frozen=True):
    """How much waits in a lane, and the age of the oldest."""

    lane: str
    waiting: int
    oldest_s: int


class QuarantinedEntry(Wire, frozen=True):
    """A transaction that a person must decide about."""

    key: str
    local_number: str
    service: str
    reason: str
    since: str


class CatalogueState(Wire, frozen=True):
    """The version that new sessions get (0: none), and whether it may be out of date."""

    version: int
    stale: bool


class DeviceState(Wire, frozen=True):
    """A device role and how it is."""

    role: str
    state: str


class Status(Wire, frozen=True):
    """POST /v1/terminals/status. `quarantine` lists at most 100 of `quarantined`."""

    version: str
    line: str
    accepting: bool
    problem: str
    clock: str
    waiting: int
    oldest_s: int
    ending: int
    quarantined: int
    quarantine: tuple[QuarantinedEntry, ...]
    lanes: tuple[LaneState, ...]
    catalogue: CatalogueState
    journal: int
    devices: tuple[DeviceState, ...]
    done: tuple[OrderDone, ...]


class StatusAnswer(Wire, frozen=True):
    """Answer of POST /v1/terminals/status."""

    orders: tuple[Order, ...] = ()


class BatchEntry(Wire, frozen=True):
    """One transaction of a batch; `body` travels as base64 of the exact bytes."""

    key: str
    media_type: str
    body: bytes


class BatchRequest(Wire, frozen=True):
    """POST /v1/batches."""

    entries: tuple[BatchEntry, ...]


class BatchVerdict(Wire, frozen=True):
    """What the centre says of one entry; as much as a POST of its own would have been answered."""

    key: str
    status: int
    case_number: str = ""
    state: str = ""
    received_at: str = ""
    receipt: str = ""
    reason: str = ""
    retry_after_s: float = 0.0


class BatchVerdicts(Wire, frozen=True):
    """Answer of POST /v1/batches."""

    verdicts: tuple[BatchVerdict, ...]


class CatalogueReport(Wire, frozen=True):
    """POST /v1/catalogue/reports."""

    version: int
    failed: bool


class Captured(msgspec.Struct, frozen=True):
    """What the store adds to a draft: which attachments stay in the body, and how it names the others."""

    local_number: str
    sequence: int
    captured_at: str
    inline: tuple[Attachment, ...] = ()
    evidence: tuple[EvidenceBody, ...] = ()


def transaction_body(draft: Draft, captured: Captured) -> bytes:
    """The content that is sealed and posted for a draft."""
    return _encoder.encode(
        TransactionBody(
            draft.kind,
            draft.service,
            draft.service_version,
            draft.district,
            captured.local_number,
            captured.sequence,
            captured.captured_at,
            Subject(draft.subject_name, draft.subject_number),
            draft.token,
            draft.answers,
            tuple(AttachmentBody(part.name, part.media_type, part.content) for part in captured.inline),
            captured.evidence,
        )
    )
