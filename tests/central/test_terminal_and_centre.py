"""A real store and a real centre on one line: enrolment, time, and a transaction that arrives once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.__main__ import build_parser
from kiosk.central.app import city_time
from kiosk.central.enrolment import invite
from kiosk.ipc import Control
from offline_cache.clock import SystemClock
from offline_cache.config import CentreTable, Profile, StoreTable
from offline_cache.contract import Accept, GetStatus, Outcome, StoreStatus, TransactionState, WaitForOutcome
from offline_cache.process import StoreProcess
from tests.central.conftest import Centre
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


def outcome(process: StoreProcess) -> Outcome:
    draft = make_draft()
    process.service.execute(Accept(draft), Control(10))
    found = process.service.execute(WaitForOutcome(draft.id), Control(20))
    assert isinstance(found, Outcome)
    return found


def test_an_invited_terminal_enrols_by_itself_and_is_heard_although_its_clock_is_off(
    centre: Centre, store: Callable[[], StoreProcess], tmp_path: Path
) -> None:
    """The centre's clock stands still at another day than this machine's: the terminal signs with the centre's time."""
    code = centre.database.run(lambda session: invite(session, NAME, centre.now))
    (tmp_path / "terminal" / "enrolment.code").write_text(code)
    process = store()
    assert outcome(process).state is TransactionState.ACCEPTED
    assert not (tmp_path / "terminal" / "enrolment.code").exists()
    assert process.time.vouched


def test_a_terminal_without_a_code_keeps_everything(centre: Centre, store: Callable[[], StoreProcess]) -> None:
    process = store()
    draft = make_draft()
    process.service.execute(Accept(draft), Control(10))
    waiting = process.service.execute(WaitForOutcome(draft.id), Control(1.5))
    assert waiting.state in {TransactionState.PENDING, TransactionState.SENDING}
    status = process.service.execute(GetStatus(), Control(5))
    assert isinstance(status, StoreStatus)
    assert status.problem in {"not_enrolled", "terminal_barred"}
    assert status.waiting == 1


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
