"""A real store and a real centre on one line: enrolment, time, and a transaction that arrives once."""

from __future__ import annotations

import datetime
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.__main__ import build_parser
from kiosk.central.app import city_time
from kiosk.central.enrolment import invite
from kiosk.central.models import Attachment as Attachment_
from kiosk.central.models import Transaction
from kiosk.ipc import Control
from offline_cache.clock import SystemClock
from offline_cache.config import CentreTable, Profile, StoreTable
from offline_cache.contract import (
    Accept,
    Attachment,
    Draft,
    GetStatus,
    LineState,
    Outcome,
    StoreStatus,
    TransactionState,
    WaitForOutcome,
)
from offline_cache.errors import NotEnrolled
from offline_cache.process import StoreProcess
from tests.central.conftest import START, Centre
from tests.offline.centre_key import pin
from tests.offline.conftest import make_draft

NAME = "GZ-HP-0042"


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def store(centre: Centre, tmp_path: Path) -> Iterator[Callable[[], StoreProcess]]:
    started: list[StoreProcess] = []

    def start() -> StoreProcess:
        profile = Profile(CentreTable(centre.url, NAME, poll_s=0.1), StoreTable(reserve_mb=1))
        started.append(StoreProcess(profile, tmp_path / "terminal", SystemClock()))
        started[-1].start()
        return started[-1]

    (tmp_path / "terminal").mkdir()
    yield start
    for process in started:
        process.close()


def wait_for(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    assert any(condition() or pause.wait(0.05) for _ in range(400))


def status_of(process: StoreProcess) -> StoreStatus:
    status = process.service.execute(GetStatus(), Control(5))
    assert isinstance(status, StoreStatus)
    return status


def outcome(process: StoreProcess, draft: Draft) -> Outcome:
    wait_for(lambda: status_of(process).accepting)
    process.service.execute(Accept(draft), Control(10))
    found = process.service.execute(WaitForOutcome(draft.id), Control(20))
    assert isinstance(found, Outcome)
    return found


def test_an_invited_terminal_enrols_by_itself_and_is_heard_although_its_clock_is_off(
    centre: Centre, store: Callable[[], StoreProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The centre's clock shows another day than this machine's: the terminal signs with the centre's time."""
    began = time.monotonic()
    monkeypatch.setattr(
        Centre, "now", property(lambda _: START + datetime.timedelta(seconds=time.monotonic() - began)), raising=False
    )
    code = centre.database.run(lambda session: invite(session, NAME, centre.now))
    (tmp_path / "terminal" / "enrolment.code").write_text(code)
    process = store()
    assert outcome(process, make_draft()).state is TransactionState.ACCEPTED
    assert not (tmp_path / "terminal" / "enrolment.code").exists()
    assert process.time.vouched


def test_a_terminal_without_a_code_accepts_nothing_and_says_why(
    centre: Centre, store: Callable[[], StoreProcess]
) -> None:
    """What cannot be sealed is not kept; the screen knows before anybody shows an ID."""
    process = store()
    with pytest.raises(NotEnrolled, match="not_enrolled"):
        process.service.execute(Accept(make_draft()), Control(10))
    wait_for(lambda: process.line.state is not LineState.OFFLINE)
    status = status_of(process)
    assert (status.accepting, status.problem, status.waiting) == (False, "not_enrolled", 0)


def test_a_terminal_that_the_centre_does_not_know_keeps_everything(
    centre: Centre, store: Callable[[], StoreProcess]
) -> None:
    centre.now = city_time()
    process, draft = store(), make_draft()
    process.owner.run(lambda store: process.enrolment.enrolled(pin(store)), Control(10))
    process.service.execute(Accept(draft), Control(10))
    wait_for(lambda: status_of(process).problem == "terminal_barred")
    waiting = process.service.execute(WaitForOutcome(draft.id), Control(0.5))
    assert waiting.state in {TransactionState.PENDING, TransactionState.SENDING}
    assert status_of(process).waiting == 1


def test_evidence_and_a_payload_that_no_terminal_can_read_reach_the_office(
    centre: Centre, store: Callable[[], StoreProcess], tmp_path: Path
) -> None:
    centre.now = city_time()
    code = centre.database.run(lambda session: invite(session, NAME, centre.now))
    (tmp_path / "terminal" / "enrolment.code").write_text(code)
    process, scan = store(), os.urandom(700_000)
    draft = make_draft(attachments=(Attachment("scan", "image/png", scan), Attachment("note", "image/png", b"small")))
    assert outcome(process, draft).state is TransactionState.ACCEPTED
    wait_for(lambda: status_of(process).evidence == 0)
    with centre.database.reading() as session:
        case = session.get_one(Transaction, draft.id)
        kept = {row.name: row.content for row in session.query(Attachment_)}
    assert (case.state, case.number) == ("待核验", "440106199001011237")
    assert kept == {"scan": scan, "note": b"small"}
    assert list((tmp_path / "terminal" / "store" / "blobs").iterdir()) == []


def main(words: list[str]) -> int:
    """The command line in this process; its exit status."""
    options = build_parser(words[0]).parse_args(words)
    return int(options.run(options))


def test_a_technician_enrols_a_terminal_with_two_commands(
    centre: Centre, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(f'[centre]\nurl = "{centre.url}"\nterminal = "{NAME}"\n')
    where = ["--data", str(tmp_path / "terminal"), "--profile", str(profile)]
    (tmp_path / "terminal").mkdir()
    centre.now = city_time()  # the command's clock
    assert main(["central", "invite", NAME, "--data", str(tmp_path), "--database", database_url]) == 0
    code = capsys.readouterr().out.strip()
    assert main(["enrol", "0000-0000-0000-0000", *where]) == 1
    assert "wrong_code" in capsys.readouterr().err
    assert main(["enrol", code.lower(), *where]) == 0
    assert capsys.readouterr().out == "enrolled\n"
    assert main(["enrol", "nonsense", *where]) == 1
