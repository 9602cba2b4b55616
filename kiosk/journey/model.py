"""What a service definition can say: frozen values, one for each table of a TOML file.

Not responsible for reading files (kiosk.journey.catalogue) nor for judging them (kiosk.journey.lint).
Names of national elements follow GB/T 39554 in natural English; what no source evidences is left out, and
`demo` marks a service whose details are a demonstration (演示).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from drivers.contract.status import DeviceRole
from kiosk.views import Language


class Text(msgspec.Struct, frozen=True, rename={"hans": "zh-Hans", "hant": "zh-Hant", "en": "en"}):
    """One sentence in the three languages of the screens."""

    hans: str
    hant: str
    en: str

    def of(self, language: Language) -> str:
        """The sentence in one language."""
        return {Language.SIMPLIFIED: self.hans, Language.TRADITIONAL: self.hant}.get(language, self.en)


class Rule(msgspec.Struct, frozen=True):
    """A CEL expression that must be true, and what the citizen reads when it is not."""

    rule: str
    message: Text


class Choice(msgspec.Struct, frozen=True):
    """One answer of a choice; `when` (CEL) decides whether it is offered."""

    id: str
    label: Text
    detail: Text | None = None
    when: str = ""


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of a certificate or a lookup; `value` and `shown` are CEL."""

    name: str
    value: str
    label: Text
    shown: str = ""


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
    """For oneself, or as proxy for a parent (known to the city, or by the parent's card)."""

    hint: Text | None = None


class QuestionStep(Step, frozen=True, kw_only=True, tag="question"):
    """One question. `default`, `earliest`, `latest` are CEL; rules see the answer as `value`."""

    ask: Literal["choice", "date", "month", "text", "phone", "number"]
    label: Text
    hint: Text | None = None
    options: tuple[Choice, ...] = ()
    options_from: Literal["", "districts"] = ""
    default: str = ""
    earliest: str = ""
    latest: str = ""
    keyboard: Literal["", "chinese", "latin", "number", "phone"] = ""
    max_length: int = 60
    optional: bool = False
    pattern_hint: Text | None = None
    rules: tuple[Rule, ...] = ()


class PrefillStep(Step, frozen=True, kw_only=True, tag="prefill"):
    """Fetch what the city already knows. Without the line or a token it is passed over unless `required`."""

    fields: tuple[str, ...]
    required: bool = False


class PhotoStep(Step, frozen=True, kw_only=True, tag="photo"):
    """Take the citizen's picture; it becomes an attachment named like the step."""

    hint: Text
    review: Text


class LookupStep(Step, frozen=True, kw_only=True, tag="lookup"):
    """Fetch records about the person and show them."""

    dataset: str
    confirm: Text
    empty: Text
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


class SlipStep(Step, frozen=True, kw_only=True, tag="slip"):
    """The result page and its slip. `optional` asks first; `next_steps` say what happens now."""

    next_steps: tuple[Text, ...]
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
)
STEP_TYPES: dict[str, type[Step]] = {
    "notice": NoticeStep,
    "gate": GateStep,
    "identity": IdentityStep,
    "code": CodeStep,
    "for_whom": ForWhomStep,
    "question": QuestionStep,
    "prefill": PrefillStep,
    "photo": PhotoStep,
    "lookup": LookupStep,
    "review": ReviewStep,
    "submit": SubmitStep,
    "certificate": CertificateStep,
    "slip": SlipStep,
    "rating": RatingStep,
}


STEP_ROLES = {
    "identity": DeviceRole.ID_CARD,
    "photo": DeviceRole.CAMERA,
    "certificate": DeviceRole.DOCUMENT,
    "slip": DeviceRole.RECEIPT,
}
"""The device that a kind of step works with."""


def kind_of(step: Step) -> str:
    """The word a definition uses for this kind of step."""
    return str(step.__struct_config__.tag)


class Band(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """One row of an age table: whole years `first` to `last`, both included, and its value."""

    first: int
    last: int
    value: int


class Hours(msgspec.Struct, frozen=True, rename={"opens": "from", "closes": "to"}):
    """Open from hour `opens` until hour `closes` of every day; 0 to 24 is always."""

    opens: int = 0
    closes: int = 24

    def contain(self, hour: int) -> bool:
        """Whether the service is open in this hour of the day."""
        return self.opens <= hour < self.closes


class OfflineLimits(msgspec.Struct, frozen=True):
    """What may be promised before the office has seen it: for how many days a capture is valid, how many may wait at
    one terminal at once, and for payments up to what amount (fen) without the line."""

    valid_days: int
    waiting: int
    amount_fen: int = 0


class Fact(msgspec.Struct, frozen=True):
    """One row of the guide page: for example what to bring."""

    label: Text
    value: Text


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One service as the city defines it.

    `offline` is the class of the offline policy: A works alone, C public data of the last sync, Q captured
    and sent later (within `offline_limits`), N needs the line. `minutes` is the usual time at the terminal.
    `district` (CEL) names the district whose rules count; `tables` are age tables that an overlay may replace.
    """

    id: str
    version: int
    title: Text
    summary: Text
    icon: str
    department: str
    groups: tuple[str, ...]
    task_type: Literal["query", "print", "application"]
    project_type: Literal["on_the_spot", "promised"]
    promise_days: int = 0
    visits: int = 0
    is_fee: bool = False
    fee: Text
    minutes: int
    result: Text
    accept_condition: Text
    offline: Literal["A", "C", "Q", "N"]
    offline_limits: OfflineLimits | None = None
    hours: Hours = Hours()
    needs: tuple[str, ...]
    bring: tuple[Text, ...] = ()
    popular_terms: tuple[str, ...] = ()
    by_law: Text | None = None
    demo: bool = False
    district: str = ""
    tables: dict[str, tuple[Band, ...]] = {}
    table_names: dict[str, Text] = {}
    districts_differ: Text | None = None
    steps: tuple[AnyStep, ...] = ()

    def step(self, step_id: str) -> int:
        """The index of a step; -1 when there is none of that id."""
        return next((index for index, step in enumerate(self.steps) if step.id == step_id), -1)


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """What one district changes of one service: only the named fields, dated, with its basis."""

    service: str
    district: str
    valid_from: str
    valid_to: str = ""
    basis: Text
    note: Text
    summary: Text | None = None
    promise_days: int | None = None
    tables: dict[str, tuple[Band, ...]] = {}
    demo: bool = False

    def in_force(self, today: str) -> bool:
        """Whether it counts on a day (YYYY-MM-DD)."""
        return self.valid_from <= today and (not self.valid_to or today <= self.valid_to)


class Named(msgspec.Struct, frozen=True):
    """A code and its name: a district, a department, a life event."""

    code: str
    name: Text


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Another place that serves citizens; `services` it can finish. All shipped ones are samples (演示)."""

    id: str
    name: Text
    district: str
    services: tuple[str, ...]
    hours: Hours = Hours()
    demo: bool = True
