"""Which pages lie on which sheet, what a job's IPP attributes say of them, and the ledger. Pure.

job-state 3 pending, 4 held, 5 processing, 6 stopped, 7 cancelled, 8 aborted, 9 completed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.contract.values import JobOutcome, SheetOutcome
from drivers.document_printer.state import Attributes, number_of, words_of

JOB_STOPPED, JOB_CANCELLED, JOB_ABORTED, JOB_COMPLETED = 6, 7, 8, 9
ENDED = frozenset({JOB_CANCELLED, JOB_ABORTED, JOB_COMPLETED})
Sheet = tuple[int, ...]
"""The pages on one sheet: one, or two when printed on both sides."""


@dataclass(frozen=True)
class Part:
    """What goes to the printer as one job: pages `first` to `last` of the document, `copies` times."""

    first: int
    last: int
    copies: int
    sheets: tuple[Sheet, ...]


def plan(pages: int, copies: int, duplex: bool, first_sheet: int = 1, together: bool = True) -> tuple[Part, ...]:
    """The jobs that print a document from `first_sheet` on; ValueError when there is no such sheet.

    Not `together`: each copy by itself, for a printer that cannot collate, so that sheets come in a known order.
    """
    sides = 2 if duplex else 1
    copy = [tuple(range(page, min(page + sides, pages + 1))) for page in range(1, pages + 1, sides)]
    if not 1 <= first_sheet <= len(copy) * copies:
        raise ValueError(f"there is no sheet {first_sheet} of {len(copy) * copies}")
    whole, within = divmod(first_sheet - 1, len(copy))
    parts = []
    if within:
        parts.append(Part(copy[within][0], pages, 1, tuple(copy[within:])))
        whole += 1
    left = copies - whole
    if left and together:
        parts.append(Part(1, pages, left, tuple(copy * left)))
    elif left:
        parts += [Part(1, pages, 1, tuple(copy))] * left
    return tuple(parts)


@dataclass(frozen=True)
class JobState:
    """A job as the device sees it; counters are None where it does not count. `begun`: None when not told."""

    state: int
    id: int
    uuid: str
    name: str
    user: str
    sheets: int | None
    impressions: int | None
    reasons: tuple[str, ...]
    begun: bool | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED


def read_job(attributes: Attributes) -> JobState:
    """Judge the attributes of a job."""
    begun = None
    if "time-at-processing" in attributes:  # no-value: never taken in hand
        begun = number_of(attributes, "time-at-processing") is not None
    return JobState(
        number_of(attributes, "job-state") or 0,
        number_of(attributes, "job-id") or 0,
        (*words_of(attributes, "job-uuid"), "")[0],
        (*words_of(attributes, "job-name"), "")[0],
        (*words_of(attributes, "job-originating-user-name"), "")[0],
        _counter(attributes, "job-media-sheets"),
        _counter(attributes, "job-impressions"),
        words_of(attributes, "job-state-reasons"),
        begun,
    )


def _counter(attributes: Attributes, name: str) -> int | None:
    """A printer that calls a whole job 0 impressions long does not count them (ippeveprinter, cheap ones)."""
    return None if number_of(attributes, name) == 0 else number_of(attributes, f"{name}-completed")


def counted(job: JobState, sheets: Sequence[Sheet]) -> int | None:
    """How many of `sheets` the device's counters prove; the smaller where they disagree, None without any."""
    told = [] if job.sheets is None else [min(job.sheets, len(sheets))]
    if job.impressions is not None:
        told.append(sheets_in(job.impressions, sheets))
    return max(0, min(told)) if told else None


def sheets_in(impressions: int, sheets: Sequence[Sheet]) -> int:
    """How many whole sheets that many printed sides make."""
    out = 0
    for sheet in sheets:
        impressions -= len(sheet)
        if impressions < 0:
            break
        out += 1
    return out


def outcome_of(job: JobState, sheets: Sequence[Sheet]) -> JobOutcome:
    """How an ended job counts: only "completed", with every sheet that is counted out, is completed."""
    if job.state != JOB_COMPLETED:
        return JobOutcome.CANCELLED if job.state == JOB_CANCELLED else JobOutcome.ABORTED
    proved = counted(job, sheets)
    if proved is not None and proved < len(sheets):
        return JobOutcome.UNCERTAIN
    return JobOutcome.UNCERTAIN if "job-completed-with-errors" in job.reasons else JobOutcome.COMPLETED


@dataclass(frozen=True)
class PartEnded:
    """How one job of a command ended: `sheets` came out for certain.

    `untouched`: the device never began it. `one_doubtful`: of the rest only the sheet in the path is in doubt.
    """

    outcome: JobOutcome
    sheets: int
    reasons: tuple[str, ...] = ()
    untouched: bool = False
    one_doubtful: bool = False

    def fates(self, of: int, came_out: SheetOutcome = SheetOutcome.DELIVERED) -> tuple[SheetOutcome, ...]:
        """The fate of each sheet. When a job broke off, the sheet in the paper path is uncertain."""
        delivered = min(self.sheets, of)
        rest = of - delivered
        doubtful = rest if self.outcome in {JobOutcome.SENT, JobOutcome.UNCERTAIN} else min(1, rest)
        if self.one_doubtful:
            doubtful = min(1, rest)
        if self.untouched:
            doubtful = 0
        return (
            (came_out,) * delivered
            + (SheetOutcome.UNCERTAIN,) * doubtful
            + (SheetOutcome.NOT_PRINTED,) * (rest - doubtful)
        )
