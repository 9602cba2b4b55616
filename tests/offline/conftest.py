"""Real encrypted stores, a real HTTP stub of the centre, and clocks that tests move by hand."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.ipc import Control
from offline_cache.clock import SystemClock
from offline_cache.config import CentreTable, Profile, StoreTable
from offline_cache.contract import Accept, Accepted, Answer, Draft, Outcome, TransactionState, WaitForOutcome
from offline_cache.outbox.identifiers import new_transaction_id
from offline_cache.process import StoreProcess
from offline_cache.store import Place, Store, open_store
from tests.offline.centre_key import pin
from tests.offline.centre_stub import CODE, CentreStub

TERMINAL = "GZ-TH-0001"
_ids = itertools.count(1_700_000_000_000)


class HandClock:
    """Clocks that stand still until a test moves them; the wall clock may jump by itself."""

    def __init__(self) -> None:
        self.wall = datetime.datetime(2026, 5, 4, 8, 30, tzinfo=datetime.UTC)
        self.schedule = self.wall.timestamp()
        self.monotonic = 100.0

    def pass_s(self, seconds: float) -> None:
        """Time passes."""
        self.wall += datetime.timedelta(seconds=seconds)
        self.schedule += seconds
        self.monotonic += seconds

    def jump_years(self, years: int) -> None:
        """The battery died: another start finds another wall clock."""
        self.wall += datetime.timedelta(days=365 * years)
        self.schedule = self.wall.timestamp()
        self.monotonic = 1.0

    def utc(self) -> datetime.datetime:
        return self.wall

    def schedule_s(self) -> float:
        return self.schedule

    def monotonic_s(self) -> float:
        return self.monotonic


def longest(low: float, high: float) -> float:
    """Chance that always draws the upper bound."""
    return high


def shortest(low: float, high: float) -> float:
    """Chance that always draws the lower bound."""
    return low


def make_draft(transaction_id: str = "", **changes: object) -> Draft:
    """An application with a little of everything."""
    values: dict[str, object] = {
        "kind": "application",
        "service": "social-security-card",
        "service_version": 3,
        "district": "440106",
        "subject_number": "440106199001011237",
        "subject_name": "王小明",
        "token": "token-1",
        "answers": (Answer("delivery", "courier", "领取方式", "邮寄"),),
        **changes,
    }
    return Draft(id=transaction_id or new_transaction_id(next(_ids)), **values)  # type: ignore[arg-type]  # values are typed above


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "store", tmp_path / "store.key", TERMINAL)


@pytest.fixture
def opened(place: Place, clock: HandClock) -> Iterator[Callable[[], Store]]:
    """Open the store, with a centre's key; what is still open at the end of the test is closed."""
    stores: list[Store] = []

    def opener() -> Store:
        stores.append(pin(open_store(place, clock, longest)))
        return stores[-1]

    yield opener
    for store in stores:
        if store.lock >= 0:
            close(store)


def close(store: Store) -> None:
    """Close a store once."""
    store.close()
    store.lock = -1


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    return opened()


@pytest.fixture
def stub() -> Iterator[CentreStub]:
    centre = CentreStub().start()
    yield centre
    centre.stop()


def enrol_folder(data: Path) -> None:
    """Make the store of a data folder, with a centre's key, as a terminal has it after its first day."""
    close(pin(open_store(Place(data / "store", data / "store.key", TERMINAL), SystemClock(), longest)))


class Terminal:
    """A whole store in this process: sends to the stub, asked directly."""

    def __init__(self, url: str, data: Path, poll_s: float = 0.1) -> None:
        (data / "enrolment.code").write_text(CODE)
        self.profile = Profile(CentreTable(url, TERMINAL, slow_s=2.0, poll_s=poll_s), StoreTable(reserve_mb=1))
        self.data = data
        self.process = self._new()

    def _new(self) -> StoreProcess:
        return StoreProcess(self.profile, self.data, SystemClock(), _quick)

    def start(self) -> Terminal:
        self.process.start()
        return self

    def restart(self) -> None:
        """Close and open again, as after an orderly stop."""
        self.process.close()
        self.process = self._new()
        self.process.start()

    def ask(self, command: object, within_s: float = 10.0) -> object:
        return self.process.service.execute(command, Control(within_s))

    def control(self) -> Control:
        """Time for one piece of work on the store."""
        return Control(10.0)

    def accept(self, draft: Draft) -> Accepted:
        """Accepted, also where the first contact has not come yet: the centre's keys are known from elsewhere."""
        self.process.owner.run(lambda store: self.process.enrolment.enrolled(pin(store)), Control(10.0))
        accepted = self.ask(Accept(draft))
        assert isinstance(accepted, Accepted)
        return accepted

    def outcome(self, draft: Draft, within_s: float = 10.0) -> Outcome:
        outcome = self.ask(WaitForOutcome(draft.id), within_s)
        assert isinstance(outcome, Outcome)
        return outcome

    def wait_for_state(self, draft: Draft, state: TransactionState) -> Outcome:
        """Wait for a state that is not the last one."""
        for _ in range(200):
            rung = self.process.service.bell.count
            outcome = self.process.owner.run(lambda store: store.outbox.outcome(draft.id), self.control())
            if outcome.state is state:
                return outcome
            self.process.service.bell.wait_beyond(rung, 0.05)
        raise AssertionError(f"{outcome.state}, not {state}")


def _quick(low: float, high: float) -> float:
    """Chance that draws a twentieth of the way, so that tests of waiting are short."""
    return low + (high - low) / 20


@pytest.fixture
def terminal(stub: CentreStub, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(stub.url, tmp_path)
    yield terminal
    terminal.process.close()
