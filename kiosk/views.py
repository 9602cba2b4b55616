"""What a screen can show: one frozen value per kind of page. With kiosk.intents, the whole contract with ui/.

Every sentence that depends on the service or on the citizen arrives ready to show, in her language; the
screens add only their own chrome (button words, keyboard labels) from kiosk.texts. Plain text everywhere.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec


class Language(StrEnum):
    """Languages of the screens."""

    SIMPLIFIED = "zh-Hans"
    TRADITIONAL = "zh-Hant"
    ENGLISH = "en"


class Line(StrEnum):
    """The four visible states of the terminal."""

    ONLINE = "online"
    SLOW = "slow"
    OFFLINE = "offline"
    OUT_OF_SERVICE = "out_of_service"


class Theme(StrEnum):
    """Colours of the screens."""

    NORMAL = "normal"
    DARK = "dark"
    CONTRAST_LIGHT = "contrast_light"
    CONTRAST_DARK = "contrast_dark"


class TextSize(StrEnum):
    """How large everything is; care mode is never below LARGER."""

    STANDARD = "standard"
    LARGE = "large"
    LARGER = "larger"
    LARGEST = "largest"


class Appearance(msgspec.Struct, frozen=True):
    """How the screens look to this citizen, until she leaves. `low`: everything to touch in the lower half."""

    theme: Theme = Theme.NORMAL
    size: TextSize = TextSize.STANDARD
    low: bool = False


class Tongue(StrEnum):
    """What is spoken beside Chinese pages; beside English ones it is English."""

    MANDARIN = "mandarin"
    CANTONESE = "cantonese"


LOUDEST = 8


class Voice(msgspec.Struct, frozen=True):
    """Whether and how this terminal speaks. `volume` is 1 to LOUDEST; `private`: only the citizen can hear it;
    `blank`: the screen shows nothing meanwhile."""

    on: bool = False
    tongue: Tongue = Tongue.MANDARIN
    volume: int = 4
    private: bool = False
    blank: bool = False


class Readiness(StrEnum):
    """Can this service be finished here and now?"""

    READY = "ready"
    LATER = "later"  # can be filled in now and is sent when the line is back
    UNAVAILABLE = "unavailable"


class Chrome(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds every page.

    `step` of `of` counts the citizen's steps (0 of 0: none shown). `caption` is the sentence to be spoken and
    shown as caption. `can_back`, `can_leave`, `can_help` say which of the fixed buttons exist.
    """

    language: Language
    care: bool = False
    look: Appearance = Appearance()
    voice: Voice = Voice()
    line: Line = Line.ONLINE
    terminal: str = ""
    service: str = ""
    step: int = 0
    of: int = 0
    can_back: bool = False
    can_leave: bool = False
    can_help: bool = True
    caption: str = ""


class View(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all pages."""

    chrome: Chrome
    title: str


class Option(msgspec.Struct, frozen=True):
    """Something to choose: `detail` is a second, smaller line; a disabled one tells why in `detail`."""

    id: str
    label: str
    detail: str = ""
    enabled: bool = True


class Row(msgspec.Struct, frozen=True):
    """A label and its value; `edit` names the step that changes it (empty: cannot be changed)."""

    label: str
    value: str
    edit: str = ""


class Tile(msgspec.Struct, frozen=True):
    """A service in a menu, with what this machine can do for it now."""

    id: str
    title: str
    summary: str
    icon: str
    readiness: Readiness
    reason: str = ""


class Group(msgspec.Struct, frozen=True):
    """A titled group of tiles."""

    title: str
    tiles: tuple[Tile, ...]


class Door(msgspec.Struct, frozen=True):
    """A life event, a department or a kind of person: behind it are services, some of which `detail` names."""

    id: str
    label: str
    detail: str
    icon: str


class AttractView(View, frozen=True, kw_only=True):
    """Nobody is here: greeting, notices, languages, care mode, begin. `lines` are short promises."""

    lines: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    hours: str = ""


class MenuView(View, frozen=True, kw_only=True):
    """Choose a service, or first a door to some. `tabs` are the ways to look; `tab` is the chosen one.

    `search` names the button that leads to the search.
    """

    groups: tuple[Group, ...]
    doors: tuple[Door, ...] = ()
    tabs: tuple[Option, ...] = ()
    tab: str = ""
    search: str = ""


class SearchView(View, frozen=True, kw_only=True):
    """Find a service by typing. `tiles` are those found; `advice` is shown while there are none."""

    text: str = ""
    tiles: tuple[Tile, ...] = ()
    advice: str = ""


class ServiceView(View, frozen=True, kw_only=True):
    """What one service needs, takes and gives, and whether it can be done here now. No identity yet.

    `compare` names the button that leads to two districts side by side.
    """

    summary: str
    facts: tuple[Row, ...]
    steps: tuple[str, ...]
    readiness: Readiness
    reason: str = ""
    nearest: str = ""
    compare: str = ""


class Contrast(msgspec.Struct, frozen=True):
    """One thing as it is in two places."""

    label: str
    left: str
    right: str


class ComparisonView(View, frozen=True, kw_only=True):
    """One service in two districts side by side; `saved` says what one of them spares. `options` change a side."""

    left: str
    right: str
    saved: tuple[str, ...] = ()
    rows: tuple[Contrast, ...]
    options: tuple[Option, ...]


class NoticeView(View, frozen=True, kw_only=True):
    """Something to read and agree to."""

    paragraphs: tuple[str, ...]
    agree: str
    decline: str = ""


class CardView(View, frozen=True, kw_only=True):
    """Hand something to a device at `place`: the ID card to the reader, a bank card to the slot, a code to the scanner.

    `reading` once the ID card lies there; `problem`: what went wrong, what to do.
    """

    body: str
    place: Literal["reader", "slot", "scanner"] = "reader"
    reading: bool = False
    problem: str = ""
    others: tuple[Option, ...] = ()


class CodeView(View, frozen=True, kw_only=True):
    """Enter digits on a large keypad: an SMS code or a PIN. `masked` hides them."""

    body: str
    length: int
    masked: bool = False
    problem: str = ""
    others: tuple[Option, ...] = ()


class ChoiceView(View, frozen=True, kw_only=True):
    """One question, one answer of a few. `chosen` is the answer given before."""

    hint: str = ""
    options: tuple[Option, ...]
    chosen: str = ""
    problem: str = ""


class ChoicesView(View, frozen=True, kw_only=True):
    """One question, `least` to `most` answers of a few; those in `chosen` were given before."""

    hint: str = ""
    options: tuple[Option, ...]
    chosen: tuple[str, ...] = ()
    least: int = 1
    most: int = 6
    problem: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One entry of a list that the citizen makes: changed or taken out by its id."""

    id: str
    title: str
    detail: str = ""


class EntriesView(View, frozen=True, kw_only=True):
    """A list that the citizen makes: add (`Chosen("add")`), change (EditPressed), take out (`Chosen("remove:ID")`)."""

    hint: str = ""
    entries: tuple[Entry, ...]
    add: str = ""
    confirm: str
    problem: str = ""


class SignatureView(View, frozen=True, kw_only=True):
    """Sign with a finger. `statement` is what the signature stands under; `cannot` is the way of those who cannot
    write or see the box (Declined)."""

    hint: str
    statement: str
    cannot: str = ""
    problem: str = ""


class DateView(View, frozen=True, kw_only=True):
    """A date or a month, between `earliest` and `latest` (YYYY-MM-DD or YYYY-MM)."""

    hint: str = ""
    value: str = ""
    earliest: str
    latest: str
    precision: Literal["day", "month"] = "day"
    problem: str = ""


class TextView(View, frozen=True, kw_only=True):
    """Write something. `keyboard` is the pad offered first; `pattern_hint` shows an example."""

    hint: str = ""
    value: str = ""
    keyboard: Literal["chinese", "latin", "number", "phone", "id_number", "code", "plate"] = "chinese"
    max_length: int = 60
    optional: bool = False
    pattern_hint: str = ""
    problem: str = ""


class PhotoView(View, frozen=True, kw_only=True):
    """Take a picture, of the citizen or `of_paper`. `frames` is the file of kiosk.frames; `taken` is the JPEG to
    judge, once taken."""

    hint: str
    of_paper: bool = False
    frames: str = ""
    taken: bytes = b""
    problem: str = ""


class ReviewView(View, frozen=True, kw_only=True):
    """Check the answers before they count. `statement` is what confirming declares."""

    hint: str = ""
    rows: tuple[Row, ...]
    statement: str = ""
    confirm: str
    problem: str = ""


class DocumentView(View, frozen=True, kw_only=True):
    """Look at a document before it is printed: PNG pages."""

    hint: str = ""
    pages: tuple[bytes, ...]
    confirm: str


class RecordsView(View, frozen=True, kw_only=True):
    """Records that were found, or `empty`. Each record is a titled group of rows; `state` is a short word."""

    hint: str = ""
    records: tuple[RecordCard, ...]
    empty: str = ""
    confirm: str


class RecordCard(msgspec.Struct, frozen=True):
    """One record."""

    title: str
    state: str
    rows: tuple[Row, ...]


class WorkingView(View, frozen=True, kw_only=True):
    """Something runs; `body` says what, and what the citizen need not do."""

    body: str = ""


class PrintingView(View, frozen=True, kw_only=True):
    """Paper is coming: `kind` tells which mouth to look at; `page` of `of`; `problem` when it has stopped."""

    body: str
    kind: Literal["document", "receipt"]
    page: int = 0
    of: int = 0
    problem: str = ""


class ResultView(View, frozen=True, kw_only=True):
    """What was achieved. `provisional` when the office has not accepted yet: the page must look different.

    `paper` says what became of the slip; `qr` is a text to show as QR code (empty: none).
    """

    kind: Literal["done", "accepted", "provisional"]
    reference_label: str = ""
    reference: str = ""
    paragraphs: tuple[str, ...]
    next_steps: tuple[str, ...] = ()
    paper: str = ""
    qr: str = ""
    confirm: str


class RatingView(View, frozen=True, kw_only=True):
    """好差评: five levels, or skip."""

    body: str
    options: tuple[Option, ...]
    skip: str


class GoodbyeView(View, frozen=True, kw_only=True):
    """What was held of the citizen and is gone now; take card and papers."""

    body: str
    wiped: tuple[str, ...]
    reminders: tuple[str, ...] = ()


class ProblemView(View, frozen=True, kw_only=True):
    """Something went wrong: what happened, what is certain, what to do. Always at least one way on."""

    happened: str
    certain: str = ""
    advice: str = ""
    reference: str = ""
    options: tuple[Option, ...]


class StillThereView(View, frozen=True, kw_only=True):
    """Are you still there? One big answer."""

    body: str
    answer: str
    leave: str


class HelpView(View, frozen=True, kw_only=True):
    """How this page works, and whom to call."""

    paragraphs: tuple[str, ...]
    phone: str
    close: str


class Setting(msgspec.Struct, frozen=True):
    """One thing about the screen or the voice that the citizen may choose; `chosen` is an option's id."""

    id: str
    label: str
    options: tuple[Option, ...]
    chosen: str


class DisplayView(View, frozen=True, kw_only=True):
    """How the screen looks and whether it speaks; each choice counts at once."""

    settings: tuple[Setting, ...]
    close: str


class OutOfServiceView(View, frozen=True, kw_only=True):
    """The terminal cannot serve: why, since when, where else."""

    body: str
    nearest: str = ""


class DeviceRow(msgspec.Struct, frozen=True):
    """One device on the technician's page; `level` is ok, warn or bad."""

    name: str
    level: Literal["ok", "warn", "bad"]
    state: str
    hint: str = ""
    test: str = ""


class TechnicianView(View, frozen=True, kw_only=True):
    """Maintenance: devices, store and outbox; no personal data. `todo` is the one thing to do next."""

    todo: str
    devices: tuple[DeviceRow, ...]
    facts: tuple[Row, ...]
    actions: tuple[Option, ...]
    report: tuple[str, ...] = ()


AnyView = (
    AttractView
    | MenuView
    | SearchView
    | ServiceView
    | ComparisonView
    | NoticeView
    | CardView
    | CodeView
    | ChoiceView
    | ChoicesView
    | EntriesView
    | SignatureView
    | DateView
    | TextView
    | PhotoView
    | ReviewView
    | DocumentView
    | RecordsView
    | WorkingView
    | PrintingView
    | ResultView
    | RatingView
    | GoodbyeView
    | ProblemView
    | StillThereView
    | HelpView
    | DisplayView
    | OutOfServiceView
    | TechnicianView
)
