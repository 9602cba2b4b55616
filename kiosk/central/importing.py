"""Takes what a terminal without a line has exported: the same intake, receipts and de-duplication as over HTTP.

Importing twice, or what the line brought meanwhile, gives the same answers again. Not responsible for the form of the
file (kiosk.central.bundle).
"""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from kiosk.central.batches import Batches
from kiosk.central.bundle import (
    ANSWER_FORM,
    EXPORT_FORM,
    BundleError,
    content_of,
    demand_signed,
    lines_of,
    write_signed,
)
from kiosk.central.chain import follows
from kiosk.central.evidence import PART_LIMIT, Evidence, Part
from kiosk.central.heads import take
from kiosk.central.identity import CITY_ZONE
from kiosk.central.models import Terminal, TerminalHead
from kiosk.central.reading import Reader
from kiosk.central.refusals import Refusal
from kiosk.central.routes_terminal import Office
from kiosk.central.schemas import BatchEntryIn, ExportManifest, HeadIn, MarkIn, VerdictOut

OLDEST = datetime.timedelta(days=35)
"""An older export is asked for anew: what is in it may have been given up at the terminal since."""
TRIES, PAUSE_S = 20, 0.25
LATER = frozenset({409, 503})


@dataclass
class Report:
    """What came of a file: verdicts by status, pieces of evidence taken, and what the head said."""

    terminal: str
    export: str
    statuses: Counter[int] = field(default_factory=Counter)
    evidence: int = 0
    head: str = ""


@dataclass(frozen=True)
class Importer:
    """Feeds files to an office."""

    office: Office

    def import_file(self, path: Path, answers: Path, accept_old: bool = False) -> Report:
        """Take everything in and write the signed answers. BundleError for a file that cannot be taken."""
        manifest = self._manifest(path, accept_old)
        report = Report(manifest.terminal, manifest.id)
        write_signed(answers, ANSWER_FORM, self._answers(path, manifest, report), self.office.key.sign_bytes)
        return report

    def _manifest(self, path: Path, accept_old: bool) -> ExportManifest:
        first = next(lines_of(path), {})
        try:
            manifest = ExportManifest.model_validate(first.get("manifest"))
        except ValidationError as error:
            raise BundleError(f"{path}: not an export of this version") from error
        with self.office.database.reading() as session:
            known = session.get(Terminal, manifest.terminal)
        if known is None or not known.public_key:
            raise BundleError(f"{path}: from {manifest.terminal}, which is not enrolled here")
        demand_signed(path, EXPORT_FORM, known.public_key)
        age = self.office.clock().replace(tzinfo=CITY_ZONE) - manifest.at
        if age > OLDEST and not accept_old:
            raise BundleError(
                f"{path}: exported {age.days} days ago: export anew (or --accept-old, if the clock was wrong)"
            )
        return manifest

    def _answers(self, path: Path, manifest: ExportManifest, report: Report) -> Iterator[dict[str, Any]]:
        now = self.office.clock().isoformat(timespec="seconds")
        yield {"manifest": {"form": ANSWER_FORM, "export": manifest.id, "terminal": manifest.terminal, "at": now}}
        office = self.office
        batches = Batches(Reader(office.database, office.sealing, office.clock), office.intake, office.key.sign)
        marks = {manifest.journal.number: manifest.journal.hash}
        previous, whole = manifest.journal.hash, True
        for line in lines_of(path):
            if "entry" in line:
                verdict = _judged(batches, manifest.terminal, _entry(line["entry"]))
                report.statuses[verdict.status] += 1
                yield {"verdict": verdict.model_dump()}
            elif "evidence" in line:
                taken = _evidence(office.evidence, manifest.terminal, line["evidence"])
                report.evidence += taken is not None
                yield from [taken] if taken else []
            elif "journal" in line and whole:
                record = line["journal"]
                whole = follows(previous, record)
                if whole:
                    previous = record["hash"]
                    marks[record["values"][0]] = previous
        report.head = self._head(manifest, marks) if whole else "the journal in the file does not hold together"

    def _head(self, manifest: ExportManifest, marks: dict[int, str]) -> str:
        """What the head says; a file cannot be asked back, so what it does not show is not judged."""

        def judged(session: Session) -> str:
            known = session.get(TerminalHead, manifest.terminal)
            number = known.journal if known is not None else 0
            journal = MarkIn(number=number, hash=marks[number]) if number in marks else manifest.journal
            offer = HeadIn(head=manifest.head, journal=journal, entry=manifest.entry)
            return take(session, manifest.terminal, offer, self.office.clock())

        try:
            return self.office.database.run(judged)
        except Refusal as refusal:
            return f"head not judged ({refusal.reason})"


def _entry(content: object) -> BatchEntryIn:
    try:
        return BatchEntryIn.model_validate(content)
    except ValidationError as error:
        raise BundleError("an entry that is none of this version") from error


def _judged(batches: Batches, terminal: str, entry: BatchEntryIn) -> VerdictOut:
    """The verdict; who is being worked on elsewhere is asked again for a while."""
    for _ in range(TRIES):
        (verdict,) = batches.judge(terminal, [entry])
        if verdict.status not in LATER:
            break
        time.sleep(PAUSE_S)
    return verdict


def _evidence(evidence: Evidence, terminal: str, line: dict[str, Any]) -> dict[str, Any] | None:
    """The answer for a piece that is here whole; None for one that is not taken."""
    key, sha256, content = str(line.get("key")), str(line.get("sha256")), content_of(line.get("content"))
    try:
        progress = evidence.progress(terminal, key, sha256)
        while not progress.complete:
            part = content[progress.offset : progress.offset + PART_LIMIT]
            progress = evidence.take(Part(terminal, key, sha256, progress.offset, len(content), part))
    except Refusal:
        return None
    return {"evidence": {"key": key, "sha256": sha256}}
