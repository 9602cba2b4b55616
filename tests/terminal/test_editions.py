"""Editions of what a terminal offers: judged as a whole, used from the next session on, kept by the present one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from kiosk.folders import CONFIG
from kiosk.intents import Begun, Confirmed, DoorChosen, LeavePressed, ServiceChosen, TabChosen
from kiosk.ipc import ConnectionLost, RemoteError
from kiosk.journey.catalogue import config_files
from kiosk.journey.context import TerminalFacts
from kiosk.terminal.edition import Edition, EditionError, floor_edition, read_edition
from kiosk.terminal.librarian import Librarian
from kiosk.terminal.links import EditionArrived, StatusArrived
from kiosk.views import AttractView, GoodbyeView, MenuView, NoticeView, OutOfServiceView, ProblemView, Readiness, Tile
from offline_cache.contract import LineState, StoreStatus
from offline_cache.contract_catalogue import (
    CatalogueFile,
    CataloguePage,
    CatalogueStatus,
    JudgeCatalogue,
    ReadCatalogue,
)
from tests.terminal.test_terminal import Bench

FLOOR = floor_edition(CONFIG)
FACTS = TerminalFacts("GZ-TH-0001", "440106", {"zh-Hans": "x", "zh-Hant": "x", "en": "x"})
CARD = "services/hrss/social-security-card.toml"
NEW = "services/hrss/second-card.toml"
TEXTS = {f"texts/{path.name}": path.read_bytes() for path in (CONFIG / "texts").glob("*.toml")}
FILES = config_files(CONFIG) | TEXTS


def with_new_service() -> dict[str, bytes]:
    body = FILES[CARD].replace(b'"hrss/social-security-card"', b'"hrss/second-card"')
    return FILES | {NEW: body.replace("社会保障卡申领".encode(), "社会保障卡补领".encode())}


def read(files: dict[str, bytes], former: Edition = FLOOR) -> Edition:
    return read_edition(2, files, FLOOR, former, FACTS)


def test_one_file_more_is_one_service_more() -> None:
    edition = read(with_new_service())
    assert edition.catalogue.services.keys() - FLOOR.catalogue.services.keys() == {"hrss/second-card"}


def test_what_did_not_change_is_not_judged_again_and_what_did_is() -> None:
    former = read(dict(FILES))
    edition = read(with_new_service(), former)
    assert edition.texts is former.texts
    assert (
        edition.catalogue.services["hrss/social-security-card"]
        is former.catalogue.services["hrss/social-security-card"]
    )
    with pytest.raises(EditionError, match="codes/groups"):
        read(FILES | {CARD: FILES[CARD].replace(b"groups = [", b'groups = ["nowhere", ')}, former)


def test_codes_that_change_have_every_service_judged_again() -> None:
    former = read(dict(FILES))
    with pytest.raises(EditionError, match="codes/departments"):
        read(FILES | {"codes/departments.toml": b"entries = []"}, former)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (CARD, lambda body: body[:500]),
        (CARD, lambda body: b"\xff" + body),
        ("codes/districts.toml", lambda body: b"[" * 3000),
        ("texts/pages.toml", lambda body: body.replace(b"{phone}", b"{nobody}")),
        ("texts/ui.toml", lambda body: b"[start]\nx = 1"),
    ],
)
def test_one_bad_file_refuses_the_whole(path: str, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(EditionError):
        read(FILES | {path: change(FILES[path])})


def test_words_that_a_catalogue_does_not_have_are_the_programs_own() -> None:
    only = {path: body for path, body in FILES.items() if not path.startswith("texts/")}
    greeting = '[attract]\ntitle = { zh-Hans = "你好", zh-Hant = "你好", en = "Good day" }\n'.encode()
    edition = read(only | {"texts/greeting.toml": greeting})
    assert edition.texts("attract.title", "en") == "Good day"
    assert edition.texts("option.leave", "en") == FLOOR.texts("option.leave", "en")


class FakeStore:
    """Answers the librarian; pages hold one file, so that there are many."""

    def __init__(self) -> None:
        self.versions: dict[int, dict[str, bytes]] = {}
        self.verdicts: list[JudgeCatalogue] = []
        self.delivered: list[Edition] = []
        self.gone = self.unreadable = False
        self._changed = threading.Condition()

    def ask(self, command: Any, within_s: float) -> Any:
        if self.gone:
            raise ConnectionLost
        if self.unreadable:
            raise RemoteError("storage")
        if isinstance(command, JudgeCatalogue):
            with self._changed:
                self.verdicts.append(command)
                self._changed.notify_all()
            return None
        assert isinstance(command, ReadCatalogue)
        files = sorted(self.versions[command.version].items())
        rest = [CatalogueFile(path, body) for path, body in files if path > command.after]
        return CataloguePage(command.version, tuple(rest[:4]), len(rest) > 4)

    def deliver(self, edition: Edition) -> None:
        with self._changed:
            self.delivered.append(edition)
            self._changed.notify_all()

    def wait(self, right: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(right, 30)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def librarian(store: FakeStore, floor: Edition = FLOOR) -> Librarian:
    return Librarian(floor, FACTS, store.ask, store.deliver)


def test_without_a_catalogue_the_programs_own_is_delivered(store: FakeStore) -> None:
    library = librarian(store)
    library.follow(CatalogueStatus())
    store.wait(lambda: store.delivered == [FLOOR])
    library.close()


def test_a_version_is_read_in_pages_judged_and_delivered(store: FakeStore) -> None:
    library = librarian(store)
    store.versions[1] = with_new_service()
    library.follow(CatalogueStatus(1, (1,)))
    store.wait(lambda: bool(store.delivered))
    assert "hrss/second-card" in store.delivered[0].catalogue.services
    assert store.verdicts == [JudgeCatalogue(1)]
    library.close()


def test_a_version_with_a_mistake_is_refused_and_the_one_in_use_stays(store: FakeStore) -> None:
    library = librarian(store)
    store.versions = {1: dict(FILES), 2: FILES | {CARD: b"id = 1"}}
    library.follow(CatalogueStatus(1))
    store.wait(lambda: len(store.delivered) == 1)
    library.follow(CatalogueStatus(2))
    store.wait(lambda: len(store.verdicts) == 2)
    assert store.verdicts[1].version == 2
    assert any("is missing" in mistake for mistake in store.verdicts[1].mistakes)
    library.follow(CatalogueStatus(1))
    library.follow(CatalogueStatus(2))
    store.wait(lambda: len(store.verdicts) == 3)
    assert [edition.version for edition in store.delivered] == [1]
    library.close()


def test_a_store_with_an_older_version_than_the_programs_is_not_followed(store: FakeStore) -> None:
    floor = Edition(7, FLOOR.catalogue, FLOOR.texts, {})
    library = librarian(store, floor)
    library.follow(CatalogueStatus(6))
    store.wait(lambda: store.delivered == [floor])
    library.close()


def test_a_store_that_dies_meanwhile_is_asked_again(store: FakeStore) -> None:
    library = librarian(store)
    store.versions[1] = dict(FILES)
    store.gone = True
    library.follow(CatalogueStatus(1))
    store.gone = False
    library.follow(CatalogueStatus(1))
    store.wait(lambda: [edition.version for edition in store.delivered] == [1])
    library.close()


def test_a_version_that_the_store_cannot_read_does_not_keep_anybody_from_being_served(store: FakeStore) -> None:
    library = librarian(store)
    store.versions[1] = dict(FILES)
    store.unreadable = True
    library.follow(CatalogueStatus(1))
    store.wait(lambda: store.delivered == [FLOOR])
    store.unreadable = False
    library.follow(CatalogueStatus(1))
    store.wait(lambda: [edition.version for edition in store.delivered] == [0, 1])
    library.close()


class Library:
    """Remembers what the shell follows."""

    def __init__(self) -> None:
        self.followed: list[CatalogueStatus] = []

    def follow(self, status: CatalogueStatus) -> None:
        self.followed.append(status)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def status(**catalogue: Any) -> StatusArrived:
    return StatusArrived(StoreStatus(LineState.ONLINE, 0, 0.0, 0, True, 0, catalogue=CatalogueStatus(**catalogue)))


def menu_of(bench: Bench) -> list[str]:
    return [tile.id for tile in tiles_of(bench)]


def tiles_of(bench: Bench) -> list[Tile]:
    """Of the office of social security."""
    for intent in (Begun(), TabChosen("department"), DoorChosen("hrss")):
        bench.terminal.handle_intent(intent)
    assert isinstance(bench.screen.now, MenuView)
    return [tile for group in bench.screen.now.groups for tile in group.tiles]


def leave(bench: Bench) -> None:
    bench.terminal.handle_intent(LeavePressed())
    if isinstance(bench.screen.now, GoodbyeView):
        bench.terminal.handle_intent(Confirmed())
    assert isinstance(bench.screen.now, AttractView)


def test_a_new_service_is_on_the_next_menu_and_not_on_the_present_one(bench: Bench) -> None:
    assert "hrss/second-card" not in menu_of(bench)
    bench.news(EditionArrived(read(with_new_service())))
    bench.terminal.handle_intent(ServiceChosen("hrss/second-card"))
    assert isinstance(bench.screen.now, MenuView)  # the session does not know it
    leave(bench)
    assert "hrss/second-card" in menu_of(bench)


def test_a_service_that_is_taken_away_is_finished_by_whoever_began_it(bench: Bench) -> None:
    bench.terminal.handle_intent(Begun())
    bench.terminal.handle_intent(ServiceChosen("hrss/social-security-card"))
    bench.terminal.handle_intent(Confirmed())
    places = FILES["codes/places.toml"].replace(b'"hrss/social-security-card"', b'"hrss/enrolment-certificate"')
    front = FILES["codes/hot.toml"].replace(b'"hrss/social-security-card",', b"")
    changed = {"codes/places.toml": places, "codes/hot.toml": front}
    less = {path: body for path, body in FILES.items() if path != CARD} | changed
    bench.news(EditionArrived(read(less)))
    assert isinstance(bench.screen.now, NoticeView)
    leave(bench)
    assert "hrss/social-security-card" not in menu_of(bench)


def test_nobody_is_served_before_the_first_edition_is_there() -> None:
    library = Library()
    bench = Bench(library)
    assert library.followed == [CatalogueStatus()]
    assert isinstance(bench.screen.now, OutOfServiceView)
    bench.news(EditionArrived(read(dict(FILES))))
    assert isinstance(bench.screen.now, AttractView)


def test_the_frame_gets_the_words_of_the_edition(bench: Bench) -> None:
    greeting = '[attract]\ntitle = { zh-Hans = "你好", zh-Hant = "你好", en = "Good day" }\n'.encode()
    only = {path: body for path, body in FILES.items() if not path.startswith("texts/")}
    edition = read(only | {"texts/greeting.toml": greeting})
    bench.news(EditionArrived(edition))
    assert bench.screen.texts is edition.texts
    assert isinstance(bench.screen.now, AttractView)
    assert bench.screen.now.title == "你好"


def test_a_withdrawn_service_says_so_before_anybody_begins_it(bench: Bench) -> None:
    bench.news(status(version=1, withdrawn=("hrss/social-security-card",)))
    tile = next(tile for tile in tiles_of(bench) if tile.id == "hrss/social-security-card")
    assert (tile.readiness, tile.reason) == (Readiness.UNAVAILABLE, "主管部门已暂停这项业务")
    bench.terminal.handle_intent(ServiceChosen("hrss/social-security-card"))
    bench.terminal.handle_intent(Confirmed())
    assert not isinstance(bench.screen.now, NoticeView)


def test_who_is_in_the_middle_of_a_withdrawn_service_is_told_and_nothing_was_sent(bench: Bench) -> None:
    bench.terminal.handle_intent(Begun())
    bench.terminal.handle_intent(ServiceChosen("hrss/social-security-card"))
    bench.terminal.handle_intent(Confirmed())
    bench.news(status(version=1, withdrawn=("hrss/social-security-card",)))
    view = bench.screen.now
    assert isinstance(view, ProblemView)
    assert "暂停" in view.happened
    assert [option.id for option in view.options] == ["menu", "leave"]


def test_another_service_goes_on(bench: Bench) -> None:
    bench.terminal.handle_intent(Begun())
    bench.terminal.handle_intent(ServiceChosen("hrss/social-security-card"))
    bench.terminal.handle_intent(Confirmed())
    bench.news(status(version=1, withdrawn=("general/track-case",)))
    assert isinstance(bench.screen.now, NoticeView)
