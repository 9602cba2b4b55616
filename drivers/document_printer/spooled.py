"""A4 printer behind CUPS: handed in at the queue, believed only at the device.

"Completed" in CUPS means sent: its states and counters say nothing of paper (OpenPrinting/cups #1298,
apple/cups #5441). With `device`, the printer's own ipp:// address, the job is found there by its name and
followed as if it had been sent straight. Without, all that comes out is SENT: a person must look.
"""

from __future__ import annotations

import time
from dataclasses import replace

from drivers.contract.errors import DeviceError, DeviceFault
from drivers.contract.status import DeviceReport
from drivers.contract.values import Evidence, JobOutcome
from drivers.document_printer.following import Follower, Known, Pace, find
from drivers.document_printer.jobs import JobState, PartEnded
from drivers.document_printer.preflight import check_ready
from drivers.document_printer.printer import Course, IppDocumentPrinter, Trust
from drivers.document_printer.queue import JobQueue
from drivers.document_printer.service import JobTicket, PrinterService
from drivers.document_printer.state import PrinterState
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

APPEAR_S = 15.0
"""How long CUPS may take to start its filters and bring a job to a device that answers."""
ARRIVE_S = 2.0
"""How long after CUPS is done with a job it may take until the device shows it."""


class SpooledDocumentPrinter(IppDocumentPrinter):
    """The queue at ipp://localhost[:631]/printers/NAME; `device` is the printer's own address where it has one."""

    behind_queue = True

    def __init__(self, queue: str, device: str = "", pace: Pace | None = None, trust: Trust | None = None) -> None:
        super().__init__(queue, pace, trust)
        self._service = PrinterService(queue, spooler=True)
        self._queue = JobQueue(self._service)
        self._witness = PrinterService(device) if device else None
        self._witness_queue = JobQueue(self._witness) if self._witness else None
        self.evidence = Evidence.DEVICE if device else Evidence.SPOOLER

    def report(self, control: Control) -> DeviceReport:
        """The worse of both: CUPS hides what stops the printer, the printer knows nothing of a paused queue."""
        queue = super().report(control)
        if self._witness is None or not queue.usable:
            return queue
        report = self._witness.printer(control).report()
        if self._witness_queue is not None:
            self._settle(self._witness_queue, control)
        return report

    def begin(self, ticket: JobTicket, pdf: bytes, printer: PrinterState, course: Course) -> PartEnded:
        """Hand in at CUPS, follow where the truth is, and leave no trace in the spool."""
        before = self._before(ticket, course.control)
        control = course.control
        follower = Follower(self._service, self._pace, lambda sheet: None)
        self.unsettle()
        known = Known(replace(self._service.create(ticket, control), name=ticket.name), ticket.part)
        try:
            self._service.send(known.job, pdf, control)
        except DeviceFault:
            follower.give_up(known, "refused")
            raise
        except DeviceError:
            pass  # the job is known: what became of it will be seen
        except (Cancelled, DeadlineExceeded):
            return _doubted(follower.give_up(known, "stopped"), self._witness is None)
        try:
            if self._witness is None:
                return _doubted(follower.follow(known, course.hold_s, control), alone=True)
            return self._follow_device(known, before, self._witness, course)
        finally:
            self._forget(known)

    def settled(self) -> None:
        """The end was seen at the device; the queue is looked at again all the same, it is cheap."""
        self.unsettle()

    def unsettle(self) -> None:
        """Something of ours is, or may be, in the queue and in the printer."""
        super().unsettle()
        if self._witness_queue is not None:
            self._witness_queue.unsettle()

    def _before(self, ticket: JobTicket, control: Control) -> int | None:
        """Ask the device itself whether it can print, and for its counter."""
        if self._witness is None or self._witness_queue is None:
            return None
        self._witness_queue.settle(control)
        state = self._witness.printer(control)
        check_ready(state, len(ticket.part.sheets), ticket.duplex, self._trust.a4_ready)
        return state.impressions if self._trust.life_counter else None

    def _follow_device(self, known: Known, before: int | None, witness: PrinterService, course: Course) -> PartEnded:
        at_queue = Follower(self._service, self._pace, lambda sheet: None)
        try:
            found = self._appear(known, witness, course)
        except (Cancelled, DeadlineExceeded):
            found = None
        if found is None:
            ended = at_queue.give_up(known, "not_at_device")
            found = self._late(known, witness)
            if found is None:
                return _doubted(ended, alone=True)
        follower = Follower(witness, self._pace, course.tell_sheet)
        return follower.follow(Known(found, known.part, before), course.hold_s, course.control)

    def _appear(self, known: Known, witness: PrinterService, course: Course) -> JobState | None:
        """Our job as the device knows it; None when CUPS is done with it, or has held it for too long."""
        ends = time.monotonic() + max(course.hold_s, APPEAR_S)
        over = False
        while time.monotonic() < ends:
            try:
                if (found := find(witness, _by_name(known), course.control)) is not None:
                    return found
                job = self._service.job(known.job.id, course.control)
            except DeviceError:
                job = None if over else known.job
            if (job is None or job.ended) and not over:
                over, ends = True, min(ends, time.monotonic() + ARRIVE_S)
            course.control.wait(self._pace.poll_s)
        return None

    def _late(self, known: Known, witness: PrinterService) -> JobState | None:
        """It may have reached the device while we gave it up at the queue."""
        try:
            return find(witness, _by_name(known), Control(self._pace.give_up_s))
        except (DeviceError, DeadlineExceeded):
            return None

    def _forget(self, known: Known) -> None:
        """The spool keeps no citizen's paper: Cancel-Job with purge-job, also for a job that is over."""
        try:
            self._service.cancel(known.job.id, Control(self._pace.give_up_s))
        except (DeviceError, DeadlineExceeded):
            return  # the queue is not settled: it is tried again before anything else


def _by_name(known: Known) -> JobState:
    """A job id or uuid of CUPS means nothing at the device; the name goes through."""
    return replace(known.job, id=0, uuid="")


def _doubted(ended: PartEnded, alone: bool) -> PartEnded:
    """CUPS's word for it only: whatever it took may have come out."""
    if not alone or ended.untouched:
        return ended
    sent = ended.outcome in {JobOutcome.COMPLETED, JobOutcome.SENT}
    return PartEnded(JobOutcome.SENT if sent else JobOutcome.UNCERTAIN, 0, ended.reasons)
