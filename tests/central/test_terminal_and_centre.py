"""A real store and a real centre on one line: enrolment, time, and a transaction that arrives once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
