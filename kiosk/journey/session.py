"""One citizen's visit, as a frozen value. Not responsible for how it changes (kiosk.journey.engine).

All that is known of the citizen stands in `Citizen`; forgetting her is putting an empty one in its place. No
`repr` here shows personal data.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from drivers.contract.commands import ComposedDocument
from drivers.contract.status import DeviceRole
from drivers.contract.values import IdCard
from kiosk.journey.events import World
from kiosk.journey.model import Text
from kiosk.views import Appearance, Language, Voice
from offline_cache.contract import (
    Accepted,
    Answer,
    Attachment,
    Certificate,
    Draft,
    KnownField,
    Outcome,
    Record,
)


class Stage(StrEnum):
    """Where in a visit the citizen (or the technician) is."""

    MENU = "menu"
    SERVICE = "service"
    STEPS = "steps"
    GOODBYE = "goodbye"
    PIN = "pin"
    TECHNICIAN = "technician"


class Cover(StrEnum):
    """What lies over the page."""

    NONE = "none"
    HELP = "help"
    DISPLAY = "display"
    STILL_THERE = "still_there"


class Phrase(msgspec.Struct, frozen=True):
    """A text key and its values: a sentence that can still change its language."""

    key: str
    values: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Phrase({self.key})"


class Problem(msgspec.Struct, frozen=True):
    """Something went wrong. `options` are ids: leave, menu, back, retry, or the step's own; never empty.

    `role` names the device whose return settles the problem by itself; `nearest` adds the nearest place.
    """

    happened: Phrase | Text
    options: tuple[str, ...]
    certain: str = ""
    advice: str = ""
    reference: str = ""
    role: str = ""
    nearest: bool = False


class Pending(msgspec.Struct, frozen=True):
    """A command whose completion has not come. A quiet one (a waiting reader) leaves the clock running."""

    id: int
    tag: str
    role: DeviceRole | None = None
    quiet: bool = False


class Pair(msgspec.Struct, frozen=True):
    """Two districts that are compared; `choosing` is left or right while another one is chosen."""

    left: str
    right: str
    choosing: str = ""


class Memory(msgspec.Struct, frozen=True):
    """Base of what a step remembers while it is the current one."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Person(msgspec.Struct, frozen=True):
    """Somebody else for whom the citizen acts. Absent fields are empty."""

    name: str
    number: str
    birth: str = ""
    hukou_district: str = ""

    def __repr__(self) -> str:
        return "Person()"


class Citizen(msgspec.Struct, frozen=True, kw_only=True):
    """Everything this visit learned of the citizen.

    `agreed` holds the notices she agreed to, each with its words; `chip_only` : the line was down when
    she proved her identity. `looked_for`: what the records were asked with. `draft` is what was given to the
    store, kept so that a retry is the same bytes.
    """

    card: IdCard | None = None
    token: str = ""
    chip_only: bool = False
    known: tuple[KnownField, ...] = ()
    asked_known: bool = False
    for_whom: str = ""
    relative: Person | None = None
    answers: tuple[Answer, ...] = ()
    photos: tuple[Attachment, ...] = ()
    agreed: tuple[tuple[str, str], ...] = ()
    consents: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    looked_for: tuple[Answer, ...] | None = None
    draft: Draft | None = None
    accepted: Accepted | None = None
    outcome: Outcome | None = None
    certificate: Certificate | None = None
    composed: ComposedDocument | None = None
    sheets: int = 0

    def __repr__(self) -> str:
        return "Citizen()"

    def answer(self, name: str) -> str:
        """The value given to a question, or ""."""
        return next((answer.value for answer in self.answers if answer.name == name), "")


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One visit. `spent` is set once the application id went out: from then on only the end follows."""

    id: str
    application_id: str
    rating_id: str
    today: str
    world: World
    language: Language = Language.SIMPLIFIED
    care: bool = False
    look: Appearance = Appearance()
    voice: Voice = Voice()
    stage: Stage = Stage.MENU
    cover: Cover = Cover.NONE
    service: str = ""
    way: str = ""
    door: str = ""
    sought: str = ""
    pair: Pair | None = None
    index: int = -1
    returning: bool = False
    spent: bool = False
    memory: Memory | None = None
    problem: Problem | None = None
    pending: tuple[Pending, ...] = ()
    next_id: int = 1
    timer: int = 0
    citizen: Citizen = Citizen()
    held: tuple[str, ...] = ()
    reminders: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Session({self.id}, {self.stage}, {self.service}, step {self.index}, {self.cover})"

    @property
    def busy(self) -> bool:
        """Whether something runs that the citizen waits for; the idle clock stands still then."""
        return any(not pending.quiet for pending in self.pending)
