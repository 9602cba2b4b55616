"""The mechanics of an A4 printer: trays, jobs, sheets that come out one by one, and what stops them.

Not responsible for IPP: `ipp_service` is. What really came out stands in `Printer.out`, sheet by sheet.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.virtual.printing_jobs import (
    ABORTED,
    CANCELLED,
    COMPLETED,
    ENDED,
    INCOMING,
    PENDING,
    PROCESSING,
    STOPPED,
    Job,
    Ticket,
)

PROBLEMS = ("media-jam", "cover-open", "toner-empty", "fuser-over-temp", "output-area-full", "paused")
TRAPS = (*PROBLEMS, "media-empty", "power", "power-keep", "off", "vanish", "abort")
WHEN = ("before", "middle", "after")
LOW_SHEETS = 20
INCOMPLETE_S = 5.0
"""multiple-operation-time-out: how long a job waits for its document before it is given up."""


@dataclass(frozen=True)
class Trap:
    """Something that happens before, in the middle of or right after sheet number `at_sheet` of a job."""

    what: str
    at_sheet: int
    when: str = "before"


@dataclass
class Habits:
    """What tells one make of printer from another; set once by the bench."""

    sheet_s: float = 0.8
    warm_up_s: float = 0.0
    collates: bool = True
    duplex: bool = True
    ranges: bool = True
    counts: bool = True
    skips_last: bool = False
    """Says completed although the last sheet never came."""


@dataclass
class Printer:
    """Prints one sheet every `habits.sheet_s`. All methods are safe to call from any thread."""

    habits: Habits = field(default_factory=Habits)
    trays: dict[str, int] = field(default_factory=lambda: {"main": 250})
    toner: int = 75
    problem: str = ""
    jobs: list[Job] = field(default_factory=list)
    out: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    """(job-uuid, pages on the sheet) of everything that ever came out."""
    out_tray: int = 0
    on: bool = True
    impressions: int = 0
    on_trap: Callable[[str], None] = lambda what: None
    """Called for traps that are not the mechanics' own (vanish), apart from the lock."""
    traps: list[Trap] = field(default_factory=list)
    _next_id: int = 1
    _ready_at: float = 0.0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> None:
        """Begin to work."""
        threading.Thread(target=self._work, name="printer", daemon=True).start()

    @property
    def tray(self) -> int:
        """Sheets in all trays."""
        return sum(self.trays.values())

    @property
    def reasons(self) -> list[str]:
        """printer-state-reasons."""
        reasons = [self.problem if self.problem == "paused" else f"{self.problem}-error"] if self.problem else []
        if self.tray == 0:
            reasons += ["media-empty-error", "media-needed-error"]
        elif 0 in self.trays.values():
            reasons.append("media-empty-warning")
        elif self.tray < LOW_SHEETS:
            reasons.append("media-low-warning")
        if self.toner < 10 and self.problem != "toner-empty":
            reasons.append("toner-low-warning")
        return reasons or ["none"]

    @property
    def state(self) -> int:
        """printer-state: 3 idle, 4 processing, 5 stopped."""
        busy = any(job.state in {PROCESSING, STOPPED} for job in self.jobs)
        if self.problem or (self.tray == 0 and busy):
            return 5
        return 4 if busy else 3

    def create(self, ticket: Ticket) -> Job:
        """A job that waits for its document."""
        with self._changed:
            job = Job(self._next_id, ticket)
            self._next_id += 1
            self.jobs.append(job)
            self._changed.notify_all()
            return job

    def load(self, job: Job, pages: int) -> bool:
        """Its document is here; False when the job is over."""
        with self._changed:
            if job.state != INCOMING:
                return False
            job.lay_out(pages, self.habits.collates)
            job.state = PENDING
            self._changed.notify_all()
            return True

    def find(self, job_id: int) -> Job | None:
        """A job the printer still knows."""
        return next((job for job in self.jobs if job.id == job_id), None)

    def cancel(self, job: Job) -> bool:
        """Cancel one job; False when it is over."""
        with self._changed:
            if job.state in ENDED:
                return False
            job.end(CANCELLED)
            self._changed.notify_all()
            return True

    def purge(self) -> None:
        """Purge-Jobs: forget every job."""
        with self._changed:
            for job in self.jobs:
                if job.state not in ENDED:
                    job.end(CANCELLED)
            self.jobs = []
            self._changed.notify_all()

    def change(self, **values: Any) -> None:
        """Set fields from the bench: trays, toner, problem, habits, traps."""
        with self._changed:
            for name, value in values.items():
                setattr(self, name, value)
            self._changed.notify_all()

    def clear(self) -> None:
        """Nothing is stuck, open or about to happen."""
        self.change(problem="", traps=[], toner=max(self.toner, 75) if self.problem == "toner-empty" else self.toner)

    def power_off(self, keep_jobs: bool) -> None:
        """Everything in the paper path is lost; jobs too, and their numbers begin again, unless they are kept."""
        with self._changed:
            self.on = False
            if keep_jobs:
                self.jobs = [job for job in self.jobs if job.state not in ENDED]
            else:
                self.jobs, self._next_id = [], 1
            self._changed.notify_all()

    def power_on(self) -> None:
        """Warm up, then go on with what is kept."""
        with self._changed:
            self.on, self._ready_at = True, time.monotonic() + self.habits.warm_up_s
            self._changed.notify_all()

    def take(self) -> int:
        """Take the sheets out of the output tray."""
        with self._changed:
            taken, self.out_tray = self.out_tray, 0
            return taken

    def _work(self) -> None:
        while True:
            fired: Trap | None = None
            with self._changed:
                self._expire()
                job = next((job for job in self.jobs if job.state not in ENDED | {INCOMING}), None)
                if not self.on or job is None:
                    self._changed.wait(0.5)
                elif (warming := self._ready_at - time.monotonic()) > 0:
                    self._changed.wait(warming)
                elif fired := self._trap(job, "before"):
                    self._spring(fired, job)
                elif self.problem or self.tray == 0:
                    job.state = STOPPED
                    self._changed.wait(0.5)
                else:
                    fired = self._feed(job)
            if fired is not None:
                self.on_trap(fired.what)

    def _feed(self, job: Job) -> Trap | None:
        """One sheet's way through the printer; a cancel or a misfortune may come in between."""
        job.begin()
        self._changed.wait(self.habits.sheet_s)
        if not self.on or job.state != PROCESSING or job not in self.jobs:
            return None
        if fired := self._trap(job, "middle"):
            self._take_sheet()  # what was in the path is waste
            self._spring(fired, job)
            return fired
        if self.problem or self.tray == 0:
            return None
        self._deliver(job)
        if fired := self._trap(job, "after"):
            self._spring(fired, job)
        return fired

    def _deliver(self, job: Job) -> None:
        last = job.sheets + 1 == len(job.plan)
        if not (last and self.habits.skips_last):
            pages = job.plan[job.sheets]
            self._take_sheet()
            self.out_tray += 1
            self.impressions += len(pages)
            self.out = [*self.out[-999:], (job.uuid, pages)]
            job.sheets += 1
            job.impressions += len(pages)
        if last:
            job.end(COMPLETED)

    def _take_sheet(self) -> None:
        name = next((name for name, sheets in self.trays.items() if sheets), None)
        if name is not None:
            self.trays[name] -= 1

    def _trap(self, job: Job, when: str) -> Trap | None:
        sheet = job.sheets if when == "after" else job.sheets + 1
        fired = next((trap for trap in self.traps if trap.when == when and sheet >= trap.at_sheet), None)
        if fired is not None:
            self.traps.remove(fired)
        return fired

    def _spring(self, trap: Trap, job: Job) -> None:
        match trap.what:
            case "media-empty":
                self.trays = dict.fromkeys(self.trays, 0)
            case "power" | "power-keep" | "off":
                self.power_off(keep_jobs=trap.what != "power")
                if trap.what != "off":
                    self.power_on()
            case "abort":
                if job.state not in ENDED:
                    job.end(ABORTED)
            case what if what in PROBLEMS:
                self.problem = what
                if what == "toner-empty":
                    self.toner = 0

    def _expire(self) -> None:
        """A job whose document does not come is given up (RFC 8011 §5.4.31)."""
        for job in self.jobs:
            if job.state == INCOMING and time.monotonic() - job.created_at > INCOMPLETE_S:
                job.end(ABORTED)
