"""The bodies of the line (docs/line.md) for FastAPI: validation, and a complete OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Number = Annotated[str, StringConstraints(min_length=5, max_length=20, pattern=r"^[0-9A-Z<]+$")]
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL in a text; a transaction that holds one would come again for ever."""
Short = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Month = r"\d{4}-(0[1-9]|1[0-2])"


class Body(BaseModel):
    """Unknown members are refused: a terminal and its centre must mean the same."""

    model_config = ConfigDict(extra="forbid")


class Refused(BaseModel):
    """Why not."""

    reason: str
    attempts_left: int | None = None
    detail: Any = None


class Health(BaseModel):
    """The centre is there; `time` (`DT1.`, docs/line.md) where a nonce was given."""

    centre: str
    now: str
    time: str = ""


class CodeIn(Body):
    """Send a code to this person's registered phone."""

    number: Number


class CodeOut(BaseModel):
    """A code is on its way."""

    challenge: str
    masked_phone: str
    expires_s: int


class CheckIn(Body):
    """The digits that the citizen typed."""

    code: Annotated[str, StringConstraints(pattern=r"^\d{4,8}$")]


class CheckOut(BaseModel):
    """The proof."""

    token: str


class PrefillIn(Body):
    """Which fields the form would like."""

    number: Number
    token: Short
    fields: Annotated[list[Short], Field(max_length=60)]


class FieldOut(BaseModel):
    """One known value and its source."""

    name: str
    value: str
    source: str


class PrefillOut(BaseModel):
    """What the city knows."""

    fields: list[FieldOut]


class Pair(Body):
    """A named value."""

    name: Short
    value: Annotated[str, StringConstraints(max_length=4000, pattern=NO_NUL)]
    label: Annotated[str, StringConstraints(max_length=400, pattern=NO_NUL)] = ""
    shown: Annotated[str, StringConstraints(max_length=4000, pattern=NO_NUL)] = ""


class RecordsIn(Body):
    """Records about this person; without a number open data, which is about nobody."""

    number: Number | Literal[""]
    token: Short
    parameters: Annotated[list[Pair], Field(max_length=20)] = []


class RowOut(BaseModel):
    """A label and a value."""

    label: str
    value: str


class RecordOut(BaseModel):
    """One record."""

    title: str
    state: str
    rows: list[RowOut]


class RecordsOut(BaseModel):
    """Records found."""

    records: list[RecordOut]


class CertificateIn(Body):
    """Issue a certificate."""

    template: Short
    number: Number
    token: Short
    language: Literal["zh-Hans", "zh-Hant", "en"]
    parameters: Annotated[list[Pair], Field(max_length=20)] = []


class CertificateOut(BaseModel):
    """An issued certificate; `pdf` is base64."""

    serial: str
    verification_code: str
    verify_url: str
    pages: int
    pdf: str


class SubjectIn(Body):
    """Whose transaction it is."""

    name: Annotated[str, StringConstraints(max_length=120, pattern=NO_NUL)]
    number: Annotated[str, StringConstraints(max_length=20, pattern=NO_NUL)]


class AttachmentIn(Body):
    """A picture; `content` is base64."""

    name: Annotated[str, StringConstraints(max_length=80, pattern=NO_NUL)]
    media_type: Literal["image/jpeg", "image/png", "application/pdf"]
    content: str


EVIDENCE_LIMIT = 16 * 1024 * 1024


class EvidenceIn(Body):
    """An attachment that comes by itself: SHA-256 and length of its sealed bytes."""

    name: Annotated[str, StringConstraints(max_length=80, pattern=NO_NUL)]
    media_type: Literal["image/jpeg", "image/png", "application/pdf"]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    length: Annotated[int, Field(ge=1, le=EVIDENCE_LIMIT)]


def _different(evidence: list[EvidenceIn]) -> list[EvidenceIn]:
    if len({one.sha256 for one in evidence}) < len(evidence):
        raise ValueError("named twice")
    return evidence


class TransactionIn(Body):
    """What a terminal captured."""

    kind: Literal["application", "rating"]
    service: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9./_-]{1,79}$")]
    service_version: Annotated[int, Field(ge=0)]
    district: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    local_number: Annotated[str, StringConstraints(max_length=40, pattern=NO_NUL)]
    sequence: Annotated[int, Field(ge=0)]
    captured_at: Short
    subject: SubjectIn
    token: Short = ""
    answers: Annotated[list[Pair], Field(max_length=200)]
    attachments: Annotated[list[AttachmentIn], Field(max_length=20)] = []
    evidence: Annotated[list[EvidenceIn], Field(max_length=20), AfterValidator(_different)] = []


class BlobOut(BaseModel):
    """How many bytes of a piece of evidence are here; `complete`: all, and they are right."""

    offset: int
    complete: bool


class TransactionOut(BaseModel):
    """The case that a transaction became."""

    case_number: str
    state: str
    received_at: str


class BatchEntryIn(Body):
    """One transaction of a batch: its idempotency key, and its exact bytes in base64. Judged by itself."""

    key: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
    media_type: Short
    body: str


class BatchIn(Body):
    """Transactions of one terminal."""

    entries: Annotated[list[BatchEntryIn], Field(min_length=1, max_length=20)]


class VerdictOut(BaseModel):
    """What a POST of its own would have been answered; `receipt` is the text of Doorstep-Receipt."""

    key: str
    status: int
    case_number: str = ""
    state: str = ""
    received_at: str = ""
    receipt: str = ""
    reason: str = ""
    retry_after_s: float = 0.0


class VerdictsOut(BaseModel):
    """One for each entry, in their order."""

    verdicts: list[VerdictOut]


class EnrolmentIn(Body):
    """A terminal's Ed25519 public key (base64url, 32 bytes), and its proof that it was given the code."""

    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    proof: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class EnrolmentOut(BaseModel):
    """The centre's signing key, and its proof that it gave out the code."""

    signing_key: str
    proof: str


class QuarantinedIn(BaseModel):
    """A transaction that only a person can help."""

    key: Short
    local_number: Annotated[str, StringConstraints(max_length=40, pattern=NO_NUL)] = ""
    service: Annotated[str, StringConstraints(max_length=80, pattern=NO_NUL)] = ""
    reason: Short = ""
    since: Short = ""


class LaneIn(BaseModel):
    """How much waits in a lane, and the age of the oldest."""

    lane: Short
    waiting: Count = 0
    oldest_s: Count = 0


class CatalogueIn(BaseModel):
    """The catalogue's version that new sessions get (0: none), and whether it may be out of date."""

    version: Count = 0
    stale: bool = False


class DeviceIn(BaseModel):
    """A device role and how it is."""

    role: Short
    state: Short


class DoneIn(BaseModel):
    """What came of an order."""

    id: Annotated[str, StringConstraints(max_length=40, pattern=NO_NUL)]
    outcome: Annotated[str, StringConstraints(max_length=40, pattern=NO_NUL)]


class StatusIn(BaseModel):
    """What a terminal says of itself. A newer one may say more; that is passed over."""

    version: Short = ""
    line: Short = ""
    accepting: bool = True
    problem: Short = ""
    clock: Short = ""
    waiting: Count = 0
    oldest_s: Count = 0
    ending: Count = 0
    quarantined: Count = 0
    quarantine: Annotated[list[QuarantinedIn], Field(max_length=100)] = []
    lanes: Annotated[list[LaneIn], Field(max_length=20)] = []
    catalogue: CatalogueIn = CatalogueIn()
    journal: Count = 0
    devices: Annotated[list[DeviceIn], Field(max_length=50)] = []
    done: Annotated[list[DoneIn], Field(max_length=100)] = []


class OrderOut(BaseModel):
    """What an operator wants done with a quarantined transaction: `retry` or `return`."""

    id: str
    key: str
    order: str


class OrdersOut(BaseModel):
    """Repeated until the terminal has said what came of them."""

    orders: list[OrderOut]


class TerminalOut(BaseModel):
    """How one terminal stands, as it last said; `age_s` ago (null: it never has)."""

    id: str
    seen_at: str
    age_s: int | None
    silent: bool
    needs_attention: bool
    line: str
    accepting: bool
    problem: str
    waiting: int
    oldest_s: int
    ending: int
    quarantined: int
    catalogue: CatalogueIn
    clock: str
    journal: int
    version: str
    devices_down: int


class TerminalDetailOut(TerminalOut):
    """One terminal, with everything that it said."""

    quarantine: list[QuarantinedIn]
    lanes: list[LaneIn]
    devices: list[DeviceIn]
    orders: list[OrderOut]


class TerminalsOut(BaseModel):
    """All of them, those that need somebody first."""

    terminals: list[TerminalOut]


class CentreOut(BaseModel):
    """Who the centre is: the Ed25519 key (base64url) that signs its receipts, its schema, and a text signed with that
    key which names the key to seal payloads to."""

    public_key: str
    sealing: str
    schema_revision: str
    now: str


class DigestIn(Body):
    """What the terminal was told about one of its transactions; `receipt` is Doorstep-Receipt's text, if it has it."""

    key: Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[\x21-\x7e]+$")]
    payload_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    case_number: Annotated[str, StringConstraints(max_length=40, pattern=NO_NUL)]
    receipt: Annotated[str, StringConstraints(max_length=1000, pattern=NO_NUL)] = ""
    held: bool = True


class DigestsIn(Body):
    """Transactions of the last days that the centre has acknowledged."""

    entries: Annotated[list[DigestIn], Field(max_length=2000)]


class DigestsOut(BaseModel):
    """`unknown`: offer these again. `different`: known, but with other bytes or another case number."""

    unknown: list[str]
    different: list[str]


class MarkIn(Body):
    """A record of a chain: its number, and its hash (hex; empty when the terminal has none there)."""

    number: Annotated[int, Field(ge=0, lt=2**62)]
    hash: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]


class HeadIn(Body):
    """A signed head, and what stands where the terminal believes that the centre is."""

    head: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[\x21-\x7e]+$")]
    journal: MarkIn
    entry: MarkIn


class ExportManifest(Body):
    """The first line of an export: whose, which, when; its head, and what stands where the centre was last."""

    form: Literal["DOORSTEP-EXPORT 1"]
    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
    terminal: Short
    at: AwareDatetime
    head: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[\x21-\x7e]+$")]
    journal: MarkIn
    entry: MarkIn


class HeadFacts(Body):
    """What a head's text states: terminal, when, boot; number and hash of the last record of journal and entries."""

    t: str
    a: Short
    b: Short
    j: Annotated[int, Field(ge=0, lt=2**62)]
    jh: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    e: Annotated[int, Field(ge=0, lt=2**62)]
    eh: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class HeadOut(BaseModel):
    """What is wrong with the terminal's records; empty when nothing."""

    problem: str


class IncidentOut(BaseModel):
    """Something a person should look at."""

    id: int
    at: str
    terminal: str
    kind: str
    key: str
    detail: str


class IncidentsOut(BaseModel):
    """Newest first."""

    incidents: list[IncidentOut]


class MessageOut(BaseModel):
    """An SMS that the sample city "sent"."""

    at: str
    phone: str
    text: str
    code: str


class MessagesOut(BaseModel):
    """Newest first."""

    messages: list[MessageOut]


class TakenOut(BaseModel):
    """A transaction that arrived; `received`: how many cases its local number became (one, or something is wrong)."""

    key: str
    kind: str
    local_number: str
    service: str
    case_number: str
    state: str
    received: int


class TakenListOut(BaseModel):
    """In the order of their arrival."""

    transactions: list[TakenOut]


class StateOut(BaseModel):
    """Where a case stands now."""

    state: str


class Nothing(BaseModel):
    """An empty object."""
