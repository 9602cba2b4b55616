"""A real store and a real centre: the catalogue comes at contact, what became of it is told, a bad one halts itself."""

from __future__ import annotations

import datetime
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.central.catalogue_rollout import place_of
from kiosk.central.catalogue_stages import advance
from kiosk.central.enrolment import invite
from kiosk.central.models import CatalogueReport, CatalogueRollout, Incident
from kiosk.ipc import Control
from offline_cache.administration import RollBackCatalogue
from offline_cache.catalogue.polling import Polling
from offline_cache.clock import SystemClock
from offline_cache.config import CentreTable, Profile, StoreTable
from offline_cache.contract import CataloguePage, CatalogueStatus, GetStatus, JudgeCatalogue, ReadCatalogue, StoreStatus
from offline_cache.errors import InvalidCommand
from offline_cache.process import StoreProcess
from tests.central.conftest import Centre
from tests.offline.catalogue_city import CONTENT, City

NAME = "GZ-HP-0042"


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path / "city")
    city.repository.folder = tmp_path / "catalogue"
    return city


class Store:
    """A terminal's store; what it says of the catalogue is waited for."""

    def __init__(self, centre: Centre, city: City, folder: Path, name: str) -> None:
        folder.mkdir(exist_ok=True)
        table = CentreTable(centre.url, name, poll_s=0.1, catalogue_s=0.1)
        (folder / "enrolment.code").write_text(centre.database.run(lambda session: invite(session, name, centre.now)))
        if city.repository.roots():
            (folder / "catalogue-root.json").write_bytes(city.root())
        self.process = StoreProcess(Profile(table, StoreTable(reserve_mb=1)), folder, SystemClock())
        self._heard = threading.Condition()
        self.process.catalogue.on_change = self._hear
        self.process.start()

    def _hear(self, status: CatalogueStatus) -> None:
        with self._heard:
            self._heard.notify_all()

    def ask(self, command: object) -> object:
        return self.process.service.execute(command, Control(20))

    @property
    def status(self) -> CatalogueStatus:
        found = self.ask(GetStatus())
        assert isinstance(found, StoreStatus)
        return found.catalogue

    def wait(self, right: Callable[[CatalogueStatus], bool], within_s: float = 30.0) -> CatalogueStatus:
        with self._heard:
            assert self._heard.wait_for(lambda: right(self.status), within_s), self.status
        return self.status


Start = Callable[[str], Store]


@pytest.fixture
def start(centre: Centre, city: City, tmp_path: Path) -> Iterator[Start]:
    started: list[Store] = []

    def begin(name: str = NAME) -> Store:
        started.append(Store(centre, city, tmp_path / name, name))
        return started[-1]

    yield begin
    for store in started:
        store.process.close()


def reports(centre: Centre) -> dict[tuple[str, int], bool]:
    with centre.database.reading() as session:
        return {(row.terminal, row.version): row.failed for row in session.query(CatalogueReport)}


def wait_reported(centre: Centre, key: tuple[str, int]) -> bool:
    pause = threading.Event()
    for _ in range(300):
        if key in (found := reports(centre)):
            return found[key]
        pause.wait(0.05)
    raise AssertionError(f"{key} was not reported")


def test_a_catalogue_comes_with_the_first_contact_and_what_became_of_it_is_told(
    centre: Centre, city: City, start: Start
) -> None:
    city.publish()
    store = start(NAME)
    assert store.wait(lambda status: status.version == 1) == CatalogueStatus(1, (1,))
    page = store.ask(ReadCatalogue())
    assert isinstance(page, CataloguePage)
    assert {file.path: file.body for file in page.files} == CONTENT
    store.ask(JudgeCatalogue(1))
    assert wait_reported(centre, (NAME, 1)) is False


def test_a_version_that_the_application_refuses_is_reported_and_the_former_is_back(
    centre: Centre, city: City, start: Start
) -> None:
    city.publish()
    store = start(NAME)
    store.wait(lambda status: status.version == 1)
    city.publish(services__hrss__card=b"broken")
    with centre.database.transaction() as session:
        session.merge(CatalogueRollout(version=2, percent=100, halted=False))
    store.wait(lambda status: status.version == 2)
    store.ask(JudgeCatalogue(2, ("services/hrss/card.toml: cannot be read",)))
    assert (store.status.version, store.status.refused) == (1, (2,))
    assert wait_reported(centre, (NAME, 2)) is True


def test_a_withdrawal_is_known_with_the_next_question_and_needs_no_version(
    centre: Centre, city: City, start: Start
) -> None:
    city.publish()
    store = start(NAME)
    store.wait(lambda status: status.version == 1)
    city.publisher().withdraw(frozenset({"hrss/card"}))
    assert store.wait(lambda status: bool(status.withdrawn)).withdrawn == ("hrss/card",)
    city.publisher().withdraw(frozenset())
    store.wait(lambda status: not status.withdrawn)


def test_a_step_back_is_told_at_once_without_a_line(centre: Centre, city: City, start: Start) -> None:
    city.publish()
    store = start(NAME)
    store.wait(lambda status: status.version == 1)
    city.publish(services__hrss__card=b"new")
    with centre.database.transaction() as session:
        session.merge(CatalogueRollout(version=2, percent=100, halted=False))
    store.wait(lambda status: status.version == 2)
    centre.stop()
    store.ask(RollBackCatalogue(1))
    assert (store.status.version, store.status.stepped_back_from) == (1, 2)
    with pytest.raises(InvalidCommand, match="unknown_version"):
        store.ask(RollBackCatalogue(7))


def test_without_a_root_of_trust_nothing_is_taken_and_it_is_said(centre: Centre, city: City, start: Start) -> None:
    store = start(NAME)
    city.publish()
    assert store.wait(lambda status: bool(status.problem)) == CatalogueStatus(problem="no_root")


def test_an_expired_timestamp_is_shown_and_stops_nothing(centre: Centre, city: City, start: Start) -> None:
    city.publish()
    store = start(NAME)
    store.wait(lambda status: status.version == 1)
    centre.now += datetime.timedelta(days=3)
    status = store.wait(lambda status: bool(status.stale_since))
    assert (status.version, status.stale_since) == (1, "2026-11-24T02:00:00Z")
    city.now += datetime.timedelta(days=3)
    city.publisher().refresh()
    assert store.wait(lambda status: not status.stale_since).problem == ""


def test_a_rollout_goes_on_by_the_terminals_own_verdicts_and_halts_by_them(
    centre: Centre, city: City, start: Start
) -> None:
    """Three real stores over HTTP: the first stage holds none of them, the verdicts of the last one halt it."""
    city.publish()
    names = [name for name in (f"GZ-HP-{n:04}" for n in range(1, 9)) if place_of(name, 2) > 10][:3]
    assert place_of("GZ-TH-0001", 2) > 10
    stores = [start(name) for name in names]
    for store in stores:
        store.wait(lambda status: status.version == 1)
    city.publish(services__hrss__card=b"new")
    advanced = [centre.database.run(lambda session: advance(session, 2)) for _ in range(2)]
    assert [state.percent for state in advanced] == [10, 100]
    for store in stores:
        store.wait(lambda status: status.version == 2)
        store.ask(JudgeCatalogue(2, ("broken",)))
    for name in names:
        assert wait_reported(centre, (name, 2))
    with centre.database.reading() as session:
        kinds = [row.kind for row in session.query(Incident)]
    assert "catalogue_halted" in kinds
    assert centre.database.run(lambda session: advance(session, 2)).halted


def test_a_fleet_is_fresh_within_ten_minutes_and_never_asks_in_step() -> None:
    chance = random.Random(1)
    fleet = [Polling(300.0, chance.uniform) for _ in range(2780)]
    for polling in fleet:
        polling.contact(0.0)
    first = [polling.due_s for polling in fleet]
    assert max(first) <= 30.0
    assert len({round(due) for due in first}) > 20
    for polling in fleet:
        polling.answered(polling.due_s)
    assert max(polling.due_s for polling in fleet) <= 30.0 + 360.0
    refused = Polling(300.0, lambda low, high: high)
    waits = []
    for _ in range(6):
        refused.refused(0.0)
        waits.append(refused.due_s)
    assert waits == [600.0, 1200.0, 2400.0, 3600.0, 3600.0, 3600.0]
