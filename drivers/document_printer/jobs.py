"""What a printer's and a job's IPP attributes mean for us. Pure.

printer-state 3 idle, 4 processing, 5 stopped; job-state 3 pending, 4 held, 5 processing, 6 stopped,
7 cancelled, 8 aborted, 9 completed. Reasons carry -error, -warning or -report; a bare one is an error. A
warning never blocks: "media-empty-warning" only says that some tray is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState
from drivers.contract.values import JobOutcome, SheetOutcome
from drivers.document_printer.ipp import Value

PRINTER_PROCESSING, PRINTER_STOPPED = 4, 5
JOB_CANCELLED, JOB_ABORTED, JOB_COMPLETED = 7, 8, 9
ENDED = {JOB_CANCELLED, JOB_ABORTED, JOB_COMPLETED}
Attributes = Mapping[str, tuple[Value, ...]]

_KINDS = {
    "media-empty": "paper_out",
    "media-needed": "paper_out",
    "input-tray-missing": "paper_out",
    "media-jam": "jammed",
    "cover-open": "cover_open",
    "door-open": "cover_open",
    "interlock-open": "cover_open",
    "output-area-full": "jammed",
    "toner-empty": "fault",
    "marker-supply-empty": "fault",
    "fuser-over-temp": "fault",
    "spool-area-full": "fault",
}
_HINTS = {
    "paper_out": "put paper into the tray",
    "jammed": "open the printer and take the stuck sheet out",
    "cover_open": "close the printer's cover",
    "fault": "change the supply that the printer's panel names",
}


@dataclass(frozen=True)
class PrinterState:
    """A printer's state: `kind` is what blocks it (an error kind), empty when nothing does."""

    state: int
    kind: str
    low: frozenset[str]
    sheets_left: int | None
    model: str = ""

    def report(self) -> DeviceReport:
        """The same in XFS words."""
        paper = SupplyState.FULL
        if self.kind == "paper_out":
            paper = SupplyState.OUT
        elif self.kind == "jammed":
            paper = SupplyState.JAMMED
        elif "media-low" in self.low:
            paper = SupplyState.LOW
        toner = SupplyState.LOW if self.low & {"toner-low", "marker-supply-low"} else SupplyState.FULL
        broken = self.kind not in {"", "paper_out", "jammed"}
        state = DeviceState.USER_ERROR if self.kind == "cover_open" else DeviceState.HARDWARE_ERROR
        return DeviceReport(
            DeviceRole.DOCUMENT,
            state if broken else DeviceState.ONLINE,
            supplies={"paper": paper, "toner": toner},
            reason=self.kind,
            hint=_HINTS.get(self.kind, ""),
            model=self.model,
            sheets_left=self.sheets_left,
        )


def read_printer(attributes: Attributes) -> PrinterState:
    """Judge Get-Printer-Attributes."""
    state = _number(attributes, "printer-state", 0)
    reasons = [str(reason) for reason in attributes.get("printer-state-reasons", ())]
    sheets = tray_level(attributes)
    kind = blocking_kind(reasons)
    if not kind and sheets == 0 and state != PRINTER_PROCESSING:  # the last sheet may be on its way
        kind = "paper_out"
    if not kind and state == PRINTER_STOPPED:
        kind = "fault"
    low = frozenset(reason.rsplit("-", 1)[0] if _severity(reason) else reason for reason in reasons)
    return PrinterState(state, kind, low, sheets, str((*attributes.get("printer-make-and-model", ()), "")[0]))


def blocking_kind(reasons: list[str]) -> str:
    """The error kind of the first reason that blocks printing; empty when none does."""
    for reason in reasons:
        severity = _severity(reason)
        bare = reason.removesuffix(f"-{severity}") if severity else reason
        if severity in {"", "error"} and bare in _KINDS:
            return _KINDS[bare]
    return ""


def tray_level(attributes: Attributes) -> int | None:
    """Sheets in all trays that can tell (printer-input-tray); None when no tray can."""
    levels = []
    for tray in attributes.get("printer-input-tray", ()):
        text = tray.decode("ascii", "replace") if isinstance(tray, bytes) else str(tray)
        fields = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
        try:
            level = int(fields.get("level", "-2"))
        except ValueError:
            continue
        if level >= 0:  # -1 other, -2 unknown, -3 some (RFC 3805)
            levels.append(level)
    return sum(levels) if levels else None


@dataclass(frozen=True)
class JobState:
    """A job as the device sees it: `sheets` have come out."""

    state: int
    uuid: str
    sheets: int
    reasons: tuple[str, ...]


def read_job(attributes: Attributes) -> JobState:
    """Judge Get-Job-Attributes."""
    sheets = _number(attributes, "job-media-sheets-completed", -1)
    if sheets < 0:
        sheets = _number(attributes, "job-impressions-completed", 0)
    return JobState(
        _number(attributes, "job-state", 0),
        str((*attributes.get("job-uuid", ()), "")[0]),
        sheets,
        tuple(str(reason) for reason in attributes.get("job-state-reasons", ())),
    )


def outcome_of(job: JobState, of: int) -> JobOutcome:
    """How an ended job counts: only "completed" with every sheet out is completed."""
    if job.state == JOB_COMPLETED and job.sheets >= of:
        return JobOutcome.COMPLETED
    if job.state == JOB_COMPLETED:
        return JobOutcome.UNCERTAIN
    return JobOutcome.CANCELLED if job.state == JOB_CANCELLED else JobOutcome.ABORTED


def ledger(outcome: JobOutcome, sheets: int, of: int) -> tuple[SheetOutcome, ...]:
    """The fate of each sheet. When a job broke off, the sheet in the paper path is uncertain."""
    delivered = min(sheets, of)
    rest = of - delivered
    doubtful = {JobOutcome.COMPLETED: 0, JobOutcome.UNCERTAIN: rest}.get(outcome, min(1, rest))
    return (
        (SheetOutcome.DELIVERED,) * delivered
        + (SheetOutcome.UNCERTAIN,) * doubtful
        + (SheetOutcome.NOT_PRINTED,) * (rest - doubtful)
    )


def _severity(reason: str) -> str:
    tail = reason.rsplit("-", 1)[-1]
    return tail if tail in {"error", "warning", "report"} else ""


def _number(attributes: Attributes, name: str, default: int) -> int:
    value = (*attributes.get(name, ()), default)[0]
    return value if isinstance(value, int) else default
