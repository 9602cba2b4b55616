"""The mechanics of an A4 printer: tray, jobs, sheets that come out one by one, and what stops them."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field

import pypdfium2

PENDING, PROCESSING, STOPPED, CANCELLED, ABORTED, COMPLETED = 3, 5, 6, 7, 8, 9
ENDED = {CANCELLED, ABORTED, COMPLETED}


@dataclass
class Job:
    """One print job; `sheets` have come out."""

    id: int
    name: str
    pdf: bytes
    copies: int
    pages: int
    state: int = PENDING
    sheets: int = 0
    uuid: str = field(default_factory=lambda: f"urn:uuid:{uuid.uuid4()}")

    @property
    def of(self) -> int:
        """How many sheets it needs."""
        return self.pages * self.copies


class Printer:
    """Prints one sheet every `sheet_s`. All methods are safe to call from any thread."""

    def __init__(self, sheet_s: float, sheets: int = 250) -> None:
        self.sheet_s = sheet_s
        self.tray = sheets
        self.jam_at = 0
        self.problem = ""
        self.jobs: list[Job] = []
        self.archive: list[Job] = []
        self.out_tray = 0
        self._next_id = 1
        self._changed = threading.Condition()
        threading.Thread(target=self._work, daemon=True).start()

    @property
    def reasons(self) -> list[str]:
        """printer-state-reasons."""
        if self.problem:
            return [f"{self.problem}-error"]
        if self.tray == 0:
            return ["media-empty-error", "media-needed-error"]
        return ["media-low-warning"] if self.tray < 20 else ["none"]

    @property
    def state(self) -> int:
        """printer-state: 3 idle, 4 processing, 5 stopped."""
        busy = any(job.state in {PROCESSING, STOPPED} for job in self.jobs)
        if self.problem or (self.tray == 0 and busy):
            return 5
        return 4 if busy else 3

    def submit(self, name: str, pdf: bytes, copies: int) -> Job:
        """Take a job; raises ValueError for what is not a PDF."""
        try:
            with pypdfium2.PdfDocument(pdf) as document:
                pages = len(document)
        except pypdfium2.PdfiumError as error:
            raise ValueError(str(error)) from None
        with self._changed:
            job = Job(self._next_id, name, pdf, max(1, copies), pages)
            self._next_id += 1
            self.jobs.append(job)
            self.archive = [*self.archive[-49:], job]
            self._changed.notify_all()
            return job

    def find(self, job_id: int) -> Job | None:
        """A job the printer still knows."""
        return next((job for job in self.jobs if job.id == job_id), None)

    def cancel(self, job_id: int) -> bool:
        """Cancel one job; False when it is unknown or over."""
        with self._changed:
            job = self.find(job_id)
            if job is None or job.state in ENDED:
                return False
            job.state = CANCELLED
            self._changed.notify_all()
            return True

    def refill(self, sheets: int) -> None:
        """Put paper in."""
        with self._changed:
            self.tray = sheets
            self._changed.notify_all()

    def set_problem(self, problem: str, at_sheet: int = 0) -> None:
        """Jam, cover-open, … now or before sheet number `at_sheet` of a job; empty clears everything."""
        with self._changed:
            self.jam_at = at_sheet
            self.problem = "" if at_sheet else problem
            self._changed.notify_all()

    def power_cycle(self) -> None:
        """Lose all jobs; numbers begin again."""
        with self._changed:
            self.jobs, self._next_id = [], 1
            self._changed.notify_all()

    def take(self) -> int:
        """Take the sheets out of the output tray."""
        with self._changed:
            taken, self.out_tray = self.out_tray, 0
            return taken

    def _work(self) -> None:
        while True:
            with self._changed:
                job = next((job for job in self.jobs if job.state not in ENDED), None)
                if job is None:
                    self._changed.wait()
                    continue
                if self._blocked(job):
                    job.state = STOPPED
                    self._changed.wait()
                    continue
                job.state = PROCESSING
                self._changed.wait(self.sheet_s)  # the sheet is on its way; a cancel or a jam may come in between
                if job.state != PROCESSING or self._blocked(job) or job not in self.jobs:
                    continue
                self._deliver(job)

    def _blocked(self, job: Job) -> bool:
        if self.jam_at and job.sheets + 1 >= self.jam_at:
            self.problem, self.jam_at = "media-jam", 0
        return bool(self.problem) or self.tray == 0

    def _deliver(self, job: Job) -> None:
        self.tray -= 1
        self.out_tray += 1
        job.sheets += 1
        if job.sheets >= job.of:
            job.state = COMPLETED
