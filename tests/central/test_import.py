"""What was carried by hand is taken as if it had come by line: once, with the same receipts, only if it is whole."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.central.app import open_office
from kiosk.central.bundle import BundleError
from kiosk.central.importing import OLDEST, Importer, Report
from kiosk.central.models import Attachment, Incident, Transaction
from kiosk.central.settings import CentreSettings
from kiosk.ipc import Control
from offline_cache.administration import Exported, ExportOutbox, ImportAnswers, Imported
from offline_cache.carry.removable import MediumError
from offline_cache.clock import SystemClock
from offline_cache.contract import Accept, Draft, TransactionState, WaitForOutcome
from offline_cache.contract import Attachment as Picture
from offline_cache.process import StoreProcess
from tests.central.conftest import Centre
from tests.central.proof_terminals import Terminal
from tests.offline.conftest import make_draft


@dataclass
class Carrying:
    """A terminal without a line, a centre, and a medium between them."""

    centre: Centre
    terminal: Terminal
    process: StoreProcess
    medium: Path

    def ask(self, command: object) -> object:
        return self.process.service.execute(command, Control(60))

    def accept(self, **changes: object) -> Draft:
        draft = make_draft(**changes)
        self.ask(Accept(draft))
        return draft

    def export(self) -> Path:
        done = self.ask(ExportOutbox(str(self.medium)))
        assert isinstance(done, Exported)
        return Path(done.file)

    def bring(self, file: Path, answers: str = "answers", accept_old: bool = False) -> tuple[Report, Path]:
        """At the centre."""
        settings = CentreSettings(self.medium.parent)
        office = open_office(settings, self.centre.database, lambda: self.centre.now)
        target = self.medium / answers
        return Importer(office).import_file(file, target, accept_old), target

    def take(self, answers: Path) -> Imported:
        done = self.ask(ImportAnswers(str(answers)))
        assert isinstance(done, Imported)
        return done

    def state(self, draft: Draft) -> TransactionState:
        return self.process.owner.run(lambda store: store.outbox.outcome(draft.id), Control(10)).state

    def cases(self) -> dict[str, str]:
        with self.centre.database.reading() as session:
            return {row.key: row.case_number for row in session.query(Transaction)}


@pytest.fixture
def carrying(centre: Centre, tmp_path: Path) -> Iterator[Carrying]:
    terminal = Terminal(centre, tmp_path / "terminal")
    terminal.enrol()
    terminal.start()
    terminal.stop()
    (tmp_path / "medium").mkdir()
    process = StoreProcess(terminal.profile, terminal.data, SystemClock())  # not started: it has no line
    yield Carrying(centre, terminal, process, tmp_path / "medium")
    process.close()


def test_what_waits_is_carried_over_and_its_receipts_are_carried_back(carrying: Carrying) -> None:
    drafts = [carrying.accept() for _ in range(3)]
    scan = os.urandom(200_000)
    drafts.append(carrying.accept(attachments=(Picture("scan", "image/png", scan),)))
    report, answers = carrying.bring(carrying.export())
    assert (sum(report.statuses.values()), report.evidence, report.head) == (4, 1, "")
    assert carrying.take(answers) == Imported(accepted=4, rejected=0, known=0, waiting=0, evidence=1)
    assert {carrying.state(draft) for draft in drafts} == {TransactionState.ACCEPTED}
    with carrying.centre.database.reading() as session:
        assert [row.content for row in session.query(Attachment)] == [scan]
        assert session.query(Incident).count() == 0
    assert carrying.take(answers).known == 4


def test_importing_twice_and_after_the_line_has_doubled_nothing(carrying: Carrying) -> None:
    early = carrying.accept()
    file = carrying.export()
    late = carrying.accept()
    both = carrying.export()
    carrying.process.close()
    carrying.terminal.start()  # the line is back
    process = carrying.terminal.process
    assert process is not None
    carrying.process = process
    carrying.process.service.execute(Accept(late_two := make_draft()), Control(10))
    for draft in (early, late, late_two):
        carrying.process.service.execute(WaitForOutcome(draft.id), Control(30))
    before = carrying.cases()
    reports = [carrying.bring(one, f"answers-{place}") for place, one in enumerate((file, both, both))]
    assert carrying.cases() == before
    assert len(before) == 3
    assert [carrying.take(answers).known for _, answers in reports] == [1, 2, 2]
    carrying.terminal.stop()


def test_two_files_at_once_have_one_effect(carrying: Carrying) -> None:
    drafts = [carrying.accept() for _ in range(6)]
    files = [carrying.export(), carrying.export()]
    barrier = threading.Barrier(2)

    def bring(place: int) -> Report:
        barrier.wait()
        return carrying.bring(files[place], f"answers-{place}")[0]

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(bring, range(2)))
    assert len(carrying.cases()) == len(drafts)
    assert all(set(report.statuses) <= {201, 202} for report in reports)
    assert carrying.take(carrying.medium / "answers-1").accepted == 6


def altered(raw: bytes) -> bytes:
    """One sign of a sealed payload."""
    place = raw.index(b'"body":"') + 40
    return raw[:place] + (b"A" if raw[place : place + 1] != b"A" else b"B") + raw[place + 1 :]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (altered, "tampered"),
        (lambda raw: raw[:-200], "cut off|end is missing"),
        (lambda raw: raw[: raw.rindex(b'{"end"')], "end is missing"),
        (lambda raw: raw + b'{"entry":{}}\n', "tampered"),
        (
            lambda raw: b"".join(raw.splitlines(keepends=True)[i] for i in (0, 2, *range(3, raw.count(b"\n")))),
            "tampered",
        ),
        (lambda raw: raw.replace(b"GZ-HP-0042", b"GZ-HP-0043"), "not enrolled"),
        (lambda raw: raw.replace(b"GZ-HP-0042", b"GZ-TH-0001"), "tampered|not signed"),
        (lambda raw: raw.replace(b"EXPORT 1", b"EXPORT 0", 1), "this version"),
        (lambda raw: b"", "this version"),
        (lambda raw: os.urandom(500), "cannot be read|cut off"),
    ],
)
def test_an_export_that_is_not_whole_is_refused_whole(
    carrying: Carrying, damage: Callable[[bytes], bytes], says: str
) -> None:
    carrying.accept()
    carrying.accept()
    file = carrying.export()
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(BundleError, match=says):
        carrying.bring(file)
    assert carrying.cases() == {}
    assert list(carrying.medium.iterdir()) == [file]


def test_an_old_export_is_asked_for_anew_unless_a_person_says_otherwise(carrying: Carrying) -> None:
    carrying.accept()
    file = carrying.export()
    carrying.centre.now += OLDEST * 1.1
    with pytest.raises(BundleError, match="export anew"):
        carrying.bring(file)
    assert sum(carrying.bring(file, accept_old=True)[0].statuses.values()) == 1


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda raw: raw.replace(b'"status":20', b'"status":42', 1), "file_tampered"),
        (lambda raw: raw[:-100], "file_truncated"),
        (lambda raw: raw[: raw.rindex(b'{"end"')], "file_truncated"),
        (lambda raw: raw + b"{}\n", "file_tampered"),
    ],
)
def test_an_answer_that_is_not_whole_changes_nothing(
    carrying: Carrying, damage: Callable[[bytes], bytes], reason: str
) -> None:
    draft = carrying.accept()
    _, answers = carrying.bring(carrying.export())
    answers.write_bytes(damage(answers.read_bytes()))
    with pytest.raises(MediumError) as refused:
        carrying.take(answers)
    assert refused.value.reason == reason
    assert carrying.state(draft) is TransactionState.PENDING


def test_the_answers_are_the_first_thing_that_a_store_just_opened_is_asked(carrying: Carrying) -> None:
    draft = carrying.accept()
    _, answers = carrying.bring(carrying.export())
    carrying.process.close()
    carrying.process = StoreProcess(carrying.terminal.profile, carrying.terminal.data, SystemClock())
    assert carrying.take(answers).accepted == 1
    assert carrying.state(draft) is TransactionState.ACCEPTED


def test_answers_of_another_centre_are_foreign(carrying: Carrying) -> None:
    carrying.accept()
    _, answers = carrying.bring(carrying.export())
    carrying.process.service.carrier.receipts.signing_key = os.urandom(32)
    with pytest.raises(MediumError) as refused:
        carrying.take(answers)
    assert refused.value.reason == "file_foreign"


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.ENOSPC, "medium_full"), (errno.EROFS, "medium_read_only"), (errno.EIO, "medium_gone")],
)
def test_a_medium_that_fails_is_named_and_leaves_no_file(
    carrying: Carrying, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    carrying.accept()

    def fails(descriptor: int, data: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("offline_cache.carry.removable.os.write", fails)
    with pytest.raises(MediumError) as refused:
        carrying.export()
    monkeypatch.undo()
    assert refused.value.reason == reason
    assert list(carrying.medium.iterdir()) == []
    assert carrying.export().exists()


def test_a_medium_that_is_not_there_is_named(carrying: Carrying) -> None:
    carrying.medium.rmdir()
    with pytest.raises(MediumError) as refused:
        carrying.export()
    assert refused.value.reason == "no_such_folder"


def test_a_medium_that_gives_back_other_bytes_is_named(carrying: Carrying, monkeypatch: pytest.MonkeyPatch) -> None:
    carrying.accept()
    monkeypatch.setattr("offline_cache.carry.removable._digest", lambda path: bytes(32))
    with pytest.raises(MediumError) as refused:
        carrying.export()
    assert refused.value.reason == "medium_altered"
    assert list(carrying.medium.iterdir()) == []
