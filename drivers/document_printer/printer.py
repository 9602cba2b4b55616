"""A4 printer by IPP, straight to the device: print once, follow it sheet by sheet, tell what came out.

The proof of paper is the device's own job state, followed by job-uuid: ids start again after a power cut, and
a stranger's job may carry ours. A job that the device no longer knows is uncertain, never failed. Whatever
stops a job for longer than `hold_s` cancels it at the device, so that no page comes out for the next citizen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract.commands import (
    DeviceCommand,
    DeviceResult,
    DocumentPrinted,
    GetReport,
    PrintDocument,
    PrinterWaiting,
    RenderDocument,
    SheetPrinted,
    TestReport,
    TestStep,
)
from drivers.contract.errors import (
    CoverOpen,
    DeviceError,
    DeviceFault,
    DeviceOffline,
    DeviceTimeout,
    MediaJammed,
    OutcomeUnknown,
    PaperOut,
    ProtocolError,
    UnsupportedCommand,
)
from drivers.contract.status import DeviceReport, DeviceRole
from drivers.contract.values import JobOutcome
from drivers.document_printer.client import NOT_CONNECTED, IppClient
from drivers.document_printer.ipp import (
    GONE,
    INTEGER,
    JOB_GROUP,
    KEYWORD,
    MIME,
    NAME,
    NOT_FOUND,
    PRINTER_GROUP,
    Attribute,
    Operation,
)
from drivers.document_printer.jobs import (
    ENDED,
    JobState,
    PrinterState,
    ledger,
    outcome_of,
    read_job,
    read_printer,
)
from drivers.document_printer.render import count_pages, render_pages
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

POLL_S = 0.25
LOST_AFTER = 40
SEND_S = 10.0
_FAILURES = {"paper_out": PaperOut, "jammed": MediaJammed, "cover_open": CoverOpen}


@dataclass
class _Following:
    """What is known of the job being followed."""

    job_id: int
    uuid: str
    of: int
    sheets: int = 0
    waiting: str = ""
    waiting_since: float = 0.0
    unanswered: int = 0


class IppDocumentPrinter:
    """One printer at an ipp:// address."""

    role = DeviceRole.DOCUMENT

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = IppClient(url), clock

    def report(self, control: Control) -> DeviceReport:
        """The device's own view of itself."""
        return self._printer(control).report()

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """PrintDocument, RenderDocument and GetReport."""
        match command:
            case PrintDocument():
                return self.print_once(command, control)
            case RenderDocument(pdf=pdf, width_px=width):
                return render_pages(pdf, width)
            case GetReport():
                return self.report(control)
            case _:
                raise UnsupportedCommand(f"{type(command).__name__} is not for a document printer")

    def print_once(self, command: PrintDocument, control: Control) -> DocumentPrinted:
        """Print and follow to the end. Raises before anything was sent, or OutcomeUnknown while sending."""
        of = count_pages(command.pdf) * command.copies
        printer = self._printer(control)
        if printer.kind:
            raise _FAILURES.get(printer.kind, DeviceFault)(printer.report().hint, cause=printer.kind)
        if printer.sheets_left is not None and printer.sheets_left < of:
            raise PaperOut(f"{of} sheets are needed, {printer.sheets_left} are left", left=str(printer.sheets_left))
        control.check()
        following = self._send(command, of)
        try:
            return self._follow(following, command.hold_s, control)
        except (Cancelled, DeadlineExceeded):
            return self._give_up(following, "stopped")

    def self_test(self, control: Control) -> TestReport:
        """Ask for state, paper and toner; prints nothing."""
        try:
            printer = self._printer(control)
        except DeviceError as error:
            return TestReport(False, (TestStep("printer attributes", error.hint, False, "check power and cable"),))
        report = printer.report()
        sheets = "not told" if printer.sheets_left is None else f"{printer.sheets_left} sheets"
        steps = (
            TestStep("printer state", printer.kind or "well", not printer.kind, report.hint),
            TestStep("paper", sheets, printer.sheets_left != 0, "" if printer.sheets_left else "fill the tray"),
        )
        return TestReport(all(step.passed for step in steps), steps)

    def close(self) -> None:
        """Nothing is kept open."""

    def _printer(self, control: Control) -> PrinterState:
        answer = self._client.ask(Operation.GET_PRINTER_ATTRIBUTES, control=control)
        if not answer.ok:
            raise ProtocolError(f"the printer refuses to describe itself: status {answer.status:04X}", cause="ipp")
        return read_printer(answer.group(PRINTER_GROUP))

    def _send(self, command: PrintDocument, of: int) -> _Following:
        """Print-Job. Once the document is on the wire, silence means that nobody knows."""
        try:
            answer = self._client.ask(
                Operation.PRINT_JOB,
                (
                    Attribute(NAME, "requesting-user-name", ("doorstep",)),
                    Attribute(NAME, "job-name", (command.job_name,)),
                    Attribute(MIME, "document-format", ("application/pdf",)),
                ),
                (
                    Attribute(INTEGER, "copies", (command.copies,)),
                    Attribute(KEYWORD, "sides", ("one-sided",)),  # a ledger of sheets needs one page a sheet
                    Attribute(KEYWORD, "media", ("iso_a4_210x297mm",)),
                ),
                command.pdf,
                SEND_S,
            )
        except (DeviceTimeout, DeviceOffline, ProtocolError) as error:
            if error.evidence.get("cause") == NOT_CONNECTED:
                raise  # no byte of the job has left
            raise OutcomeUnknown(f"the job may have reached the printer: {error.hint}", cause=error.kind) from error
        attributes = answer.group(JOB_GROUP)
        job_id = (*attributes.get("job-id", ()), 0)[0]
        if not answer.ok or not isinstance(job_id, int) or not job_id:
            raise DeviceFault(f"the printer refused the job: status {answer.status:04X}", cause="refused")
        return _Following(job_id, read_job(attributes).uuid, of)

    def _follow(self, following: _Following, hold_s: float, control: Control) -> DocumentPrinted:
        while True:
            job = self._look(following, control)
            if job is not None:
                self._tell_progress(following, job, control)
                if job.state in ENDED:
                    return self._result(following, outcome_of(job, following.of), job.reasons)
            elif following.unanswered >= LOST_AFTER:
                return self._result(following, JobOutcome.UNCERTAIN, ("lost",))
            self._watch_stop(following, control)
            if following.waiting and self._clock() - following.waiting_since > hold_s:
                return self._give_up(following, following.waiting)
            control.wait(POLL_S)

    def _look(self, following: _Following, control: Control) -> JobState | None:
        """The job as the device sees it; None when it does not answer or does not know it (any more)."""
        try:
            answer = self._client.ask(
                Operation.GET_JOB_ATTRIBUTES,
                (Attribute(INTEGER, "job-id", (following.job_id,)),),
                control=control,
            )
        except DeviceError:
            following.unanswered += 1
            return None
        if not answer.ok and answer.status not in {NOT_FOUND, GONE}:
            following.unanswered += 1  # busy, say: it has not forgotten the job
            return None
        job = read_job(answer.group(JOB_GROUP))
        if not answer.ok or (following.uuid and job.uuid != following.uuid):
            following.unanswered = LOST_AFTER
            return None
        following.unanswered = 0
        return job

    def _tell_progress(self, following: _Following, job: JobState, control: Control) -> None:
        for sheet in range(following.sheets + 1, min(job.sheets, following.of) + 1):
            control.emit(SheetPrinted(sheet, following.of))
            following.waiting = ""
        following.sheets = max(following.sheets, job.sheets)

    def _watch_stop(self, following: _Following, control: Control) -> None:
        """Notice what stops the printer in the middle, and when it goes on."""
        try:
            kind = self._printer(control).kind
        except DeviceError as error:
            kind = error.kind
        if kind and not following.waiting:
            following.waiting_since = self._clock()
        if kind != following.waiting:
            following.waiting = kind
            if kind:
                control.emit(PrinterWaiting(kind))

    def _give_up(self, following: _Following, reason: str) -> DocumentPrinted:
        """Cancel at the device and see what became of the job."""
        quiet = Control(5.0)
        try:
            self._client.ask(Operation.CANCEL_JOB, (Attribute(INTEGER, "job-id", (following.job_id,)),), control=quiet)
            while quiet.remaining_s > 0:
                job = self._look(following, quiet)
                if job is not None and job.state in ENDED:
                    following.sheets = max(following.sheets, job.sheets)
                    return self._result(following, outcome_of(job, following.of), (reason, *job.reasons))
                quiet.wait(POLL_S)
        except (DeviceError, DeadlineExceeded):
            pass
        return self._result(following, JobOutcome.UNCERTAIN, (reason,))

    def _result(self, following: _Following, outcome: JobOutcome, reasons: tuple[str, ...]) -> DocumentPrinted:
        fates = ledger(outcome, following.sheets, following.of)
        return DocumentPrinted(outcome, min(following.sheets, following.of), fates, reasons)
