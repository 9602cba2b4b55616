"""One job at the device, from the moment it is known to its end: sheets that came out, what stops it, giving it up.

A job is known by its job-uuid (by its own name where there is none): ids start again after a power cut, and a
stranger's job may carry ours. A job that the device no longer knows is uncertain, never failed. Whatever stops
a job for longer than `hold_s` cancels it, so that no page comes out for the next citizen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from drivers.contract.commands import PrinterWaiting
from drivers.contract.errors import DeviceError
from drivers.contract.values import JobOutcome
from drivers.document_printer.jobs import JOB_STOPPED, JobState, Part, PartEnded, counted, outcome_of, sheets_in
from drivers.document_printer.reasons import KINDS
from drivers.document_printer.service import PrinterService
from drivers.document_printer.state import PrinterState
from kiosk.ipc import Cancelled, Control, DeadlineExceeded


@dataclass(frozen=True)
class Pace:
    """Times in seconds: between two looks, without a sheet until that is told, for giving a job up."""

    poll_s: float = 0.25
    stall_s: float = 60.0
    give_up_s: float = 2.0


CANCELLED_POLL_S = 0.05
"""Between two looks at a job that we cancelled: whoever cancelled waits for its end."""
MISSED_LOOKS = 3
"""Unanswered looks in a row until the citizen is told: one lost packet is no news."""


@dataclass
class Known:
    """What is known of the job being followed. `impressions_before`: the printer's own counter before it."""

    job: JobState
    part: Part
    impressions_before: int | None = None
    impressions_now: int | None = None
    sheets: int = 0
    begun: bool | None = None
    waiting: str = ""
    waiting_since: float = 0.0
    moved_at: float = 0.0
    missed: int = 0

    @property
    def by_printer(self) -> int | None:
        """Sheets that the printer's own life counter proves; None when it has none, or began anew."""
        before, now = self.impressions_before, self.impressions_now
        if before is None or now is None or now < before:
            return None
        sheets = sheets_in(now - before, self.part.sheets)
        return sheets if sheets >= self.sheets else None


class Follower:
    """Follows one job to its end. `tell_sheet(n)` is called once for each sheet of the part that came out."""

    def __init__(self, service: PrinterService, pace: Pace, tell_sheet: Callable[[int], None]) -> None:
        self._service, self._pace, self._tell_sheet = service, pace, tell_sheet

    def follow(self, known: Known, hold_s: float, control: Control) -> PartEnded:
        """To the end, whatever that is. Never raises: what is not known is uncertain."""
        reserve_s = min(self._pace.give_up_s, control.remaining_s / 4)  # so that an answer comes before the deadline
        known.moved_at = time.monotonic()
        try:
            while True:
                job = self._look(known, control)
                if job is not None and job.ended:
                    return self._ended(known, job, control)
                if job is None and not known.missed:
                    return self._lost(known, control)
                self._watch(known, job, control)
                if known.waiting and time.monotonic() - known.waiting_since > hold_s:
                    return self.give_up(known, known.waiting)
                if control.remaining_s <= reserve_s:
                    raise DeadlineExceeded
                control.wait(self._pace.poll_s)
        except DeadlineExceeded:
            return self.give_up(known, "deadline")
        except Cancelled:
            return self.give_up(known, "stopped")

    def give_up(self, known: Known, reason: str) -> PartEnded:
        """Cancel at the device and see what became of the job."""
        quiet = Control(self._pace.give_up_s)
        try:
            while (job := self._look(known, quiet)) is None or not job.ended:
                if job is None and not known.missed:
                    return replace(self._lost(known, quiet), reasons=(reason, "lost"))
                if job is not None:
                    self._cancel(job, quiet)
                quiet.wait(min(self._pace.poll_s, CANCELLED_POLL_S))
            ended = self._ended(known, job, quiet)
        except DeadlineExceeded:
            return PartEnded(JobOutcome.UNCERTAIN, known.sheets, (reason, "not_cancelled"))
        return replace(ended, reasons=(reason, *ended.reasons))

    def _cancel(self, job: JobState, quiet: Control) -> None:
        try:
            self._service.cancel(job.id, quiet)
        except DeviceError:
            return  # asked again at the next look

    def _look(self, known: Known, control: Control) -> JobState | None:
        """The job as the device sees it; None, with `missed` 0, when the device has forgotten it."""
        try:
            job = self._service.job(known.job.id, control)
            if job is None or not same(job, known.job):
                job = find(self._service, known.job, control)
        except DeviceError:
            known.missed += 1
            return None
        known.missed = 0
        if job is not None:
            known.job = replace(job, uuid=job.uuid or known.job.uuid, name=job.name or known.job.name)
            known.begun = job.begun
            self._count(known, counted(job, known.part.sheets))
        return job

    def _count(self, known: Known, sheets: int | None) -> None:
        for sheet in range(known.sheets + 1, (sheets or 0) + 1):
            self._tell_sheet(sheet)
            known.sheets, known.moved_at, known.waiting = sheet, time.monotonic(), ""

    def _watch(self, known: Known, job: JobState | None, control: Control) -> None:
        """Notice what stops the printer in the middle, and when it goes on."""
        kind = known.waiting if 0 < known.missed < MISSED_LOOKS else "offline"
        if not known.missed:
            try:
                kind = self._kind(known, job, self._service.state(control))
            except DeviceError:
                known.missed += 1
                kind = known.waiting
        if kind and not known.waiting:
            known.waiting_since = time.monotonic()
        if kind != known.waiting:
            known.waiting = kind
            if kind:
                control.emit(PrinterWaiting(kind))

    def _kind(self, known: Known, job: JobState | None, printer: PrinterState) -> str:
        known.impressions_now = printer.impressions
        if printer.kind:
            return printer.kind
        if job is not None and job.state == JOB_STOPPED:
            return known.waiting or "fault"
        if time.monotonic() - known.moved_at <= self._pace.stall_s:
            return ""
        hinted = (KINDS[reason.word] for reason in printer.reasons if reason.word in KINDS)
        return next(hinted, "timeout")  # nothing moves: a mere warning is the best explanation there is

    def _ended(self, known: Known, job: JobState, control: Control) -> PartEnded:
        outcome = outcome_of(job, known.part.sheets)
        if outcome is JobOutcome.COMPLETED:
            return self._completed(known, job, control)
        if counted(job, known.part.sheets) is None:
            self._ask_counter(known, control)
            self._count(known, known.by_printer)
        untouched = known.begun is False and not known.sheets
        return PartEnded(outcome, known.sheets, job.reasons, untouched)

    def _completed(self, known: Known, job: JobState, control: Control) -> PartEnded:
        """Completed, unless the printer's life counter says that less came out; it may lag a little."""
        of = len(known.part.sheets)
        lag = Control(min(self._pace.give_up_s, control.remaining_s / 2))
        self._ask_counter(known, control)
        while known.by_printer is not None and known.by_printer < of:
            if not lag.remaining_s:
                return PartEnded(JobOutcome.UNCERTAIN, known.by_printer, (*job.reasons, "counters_disagree"))
            control.wait(min(self._pace.poll_s, lag.remaining_s))
            self._ask_counter(known, control)
        self._count(known, of)
        return PartEnded(JobOutcome.COMPLETED, of, job.reasons)

    def _lost(self, known: Known, control: Control) -> PartEnded:
        """The device forgot the job: a power cut. Its life counter may still tell how far it came."""
        self._ask_counter(known, control)
        proved = known.by_printer
        if proved is None:
            return PartEnded(JobOutcome.UNCERTAIN, known.sheets, ("lost",))
        self._count(known, proved)
        return PartEnded(JobOutcome.UNCERTAIN, known.sheets, ("lost",), one_doubtful=True)

    def _ask_counter(self, known: Known, control: Control) -> None:
        try:
            known.impressions_now = self._service.state(control).impressions
        except DeviceError:
            known.impressions_now = None


def same(job: JobState, ours: JobState) -> bool:
    """Whether two descriptions are of one job."""
    if job.uuid and ours.uuid:
        return job.uuid == ours.uuid
    if job.name and ours.name:
        return job.name == ours.name
    return bool(job.id) and job.id == ours.id


def find(service: PrinterService, ours: JobState, control: Control) -> JobState | None:
    """Our job under whatever id it has now; None when the printer does not know it."""
    for which in ("not-completed", "completed"):
        for job in service.jobs(which, control):
            if same(job, ours) and (job.uuid or job.name):
                return job
    return None
