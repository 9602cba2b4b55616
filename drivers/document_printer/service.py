"""What one can ask of an IPP printer, typed: its state, its jobs, take a job, give it up.

One request, one answer. Not responsible for the order of things: `following` and `queue` are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drivers.contract.errors import DeviceFault, ProtocolError
from drivers.document_printer.client import IppClient
from drivers.document_printer.ipp import (
    BOOLEAN,
    GONE,
    INTEGER,
    JOB_GROUP,
    KEYWORD,
    MIME,
    NAME,
    NOT_FOUND,
    PRINTER_GROUP,
    RANGE,
    Attribute,
    IppAnswer,
    Operation,
)
from drivers.document_printer.jobs import JobState, Part, read_job
from drivers.document_printer.state import A4, COLLATED, TWO_SIDED, PrinterState, read_printer
from kiosk.ipc import Control

USER = "doorstep"
SEND_S, LEFT_S = 30.0, 3.0
"""How long a document may take to be sent, and what must be left of a command's time to see what became of it."""
NAME_LIMIT_BYTES = 255
_FORMAT = Attribute(MIME, "document-format", ("application/pdf",))
_JOB_WANTED = (
    "job-id",
    "job-uuid",
    "job-name",
    "job-originating-user-name",
    "job-state",
    "job-state-reasons",
    "job-impressions",
    "job-impressions-completed",
    "job-media-sheets",
    "job-media-sheets-completed",
    "time-at-processing",
)
_STATE_WANTED = (
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "printer-input-tray",
    "printer-impressions-completed",
)


@dataclass(frozen=True)
class JobTicket:
    """How a part is to be printed. `ranged`: the printer picks the pages out of the document itself."""

    name: str
    part: Part
    duplex: bool = False
    ranged: bool = False

    def attributes(self) -> tuple[Attribute, ...]:
        """The job's template attributes."""
        told = [
            Attribute(INTEGER, "copies", (self.part.copies,)),
            Attribute(KEYWORD, "sides", (TWO_SIDED if self.duplex else "one-sided",)),
            Attribute(KEYWORD, "media", (A4,)),
        ]
        if self.part.copies > 1:
            told.append(Attribute(KEYWORD, "multiple-document-handling", (COLLATED,)))
        if self.ranged:
            told.append(Attribute(RANGE, "page-ranges", ((self.part.first, self.part.last),)))
        return tuple(told)


class PrinterService:
    """One printer or queue at an ipp:// address. Every method raises a DeviceError when it gets no good answer.

    `spooler`: what stands there is CUPS. It keeps a job's files unless told to forget them, and its counters run
    ahead of the paper.
    """

    def __init__(self, url: str, spooler: bool = False) -> None:
        self._client, self._spooler = IppClient(url), spooler

    def printer(self, control: Control | None = None) -> PrinterState:
        """Everything it tells of itself."""
        answer = self._client.ask(Operation.GET_PRINTER_ATTRIBUTES, control=control)
        return read_printer(_good(answer, "describe itself").group(PRINTER_GROUP))

    def state(self, control: Control | None = None) -> PrinterState:
        """Only what changes while it prints."""
        wanted = (Attribute(KEYWORD, "requested-attributes", _STATE_WANTED),)
        answer = self._client.ask(Operation.GET_PRINTER_ATTRIBUTES, wanted, control=control)
        return read_printer(_good(answer, "describe itself").group(PRINTER_GROUP))

    def create(self, ticket: JobTicket, control: Control) -> JobState:
        """Create-Job: the job is known from now on; nothing can come out yet."""
        answer = self._client.ask(Operation.CREATE_JOB, _told(ticket), ticket.attributes(), control=control)
        return _taken(answer)

    def send(self, job: JobState, pdf: bytes, control: Control) -> JobState:
        """Send-Document: its only document."""
        told = (
            Attribute(INTEGER, "job-id", (job.id,)),
            Attribute(NAME, "requesting-user-name", (USER,)),
            _FORMAT,
            Attribute(BOOLEAN, "last-document", (True,)),
        )
        return _taken(self._client.ask(Operation.SEND_DOCUMENT, told, (), pdf, _sending_s(control), control))

    def print_job(self, ticket: JobTicket, pdf: bytes, control: Control) -> JobState:
        """Print-Job: both at once, for printers without Create-Job."""
        told = (*_told(ticket), _FORMAT)
        sending_s = _sending_s(control)
        return _taken(self._client.ask(Operation.PRINT_JOB, told, ticket.attributes(), pdf, sending_s, control))

    def job(self, job_id: int, control: Control | None = None) -> JobState | None:
        """A job; None when the printer does not know it (any more)."""
        told = (
            Attribute(INTEGER, "job-id", (job_id,)),
            Attribute(NAME, "requesting-user-name", (USER,)),
            Attribute(KEYWORD, "requested-attributes", _JOB_WANTED),
        )
        answer = self._client.ask(Operation.GET_JOB_ATTRIBUTES, told, control=control)
        if answer.status in {NOT_FOUND, GONE}:
            return None
        job = read_job(_good(answer, "tell of a job").group(JOB_GROUP))
        return replace(job, sheets=None, impressions=None) if self._spooler else job

    def jobs(self, which: str = "not-completed", control: Control | None = None) -> tuple[JobState, ...]:
        """All jobs that wait, or those that are over."""
        told = (
            Attribute(NAME, "requesting-user-name", (USER,)),
            Attribute(KEYWORD, "requested-attributes", _JOB_WANTED),
            Attribute(KEYWORD, "which-jobs", (which,)),
        )
        answer = _good(self._client.ask(Operation.GET_JOBS, told, control=control), "list its jobs")
        return tuple(read_job(attributes) for group, attributes in answer.groups if group == JOB_GROUP and attributes)

    def cancel(self, job_id: int, control: Control | None = None) -> None:
        """Cancel-Job; a job that is over or unknown needs none."""
        told = [Attribute(INTEGER, "job-id", (job_id,)), Attribute(NAME, "requesting-user-name", (USER,))]
        if self._spooler:
            told.append(Attribute(BOOLEAN, "purge-job", (True,)))
        self._client.ask(Operation.CANCEL_JOB, told, control=control)

    def sweep(self, operation: int, control: Control | None = None) -> None:
        """Cancel-My-Jobs or Purge-Jobs."""
        self._client.ask(operation, (Attribute(NAME, "requesting-user-name", (USER,)),), control=control)


def _sending_s(control: Control) -> float:
    return max(1.0, min(SEND_S, control.remaining_s - LEFT_S))


def _told(ticket: JobTicket) -> Sequence[Attribute]:
    return (Attribute(NAME, "requesting-user-name", (USER,)), Attribute(NAME, "job-name", (ticket.name,)))


def _good(answer: IppAnswer, what: str) -> IppAnswer:
    if not answer.ok:
        raise ProtocolError(f"the printer refuses to {what}: status {answer.status:04X}", cause="refused")
    return answer


def _taken(answer: IppAnswer) -> JobState:
    job = read_job(answer.group(JOB_GROUP))
    if not answer.ok or not job.id:
        raise DeviceFault(f"the printer refused the job: status {answer.status:04X}", cause="refused")
    return job
