"""A4 printer by IPP, straight to the device: print once, follow it sheet by sheet, tell what came out.

A job is created first and its document sent second, so that it is known before any page can come out: a lost
answer is then followed, not guessed. Not responsible for one job's course (`following`) nor for what an earlier
one left behind (`queue`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from drivers.contract.commands import (
    ComposeDocument,
    DeviceCommand,
    DeviceResult,
    DocumentPrinted,
    GetReport,
    PrintDocument,
    RenderDocument,
    SheetPrinted,
    TestReport,
)
from drivers.contract.errors import DeviceError, DeviceFault, InvalidMedia, OutcomeUnknown, UnsupportedCommand
from drivers.contract.status import DeviceReport, DeviceRole
from drivers.contract.values import Evidence, JobOutcome, SheetOutcome
from drivers.document_printer.client import NOT_CONNECTED
from drivers.document_printer.compose import Composer
from drivers.document_printer.following import Follower, Known, Pace, find
from drivers.document_printer.jobs import JobState, Part, PartEnded, plan
from drivers.document_printer.lock import PrinterLock
from drivers.document_printer.preflight import check_ready
from drivers.document_printer.queue import JobQueue
from drivers.document_printer.render import count_pages, render_pages, take_pages
from drivers.document_printer.selftest import examine
from drivers.document_printer.service import NAME_LIMIT_BYTES, JobTicket, PrinterService
from drivers.document_printer.state import PrinterState
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

TOKEN_BYTES = 4
FIND_LOOKS = 8
"""How often a job whose answer was lost is looked for before nobody knows."""
_INCOMING = "job-incoming"
SheetTeller = Callable[[int], None]


@dataclass(frozen=True)
class Trust:
    """What can be relied on at one printer. `life_counter`: its printer-impressions-completed. `a4_ready`: its list

    of loaded paper sizes. `shared`: other people print there too, and their jobs are left alone.
    """

    life_counter: bool = True
    a4_ready: bool = False
    shared: bool = False


class IppDocumentPrinter:
    """One printer at an ipp:// address; `trust` says what of its words counts."""

    role = DeviceRole.DOCUMENT
    evidence = Evidence.DEVICE
    behind_queue = False

    def __init__(self, url: str, pace: Pace | None = None, trust: Trust | None = None) -> None:
        self._url, self._service = url, PrinterService(url)
        self._pace, self._trust = pace or Pace(), trust or Trust()
        self._queue = JobQueue(self._service, self._trust.shared)
        self._lock = PrinterLock(url, self._trust.shared)
        self._composer = Composer()

    def report(self, control: Control) -> DeviceReport:
        """The device's own view of itself. What an earlier job left in the printer is taken out on the way."""
        report = self._service.printer(control).report()
        self._settle(self._queue, control)
        return report

    def _settle(self, queue: JobQueue, control: Control) -> None:
        """Unless another process prints just now: its job is not a forgotten one."""
        if not queue.settled:
            with self._lock.if_free() as free:
                if free:
                    queue.settle(control)

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """PrintDocument, RenderDocument, ComposeDocument and GetReport."""
        match command:
            case PrintDocument():
                return self.print_once(command, control)
            case RenderDocument(pdf=pdf, width_px=width):
                return render_pages(pdf, width)
            case ComposeDocument(pages=pages):
                return self._composer.compose(pages)
            case GetReport():
                return self.report(control)
            case _:
                raise UnsupportedCommand(f"{type(command).__name__} is not for a document printer")

    def print_once(self, command: PrintDocument, control: Control) -> DocumentPrinted:
        """Print and follow to the end. Raises only when nothing was printed for certain, or OutcomeUnknown."""
        pages = count_pages(command.pdf)
        with self._lock.held(control):
            return self._print_alone(command, pages, control)

    def _print_alone(self, command: PrintDocument, pages: int, control: Control) -> DocumentPrinted:
        self._queue.settle(control)
        printer = self._service.printer(control)
        if printer.spooler and not self.behind_queue:
            return self._spooled()._print_alone(command, pages, control)
        together = command.copies == 1 or (
            printer.abilities.collates and command.copies <= printer.abilities.most_copies
        )
        try:
            parts = plan(pages, command.copies, command.duplex, command.first_sheet, together)
        except ValueError as error:
            raise InvalidMedia(str(error), cause="first_sheet") from None
        sheets = sum(len(part.sheets) for part in parts)
        check_ready(printer, sheets, command.duplex, self._trust.a4_ready)
        control.check()
        return _Printing(self, command, printer, control).run(parts)

    def self_test(self, control: Control) -> TestReport:
        """Ask for everything a technician needs to know; prints nothing."""
        return examine(self._service, self._queue, control)

    def close(self) -> None:
        """Nothing is kept open."""

    def _spooled(self) -> IppDocumentPrinter:
        """What was taken for a printer is a CUPS queue: its word counts for less."""
        from drivers.document_printer.spooled import SpooledDocumentPrinter  # it builds on this module

        return SpooledDocumentPrinter(self._url, pace=self._pace, trust=self._trust)

    def unsettle(self) -> None:
        """Something of ours is, or may be, in the printer."""
        self._queue.unsettle()

    def settled(self) -> None:
        """Its end was seen."""
        self._queue.settled = True

    def begin(self, ticket: JobTicket, pdf: bytes, printer: PrinterState, course: Course) -> PartEnded:
        """Hand one job in and follow it to its end; raises when nothing of it was printed, or OutcomeUnknown."""
        able = printer.abilities
        before = self._service.state(course.control).impressions if self._trust.life_counter else None
        control = course.control
        follower = Follower(self._service, self._pace, course.tell_sheet)
        self.unsettle()
        if not able.creates_jobs:
            job = self._hand_in_blind(ticket, pdf, control)
            return follower.follow(Known(job, ticket.part, before), course.hold_s, control)
        job = replace(self._service.create(ticket, control), name=ticket.name)
        known = Known(job, ticket.part, before)
        return self._send(known, pdf, follower, course)

    def _send(self, known: Known, pdf: bytes, follower: Follower, course: Course) -> PartEnded:
        """Send-Document. Whatever its answer, the job is known and can be followed or cancelled."""
        try:
            self._service.send(known.job, pdf, course.control)
        except (Cancelled, DeadlineExceeded):
            return follower.give_up(known, "stopped")
        except DeviceError as error:
            refused = isinstance(error, DeviceFault)
            if refused or not self._arrived(known, course.control):
                ended = follower.give_up(known, "refused" if refused else "lost")
                if ended.sheets or ended.outcome is JobOutcome.UNCERTAIN:
                    return ended
                raise
        return follower.follow(known, course.hold_s, course.control)

    def _arrived(self, known: Known, control: Control) -> bool:
        """Whether the document of a lost answer reached the printer; yes, when nobody can tell."""
        for _ in range(FIND_LOOKS):
            try:
                job = self._service.job(known.job.id, control)
            except DeviceError:
                return True
            if job is None or _INCOMING not in job.reasons:
                return True
            control.wait(self._pace.poll_s)
        return False

    def _hand_in_blind(self, ticket: JobTicket, pdf: bytes, control: Control) -> JobState:
        """Print-Job. When its answer is lost, the job is looked for by its name; else nobody knows."""
        try:
            return replace(self._service.print_job(ticket, pdf, control), name=ticket.name)
        except DeviceFault:
            raise
        except (Cancelled, DeadlineExceeded, DeviceError) as error:
            if isinstance(error, DeviceError) and error.evidence.get("cause") == NOT_CONNECTED:
                raise  # no byte of the job has left
            found = self._find(ticket.name)
            if found is not None:
                return found
            hint = error.hint if isinstance(error, DeviceError) else "stopped while sending"
            raise OutcomeUnknown(f"the job may have reached the printer: {hint}", cause=type(error).__name__) from error

    def _find(self, name: str) -> JobState | None:
        sought = JobState(0, 0, "", name, "", None, None, (), None)
        looking = Control(self._pace.give_up_s)
        for _ in range(FIND_LOOKS):
            try:
                if (found := find(self._service, sought, looking)) is not None:
                    return found
                looking.wait(self._pace.poll_s)
            except (DeviceError, DeadlineExceeded):
                return None
        return None


class Course:
    """What accompanies one job: how long to hold, whom to tell, when to stop."""

    def __init__(self, hold_s: float, tell_sheet: SheetTeller, control: Control) -> None:
        self.hold_s, self.tell_sheet, self.control = hold_s, tell_sheet, control


class _Printing:
    """One command: its jobs one after another, and the ledger of all of them."""

    def __init__(
        self, device: IppDocumentPrinter, command: PrintDocument, printer: PrinterState, control: Control
    ) -> None:
        self._device, self._command, self._printer, self._control = device, command, printer, control
        self._told = 0

    def run(self, parts: tuple[Part, ...]) -> DocumentPrinted:
        """All parts, until one does not end well."""
        self._of = sum(len(part.sheets) for part in parts)
        token = secrets.token_hex(TOKEN_BYTES)
        fates: tuple[SheetOutcome, ...] = ()
        ended = PartEnded(JobOutcome.COMPLETED, 0)
        for number, part in enumerate(parts):
            ended = self._print(part, f"{self._command.job_name} {token}{number or ''}", first=number == 0)
            fates += ended.fates(len(part.sheets), self._came_out)
            if ended.outcome is not JobOutcome.COMPLETED:
                break
        fates += (SheetOutcome.NOT_PRINTED,) * (self._of - len(fates))
        sheets = fates.count(self._came_out)
        pages = tuple(sheet for part in parts for sheet in part.sheets)
        return DocumentPrinted(ended.outcome, sheets, fates, ended.reasons, self._device.evidence, token, pages)

    @property
    def _came_out(self) -> SheetOutcome:
        return SheetOutcome.REPRINTED if self._command.reprint_of else SheetOutcome.DELIVERED

    def _print(self, part: Part, name: str, first: bool) -> PartEnded:
        whole = part.last - part.first + 1 == count_pages(self._command.pdf)
        ranged = not whole and self._printer.abilities.page_ranges
        pdf = self._command.pdf if whole or ranged else take_pages(self._command.pdf, part.first, part.last)
        ticket = JobTicket(_short(name), part, self._command.duplex, ranged)
        course = Course(self._command.hold_s, self._tell, self._control)
        try:
            ended = self._device.begin(ticket, pdf, self._printer, course)
        except (DeviceError, Cancelled, DeadlineExceeded) as error:
            if first:
                raise
            unknown = isinstance(error, OutcomeUnknown)
            kind = error.kind if isinstance(error, DeviceError) else "stopped"
            return PartEnded(JobOutcome.UNCERTAIN if unknown else JobOutcome.ABORTED, 0, (kind,), not unknown)
        if ended.outcome is not JobOutcome.UNCERTAIN:
            self._device.settled()
        return ended

    def _tell(self, sheet: int) -> None:
        self._told += 1
        self._control.emit(SheetPrinted(self._told, self._of))


def _short(name: str) -> str:
    """The end is what tells one job from another."""
    data = name.encode()
    return data[-NAME_LIMIT_BYTES:].decode(errors="ignore") if len(data) > NAME_LIMIT_BYTES else name
