"""The steps that a definition can have: one frozen value for each kind.

Not responsible for what a step does (kiosk.journey.steps).
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from drivers.contract.status import DeviceRole
from kiosk.journey.model_words import Choice, Parameter, Rule, Text

Ask = Literal[
    "choice",
    "choices",
    "date",
    "month",
    "period",
    "months",
    "text",
    "latin",
    "number",
    "phone",
    "address",
    "id_number",
    "account",
    "plate",
    "person",
    "company",
]
"""What a question can ask for."""

Keyboard = Literal["", "chinese", "latin", "number", "phone", "id_number", "code", "plate"]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What all steps have. `when` (CEL) decides if the step takes place; `values` fill {placeholders}."""

    id: str
    name: Text
    title: Text
    when: str = ""
    values: dict[str, str] = {}


class NoticeStep(Step, frozen=True, kw_only=True, tag="notice"):
    """Something to read and agree to. `reading_s` is how long reading takes; agreeing is possible at once."""

    paragraphs: tuple[Text, ...]
    agree: Text
    decline: Text | None = None
    consent: str = ""
    reading_s: int = 0


class GateStep(Step, frozen=True, kw_only=True, tag="gate"):
    """Conditions; the first one that does not hold ends the service with its message. No page of its own."""

    require: tuple[Rule, ...]


class IdentityStep(Step, frozen=True, kw_only=True, tag="identity"):
    """Read the citizen's own ID card."""

    body: Text


class CodeStep(Step, frozen=True, kw_only=True, tag="code"):
    """Prove to be the person of the card by an SMS code: the way without a face."""

    digits: int = 6


class ForWhomStep(Step, frozen=True, kw_only=True, tag="for_whom"):
    """For oneself, or as proxy for a relative whom the city knows of or whose card is here too.

    A relative's own records are read only where the city knows of the kinship: `cards = false` leaves the card away.
    """

    hint: Text | None = None
    relatives: tuple[Literal["parents", "children"], ...] = ("parents",)
    cards: bool = True


class QuestionStep(Step, frozen=True, kw_only=True, tag="question"):
    """One question. `default`, `earliest`, `latest` are CEL; rules see the answer as `value`.

    `options_from = "records"`: one of the records that a lookup before it found, by the value of its first row.
    "public": the records of the public `dataset` in the district, and of the kind, that `within` (CEL) names as
    DISTRICT or DISTRICT/KIND. "departments": those whose services have a form; "services": those of the department
    that `within` names.
    `least` and `most` count the answers of `choices`; `anywhere`: an address outside the city too, or a document of
    any country. What an answer is worth to a rule depends on `ask` (kiosk.journey.answers).
    """

    ask: Ask
    label: Text
    hint: Text | None = None
    options: tuple[Choice, ...] = ()
    options_from: Literal["", "districts", "places", "records", "departments", "services", "public"] = ""
    within: str = ""
    dataset: str = ""
    default: str = ""
    earliest: str = ""
    latest: str = ""
    keyboard: Keyboard = ""
    max_length: int = 60
    optional: bool = False
    pattern_hint: Text | None = None
    least: int = 1
    most: int = 6
    anywhere: bool = False
    rules: tuple[Rule, ...] = ()


class GroupStep(Step, frozen=True, kw_only=True, tag="group"):
    """The same few questions again and again: family members, vehicles. Rules inside see the entry as `item`."""

    label: Text
    add: Text
    hint: Text | None = None
    fields: tuple[QuestionStep, ...]
    least: int = 0
    most: int = 8


class BankCardStep(Step, frozen=True, kw_only=True, tag="bank_card"):
    """The payee's account, read from the card's chip so that nobody types it; typing stays possible."""

    label: Text
    body: Text
    default: str = ""


class ScanStep(Step, frozen=True, kw_only=True, tag="scan"):
    """A bar code or QR code read by the scanner: a receipt, a notice, a certificate; typing stays possible."""

    label: Text
    body: Text
    typed: Text | None = None
    max_length: int = 64
    keyboard: Keyboard = "code"
    rules: tuple[Rule, ...] = ()


class MaterialsStep(Step, frozen=True, kw_only=True, tag="materials"):
    """Which of the service's materials are needed in this case, and which the city has already as e-licence."""

    agree: Text
    hint: Text | None = None


class SignatureStep(Step, frozen=True, kw_only=True, tag="signature"):
    """Sign with a finger; the picture becomes an attachment named like the step."""

    hint: Text
    statement: Text


class PrefillStep(Step, frozen=True, kw_only=True, tag="prefill"):
    """Fetch what the city already knows. Without the line or a token it is passed over unless `required`."""

    fields: tuple[str, ...]
    required: bool = False


class PhotoStep(Step, frozen=True, kw_only=True, tag="photo"):
    """Take the citizen's picture; it becomes an attachment named like the step."""

    hint: Text
    review: Text


class PaperStep(Step, frozen=True, kw_only=True, tag="paper"):
    """A paper under the document camera, for one of the service's materials; none when an e-licence stands for it."""

    material: str
    hint: Text
    review: Text


class LookupStep(Step, frozen=True, kw_only=True, tag="lookup"):
    """Fetch records about the person and show them. `public`: records of nobody, kept here with their day."""

    dataset: str
    confirm: Text
    empty: Text
    public: bool = False
    hint: Text | None = None
    parameters: tuple[Parameter, ...] = ()


class ReviewStep(Step, frozen=True, kw_only=True, tag="review"):
    """Check the answers; `statement` is what confirming declares, `rows` are computed ones to see."""

    confirm: Text
    statement: Text
    hint: Text | None = None
    rows: tuple[Parameter, ...] = ()


class SubmitStep(Step, frozen=True, kw_only=True, tag="submit"):
    """Make the application durable, then look whether the office has it already."""


class CertificateStep(Step, frozen=True, kw_only=True, tag="certificate"):
    """Have a sealed certificate issued, show it, print it on A4."""

    template: str
    confirm: Text
    hint: Text | None = None
    parameters: tuple[Parameter, ...] = ()


class SheetsStep(Step, frozen=True, kw_only=True, tag="sheets"):
    """Papers under the document camera, as many as the citizen has, up to `most`; for a copy or for a case."""

    hint: Text
    review: Text
    most: int = 6


class PrintStep(Step, frozen=True, kw_only=True, tag="print"):
    """A plain paper on A4, without seal and without the line: `form` (CEL: a service's id; `specimen`, CEL, fills it
    with an invented person), or copies of the sheets that the step `sheets` took, `copies` (CEL) of each."""

    confirm: Text
    hint: Text | None = None
    form: str = ""
    specimen: str = ""
    sheets: str = ""
    copies: str = ""


class SlipStep(Step, frozen=True, kw_only=True, tag="slip"):
    """The result page and its slip. `optional` asks first; `next_steps` say what happens now.

    `accepted` is the page's title once the office has it, where "your application is accepted" is not the word.
    """

    next_steps: tuple[Text, ...]
    accepted: Text | None = None
    provisional_steps: tuple[Text, ...] = ()
    optional: bool = False


class RatingStep(Step, frozen=True, kw_only=True, tag="rating"):
    """好差评: five levels, or skip."""


AnyStep = (
    NoticeStep
    | GateStep
    | IdentityStep
    | CodeStep
    | ForWhomStep
    | QuestionStep
    | PrefillStep
    | PhotoStep
    | LookupStep
    | ReviewStep
    | SubmitStep
    | CertificateStep
    | SlipStep
    | RatingStep
    | PaperStep
    | SheetsStep
    | PrintStep
    | GroupStep
    | BankCardStep
    | ScanStep
    | MaterialsStep
    | SignatureStep
)


def kind_of(step: Step | type[Step]) -> str:
    """The word a definition uses for this kind of step."""
    return str(step.__struct_config__.tag)


STEP_TYPES: dict[str, type[Step]] = {kind_of(step): step for step in get_args(AnyStep)}
ANSWERED = (QuestionStep, GroupStep, BankCardStep, ScanStep)
"""The steps that give an answer under their id."""

STEP_ROLES = {
    "identity": DeviceRole.ID_CARD,
    "photo": DeviceRole.CAMERA,
    "certificate": DeviceRole.DOCUMENT,
    "slip": DeviceRole.RECEIPT,
    "paper": DeviceRole.DOCUMENT_CAMERA,
    "sheets": DeviceRole.DOCUMENT_CAMERA,
    "print": DeviceRole.DOCUMENT,
    "bank_card": DeviceRole.SMART_CARD,
    "scan": DeviceRole.SCANNER,
}
"""The device that a kind of step works with."""
