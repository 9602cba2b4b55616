"""What a service definition can say: frozen values, one for each table of a TOML file.

Not responsible for reading files (kiosk.journey.catalogue) nor for judging them (kiosk.journey.lint).
Names of national elements follow GB/T 39554 in natural English; what no source evidences is left out, and
`demo` marks a service whose details are a demonstration (演示).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from drivers.contract.status import DeviceRole
from kiosk.journey.model_national import Contact, Fee, Figure, Law, Material, Question, Source, Terms
from kiosk.journey.model_steps import (
    STEP_ROLES,
    STEP_TYPES,
    AnyStep,
    Ask,
    BankCardStep,
    CertificateStep,
    CodeStep,
    ForWhomStep,
    GateStep,
    GroupStep,
    IdentityStep,
    LookupStep,
    MaterialsStep,
    NoticeStep,
    PaperStep,
    PhotoStep,
    PrefillStep,
    PrintStep,
    QuestionStep,
    RatingStep,
    ReviewStep,
    ScanStep,
    SheetsStep,
    SignatureStep,
    SlipStep,
    Step,
    SubmitStep,
    kind_of,
)
from kiosk.journey.model_words import Choice, Parameter, Rule, Text

__all__ = [
    "AnyStep",
    "Ask",
    "Band",
    "BankCardStep",
    "CertificateStep",
    "Choice",
    "CodeStep",
    "Codes",
    "Contact",
    "Factor",
    "Fee",
    "Figure",
    "ForWhomStep",
    "GateStep",
    "GroupStep",
    "HandleType",
    "Hours",
    "Identity",
    "IdentityStep",
    "Law",
    "LookupStep",
    "Material",
    "MaterialsStep",
    "Named",
    "NoticeStep",
    "OVERLAID",
    "OfflineLimits",
    "Overlay",
    "PaperStep",
    "PrintStep",
    "SheetsStep",
    "Parameter",
    "PublicTable",
    "PhotoStep",
    "PrefillStep",
    "Question",
    "QuestionStep",
    "RatingStep",
    "ReviewStep",
    "Rule",
    "STEP_ROLES",
    "STEP_TYPES",
    "ScanStep",
    "Service",
    "SignatureStep",
    "Site",
    "SlipStep",
    "Source",
    "Step",
    "SubmitStep",
    "TaskType",
    "Terms",
    "Text",
    "kind_of",
]

HandleType = Literal["query", "certificate", "application", "booking", "review", "payment"]
"""办理类型: what kind of thing is done at the terminal."""

TaskType = Literal[
    "licence", "grant", "confirmation", "collection", "penalty", "reward", "inspection", "other_power", "public_service"
]
"""事项类型: the legal kind of the national catalogue; all but the last one need a law."""

Identity = Literal["L0", "L1", "L2", "LP", "LB"]
Factor = Literal[
    "id_card", "e_credential", "receipt_code", "sms_code", "card_pin", "face", "fingerprint", "attendant", "video"
]


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


class Codes(msgspec.Struct, frozen=True, kw_only=True):
    """Codes of the national catalogue, each checked by its own digits. Never invented: unknown ones are left out."""

    catalog_code: str = ""
    local_catalog_code: str = ""
    task_code: str = ""
    task_handle_item: str = ""
    dept_code: str = ""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One service as the city defines it. The national name of each field stands in kiosk.journey.elements.

    `offline` is the class of the offline policy: A works alone, C public data of the last sync, Q captured
    and sent later (within `offline_limits`), N needs the line. `minutes` is the usual time at the terminal.
    `district` (CEL) names the district whose rules count, `street` (CEL) the street in it, by name; `tables` are age
    tables that an overlay may replace.
    `identity` is the level of proof (L0 nobody, L1 the card, L2 the person, LP proxy, LB company), `factors` what
    can prove it. `needs` are the device roles; left out, they follow from the steps. `hot` are the kinds of site
    where it stands before the others of its kind (what is on the first page: codes/hot.toml). `sample` is what previews
    and tests need of their citizen (kiosk.journey.samples).
    """

    id: str
    version: int
    title: Text
    summary: Text
    plain: Text | None = None
    icon: str
    department: str
    groups: tuple[str, ...]
    audiences: tuple[str, ...] = ("person",)
    hot: tuple[Literal["street", "bank", "hall"], ...] = ()
    sites: tuple[Literal["street", "bank", "hall"], ...] = ("street", "bank", "hall")
    handle_type: HandleType
    task_type: TaskType = "public_service"
    codes: Codes = Codes()
    dept_name: Text | None = None
    use_level: Literal["", "province", "city", "district", "street"] = ""
    entrust_name: Text | None = None
    project_type: Literal["on_the_spot", "promised"]
    promise_days: int = 0
    terms: Terms = Terms()
    visits: int = 0
    visit_reason: Text | None = None
    online_depth: Literal["", "I", "II", "III", "IV"] = ""
    mail_result: bool = False
    is_fee: bool = False
    fee: Text
    fees: tuple[Fee, ...] = ()
    minutes: int
    result: Text
    result_kind: Literal["", "licence", "document", "approval", "other"] = ""
    accept_condition: Text
    identity: Identity = "L2"
    factors: tuple[Factor, ...] = ("id_card", "sms_code")
    offline: Literal["A", "C", "Q", "N"]
    offline_limits: OfflineLimits | None = None
    hours: Hours = Hours()
    needs: tuple[str, ...] = ()
    copies_most: int = 1
    paper: Literal["plain", "special"] = "plain"
    bring: tuple[Text, ...] = ()
    materials: tuple[Material, ...] = ()
    popular_terms: tuple[str, ...] = ()
    by_law: tuple[Law, ...] = ()
    appeal: Text | None = None
    contact: Contact = Contact()
    faq: tuple[Question, ...] = ()
    sources: tuple[Source, ...] = ()
    demo: bool = False
    demo_reason: Text | None = None
    valid_from: str = ""
    valid_to: str = ""
    district: str = ""
    street: str = ""
    tables: dict[str, tuple[Band, ...]] = {}
    table_names: dict[str, Text] = {}
    figures: dict[str, Figure] = {}
    districts_differ: Text | None = None
    no: int = 0
    sample: dict[str, str] = {}
    steps: tuple[AnyStep, ...] = ()

    def step(self, step_id: str) -> int:
        """The index of a step; -1 when there is none of that id."""
        return next((index for index, step in enumerate(self.steps) if step.id == step_id), -1)


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """What one district, or one `street` of it, changes of one service: the named fields, dated, with its basis."""

    service: str
    district: str
    street: str = ""
    valid_from: str
    valid_to: str = ""
    basis: Text
    note: Text
    summary: Text | None = None
    accept_condition: Text | None = None
    promise_days: int | None = None
    visits: int | None = None
    bring: tuple[Text, ...] | None = None
    materials: tuple[Material, ...] | None = None
    decided_by: Text | None = None
    figures: dict[str, Figure] = {}
    tables: dict[str, tuple[Band, ...]] = {}
    demo: bool = False

    def in_force(self, today: str) -> bool:
        """Whether it counts on a day (YYYY-MM-DD)."""
        return self.valid_from <= today and (not self.valid_to or today <= self.valid_to)


OVERLAID = ("summary", "accept_condition", "promise_days", "visits", "bring", "materials")
"""The fields that an overlay replaces as a whole; figures and tables are replaced one by one."""


class Named(msgspec.Struct, frozen=True):
    """A code and its name: a district, a department, a life event. `icon` is for those that are doors of the menu."""

    code: str
    name: Text
    icon: str = "list-checks"


class PublicRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a public record."""

    label: Text
    value: Text


class PublicRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Something everybody may know: a clinic, a canteen, a hall. `district` is a code, or "" for the whole city."""

    title: Text
    district: str = ""
    kind: str = ""
    state: Text | None = None
    rows: tuple[PublicRow, ...] = ()


class PublicTable(msgspec.Struct, frozen=True, kw_only=True):
    """A public dataset, with the day on which it was true and where it comes from."""

    day: str
    source: Text
    demo: bool = True
    entries: tuple[PublicRecord, ...]


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Another place that serves citizens (all samples, 演示); `books`: bookings for it.

    It finishes the `services` it names, and those of its kind of `site` that need nothing but its `modules`.
    """

    id: str
    name: Text
    district: str
    services: tuple[str, ...] = ()
    site: Literal["", "street", "bank", "hall"] = ""
    modules: tuple[DeviceRole, ...] = ()
    books: tuple[str, ...] = ()
    hours: Hours = Hours()
    demo: bool = True

    def finishes(self, service: Service) -> bool:
        """Whether a citizen can be sent there for this service."""
        if service.id in self.services:
            return True
        return self.site in service.sites and {*service.needs} <= {role.value for role in self.modules}
