"""Commands, events and results of each device role: what crosses the socket of a driver's process."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from drivers.contract.base import Command
from drivers.contract.errors import DeviceFailure
from drivers.contract.health import DeviceHealth, GetHealth
from drivers.contract.pages import Pages
from drivers.contract.panel import KeyPressed, SetGuideLight
from drivers.contract.scanner import ScanCode, ScannedCode
from drivers.contract.smart_card import (
    BankCard,
    ProveTechnician,
    ReadBankCard,
    ReadSocialSecurityCard,
    SocialSecurityCard,
    TechnicianProof,
)
from drivers.contract.status import DeviceReport
from drivers.contract.values import Evidence, IdCard, JobOutcome, Receipt, SheetOutcome
from kiosk.ipc import Contract


class GetReport(Command, frozen=True):
    """Any role: ask the device for its state now → DeviceReport."""


class SelfTest(Command, frozen=True):
    """Any role: try what can be tried without a citizen → TestReport."""


class ReadIdCard(Command, frozen=True):
    """id_card: wait for a card and read it → IdCard; event CardSeen."""

    with_fingerprints: bool = False


class ProbeCard(Command, frozen=True):
    """id_card: is the card that was read still on the reader? → CardProbe."""


class PrintReceipt(Command, frozen=True):
    """receipt: print once → ReceiptPrinted. After OutcomeUnknown only a person may repeat it."""

    receipt: Receipt


class PrintDocument(Command, frozen=True):
    """document: print a PDF and follow it to the end → DocumentPrinted; events SheetPrinted, PrinterWaiting.

    The deadline counts from the last progress: waiting for paper is bounded by `hold_s`, after which the job
    is cancelled and purged. Every failure but OutcomeUnknown says for certain that no paper came out.

    A person may decide to print what is missing of an earlier job: `reprint_of` is that job's
    `DocumentPrinted.job`, `first_sheet` (1-based, of the whole job with all its copies) where to begin.
    """

    pdf: bytes
    copies: int = 1
    job_name: str = "doorstep"
    hold_s: float = 120.0
    duplex: bool = False
    first_sheet: int = 1
    reprint_of: str = ""

    def __repr__(self) -> str:
        return f"PrintDocument({len(self.pdf)} bytes)"


class RenderDocument(Command, frozen=True):
    """document: draw a PDF's pages for the screen, `width_px` wide → PagePictures. Needs no printer."""

    pdf: bytes
    width_px: int = 800

    def __repr__(self) -> str:
        return f"RenderDocument({len(self.pdf)} bytes)"


class ComposeDocument(Command, frozen=True):
    """document: set plain pages as PDF → ComposedDocument. Needs no printer."""

    pages: Pages

    def __repr__(self) -> str:
        return "ComposeDocument()"


Lens = Literal["colour", "infrared"]


class StartPreview(Command, frozen=True):
    """camera: begin to publish the frames of one lens → PreviewStarted."""

    lens: Lens = "colour"


class StopPreview(Command, frozen=True):
    """camera: stop, and wipe the shared frames → Acknowledged."""


class TakePhoto(Command, frozen=True):
    """camera: the current frame of the lens being watched as JPEG, with what is wrong with it → Photo."""


class CardSeen(msgspec.Struct, frozen=True, tag=True):
    """A card lies on the reader; reading begins."""


class SheetPrinted(msgspec.Struct, frozen=True, tag=True):
    """Sheet number `sheet` of `of` came out."""

    sheet: int
    of: int


class PrinterWaiting(msgspec.Struct, frozen=True, tag=True):
    """The printer stopped in the middle; `kind` is an error kind (paper_out, jammed, cover_open, offline)."""

    kind: str


class Acknowledged(msgspec.Struct, frozen=True, tag=True):
    """Done; nothing to say."""


class CardProbe(msgspec.Struct, frozen=True, tag=True):
    """Whether the card is still there."""

    present: bool


class ReceiptPrinted(msgspec.Struct, frozen=True, tag=True):
    """The printer took everything and reported itself well afterwards."""

    before: DeviceReport
    after: DeviceReport


class DocumentPrinted(msgspec.Struct, frozen=True, tag=True):
    """The ledger of a print job, sheet by sheet from the command's `first_sheet`; `sheets` came out for certain.

    `sheet_pages` names the document's pages on each sheet of the ledger. `job` is the device's name for the job.
    """

    outcome: JobOutcome
    sheets: int
    ledger: tuple[SheetOutcome, ...]
    reasons: tuple[str, ...] = ()
    evidence: Evidence = Evidence.DEVICE
    job: str = ""
    sheet_pages: tuple[tuple[int, ...], ...] = ()


class ComposedDocument(msgspec.Struct, frozen=True, tag=True):
    """A PDF of `count` pages."""

    pdf: bytes
    count: int

    def __repr__(self) -> str:
        return f"ComposedDocument({len(self.pdf)} bytes)"


class PagePictures(msgspec.Struct, frozen=True, tag=True):
    """One PNG a page."""

    pages: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"PagePictures({len(self.pages)})"


class PreviewStarted(msgspec.Struct, frozen=True, tag=True):
    """Frames appear in the mapped file `path` (layout: kiosk.frames)."""

    path: str
    width: int
    height: int


class Photo(msgspec.Struct, frozen=True, tag=True):
    """A JPEG and the problems found in it: no_face, many_faces, too_dark, too_bright, blurred, too_small,
    covered."""

    jpeg: bytes
    problems: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Photo({len(self.jpeg)} bytes)"


class TestStep(msgspec.Struct, frozen=True):
    """One thing tried."""

    __test__: ClassVar[bool] = False  # not a test case, whatever pytest thinks of the name

    tried: str
    seen: str
    passed: bool
    advice: str = ""


class TestReport(msgspec.Struct, frozen=True, tag=True):
    """A self-test for a technician."""

    __test__: ClassVar[bool] = False

    passed: bool
    steps: tuple[TestStep, ...]


DeviceCommand = (
    GetReport
    | GetHealth
    | SelfTest
    | ReadIdCard
    | ProbeCard
    | PrintReceipt
    | PrintDocument
    | RenderDocument
    | ComposeDocument
    | StartPreview
    | StopPreview
    | TakePhoto
    | ReadSocialSecurityCard
    | ReadBankCard
    | ProveTechnician
    | ScanCode
    | SetGuideLight
)
DeviceEvent = CardSeen | SheetPrinted | PrinterWaiting
DeviceResult = (
    DeviceReport
    | TestReport
    | IdCard
    | CardProbe
    | ReceiptPrinted
    | DocumentPrinted
    | PagePictures
    | ComposedDocument
    | PreviewStarted
    | Photo
    | SocialSecurityCard
    | BankCard
    | TechnicianProof
    | ScannedCode
    | DeviceHealth
    | Acknowledged
)
DeviceNotice = DeviceReport | KeyPressed

DEVICE_CONTRACT = Contract(
    events=DeviceEvent,
    results=DeviceResult,
    errors=DeviceFailure,
    notices=DeviceNotice,
)
