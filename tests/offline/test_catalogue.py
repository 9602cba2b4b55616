"""The catalogue on the terminal: taken whole, kept three deep, rolled back without a line, withdrawn at once."""

from __future__ import annotations

import contextlib
import datetime
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_cache.catalogue.client import Outcome
from offline_cache.catalogue.refused import CatalogueRefusedError, UnknownVersionError
from offline_cache.errors import StoreUnavailable
from tests.offline.catalogue_city import CONTENT, City, Screen


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish()
    return city


@pytest.fixture
def screen(city: City, memory: Path) -> Iterator[Screen]:
    screen = Screen(memory / "store", city)
    yield screen
    screen.close()


def test_a_new_terminal_takes_everything_that_was_published(screen: Screen) -> None:
    assert screen.client.refresh() is Outcome.INSTALLED
    assert screen.store.active().version == 1
    assert screen.store.active().files == CONTENT


def test_an_unchanged_catalogue_is_one_question(screen: Screen) -> None:
    screen.client.refresh()
    screen.line.asked.clear()
    assert screen.client.refresh() is Outcome.UNCHANGED
    assert screen.line.asked == ["timestamp.json"]


def test_a_change_comes_as_a_delta_and_equals_the_whole(city: City, screen: Screen, memory: Path) -> None:
    many: dict[str, bytes] = {}
    for number in range(200):  # so much that a delta is worth it
        many[f"services__civil__s{number:03}"] = f"id = {number}\n{number * 7919}".encode()
    city.publish(**many)
    screen.client.refresh()
    city.publish(**many | {"services__civil__s001": b"changed"})
    screen.line.asked.clear()
    assert screen.client.refresh() is Outcome.INSTALLED
    stamp = city.repository.metadata(3)["timestamp"]
    assert [name for name in screen.line.asked if name.startswith("parcels/")][0].split("/")[1] in stamp.decode()
    other = Screen(memory / "other", city)
    other.client.refresh()
    assert screen.store.active() == other.store.active()
    assert len(screen.store.active().files) == len(CONTENT) + 200
    other.close()


def test_three_versions_are_kept_and_their_items_only(city: City, screen: Screen) -> None:
    for number in range(1, 6):
        city.publish(services__hrss__card=b"card %d" % number)
        screen.client.refresh()
    assert screen.store.kept() == (4, 5, 6)
    assert len(screen.store.items()) == len(CONTENT) + 2
    with pytest.raises(UnknownVersionError):
        screen.store.contents(3)


def test_rolling_back_needs_no_line_and_lasts_over_polls_and_restarts(city: City, screen: Screen) -> None:
    screen.client.refresh()
    city.publish(services__hrss__card=b"broken")
    screen.client.refresh()
    screen.line.asked.clear()
    began = time.monotonic()
    screen.store.roll_back(1)
    assert screen.store.active().files == CONTENT
    assert time.monotonic() - began < 5
    assert screen.line.asked == []
    assert screen.client.refresh() is Outcome.UNCHANGED
    screen.close()
    screen.open()
    assert screen.store.active().version == 1
    assert screen.store.standing(city.now).stepped_back_from == 2


def test_after_a_step_back_the_next_version_is_taken(city: City, screen: Screen) -> None:
    screen.client.refresh()
    city.publish(services__hrss__card=b"broken")
    screen.client.refresh()
    screen.store.roll_back(1)
    city.publish(services__hrss__card=b"mended")
    screen.client.refresh()
    assert screen.store.active().version == 3


def test_the_publisher_rolls_back_by_a_new_version_with_old_content(city: City, screen: Screen) -> None:
    screen.client.refresh()
    city.publish(services__hrss__card=b"broken")
    screen.client.refresh()
    assert city.publisher().publish(city.repository.content(1)) == 3
    screen.client.refresh()
    assert (screen.store.active().version, screen.store.active().files) == (3, CONTENT)


def test_a_version_never_kept_cannot_be_rolled_back_to(screen: Screen) -> None:
    screen.client.refresh()
    with pytest.raises(UnknownVersionError):
        screen.store.roll_back(9)


def test_a_withdrawal_needs_no_new_version_and_can_be_lifted(city: City, screen: Screen) -> None:
    screen.client.refresh()
    city.publisher().withdraw(frozenset({"hrss/card"}))
    assert screen.client.refresh() is Outcome.RESTAMPED
    assert screen.store.active().withdrawn == {"hrss/card"}
    city.publisher().withdraw(frozenset())
    screen.client.refresh()
    assert screen.store.active().withdrawn == frozenset()


def test_an_expired_list_of_withdrawals_adds_and_lifts_nothing(city: City, screen: Screen) -> None:
    screen.client.refresh()
    city.publisher().withdraw(frozenset({"hrss/card"}))
    screen.client.refresh()
    city.publisher().withdraw(frozenset({"civil/longevity-allowance"}))
    screen.now = lambda: city.now + datetime.timedelta(days=3650)
    screen.client.withdrawals()
    assert screen.store.active().withdrawn == {"hrss/card", "civil/longevity-allowance"}
    city.publisher().withdraw(frozenset({"civil/third"}))
    screen.client.withdrawals()
    assert screen.store.active().withdrawn == {"hrss/card", "civil/longevity-allowance", "civil/third"}


def test_a_list_of_withdrawals_that_is_kept_back_is_noticed(city: City, screen: Screen) -> None:
    """Whoever holds the line shows the former list beside the newest timestamp; the version is taken all the same."""
    city.publisher().withdraw(frozenset({"hrss/card"}))
    screen.client.refresh()
    former = city.repository.withdrawals()
    city.publisher().withdraw(frozenset({"hrss/card", "civil/longevity-allowance"}))
    city.publish(services__hrss__card=b"new")
    assert former is not None
    screen.line.replaced["withdrawals.json"] = former
    for _ in range(2):
        with pytest.raises(CatalogueRefusedError, match="frozen"):
            screen.client.refresh()
        assert screen.store.standing(city.now).withdrawals_late
    assert screen.store.active().version == 2
    screen.line.replaced.clear()
    screen.client.refresh()
    assert not screen.store.standing(city.now).withdrawals_late
    assert screen.store.withdrawn() == {"hrss/card", "civil/longevity-allowance"}


def test_a_list_without_the_timestamps_key_comes_at_once_and_is_announced_by_the_next_timestamp(
    city: City, screen: Screen, tmp_path: Path
) -> None:
    screen.client.refresh()
    officer = tmp_path / "officer"
    officer.mkdir()
    shutil.copy(city.keys / "withdrawals.pem", officer)
    city.publisher(officer).withdraw(frozenset({"hrss/card"}))
    screen.client.refresh()
    assert screen.store.withdrawn() == {"hrss/card"}
    assert screen.store.withdrawal_numbers() == (1, 0)
    city.publisher().refresh()
    screen.client.refresh()
    assert screen.store.withdrawal_numbers() == (1, 1)


def test_a_withdrawal_does_not_wait_for_a_version_that_is_refused(city: City, screen: Screen) -> None:
    screen.client.refresh()
    city.publish(services__hrss__card=b"new")
    announced = json.loads(city.repository.metadata(2)["timestamp"])["signed"]["x-doorstep"]
    for download in (announced["whole"], *announced["deltas"].values()):
        screen.line.replaced[f"parcels/{download['sha256']}"] = b"lost"
    city.publisher().withdraw(frozenset({"hrss/card"}))
    with pytest.raises(CatalogueRefusedError, match="altered"):
        screen.client.refresh()
    assert screen.store.active().withdrawn == {"hrss/card"}


def test_what_the_application_refuses_gives_its_place_back_and_is_told_once(city: City, screen: Screen) -> None:
    screen.client.refresh()
    screen.store.judge(1, fit=True)
    city.publish(services__hrss__card=b"broken")
    screen.client.refresh()
    screen.store.judge(2, fit=False)
    assert screen.store.active().version == 1
    assert screen.store.unreported() == ((1, False), (2, True))
    screen.store.mark_reported(2)
    screen.store.judge(2, fit=False)
    assert screen.store.unreported() == ((1, False),)
    with pytest.raises(UnknownVersionError):
        screen.store.roll_back(2)
    assert screen.client.refresh() is Outcome.UNCHANGED
    screen.close()
    screen.open()
    assert (screen.store.active().version, screen.store.standing(city.now).refused) == (1, (2,))


def test_many_refused_versions_never_push_the_good_one_out(city: City, screen: Screen) -> None:
    screen.client.refresh()
    screen.store.judge(1, fit=True)
    for number in range(2, 8):
        city.publish(services__hrss__card=b"broken %d" % number)
        screen.client.refresh()
        screen.store.judge(number, fit=False)
        assert screen.store.active().version == 1
    assert screen.store.kept() == (1, 7)


def test_a_first_version_that_is_refused_leaves_none_active(screen: Screen) -> None:
    screen.client.refresh()
    screen.store.judge(1, fit=False)
    assert screen.store.standing(screen.now()).active is None


def test_a_version_is_read_in_parts_of_a_size(screen: Screen) -> None:
    screen.client.refresh()
    paths, after = [], ""
    while True:
        page = screen.store.page(0, after, most_bytes=40)
        paths += [path for path, _ in page.files]
        assert page.files
        after = paths[-1]
        if not page.more:
            break
    assert paths == sorted(CONTENT)
    with pytest.raises(UnknownVersionError):
        screen.store.page(9, "")


def test_content_that_was_lost_with_the_disk_comes_anew_but_never_an_older_one(city: City, screen: Screen) -> None:
    """As after salvage: what was verified is still trusted, the files are gone; what was withdrawn stays so."""
    city.publish(services__hrss__card=b"new")
    city.publisher().withdraw(frozenset({"hrss/card"}))
    screen.client.refresh()
    with screen.database.transaction():
        screen.database.write(
            "UPDATE catalogue_state SET active = NULL, tag = '', withdrawn = '[]', withdrawal_tag = ''"
        )
        screen.database.write("DELETE FROM catalogue_version")
    assert screen.store.withdrawn() == {"hrss/card"}
    screen.line.version = 1
    with pytest.raises(CatalogueRefusedError, match="older"):
        screen.client.refresh()
    screen.line.version = 2
    assert screen.client.refresh() is Outcome.INSTALLED
    assert screen.store.active().version == 2


def test_weeks_without_a_line_are_told_and_stop_nothing(city: City, screen: Screen) -> None:
    screen.client.refresh()
    assert screen.store.standing(city.now).stale_since is None
    late = city.now + datetime.timedelta(days=60)
    assert screen.store.standing(late).stale_since == city.now + datetime.timedelta(days=1)
    assert screen.store.active().files == CONTENT


def test_a_new_timestamp_of_the_same_version_makes_it_fresh_again(city: City, screen: Screen) -> None:
    screen.client.refresh()
    city.now += datetime.timedelta(days=5)
    city.publisher().refresh()
    assert screen.client.refresh() is Outcome.RESTAMPED
    assert screen.store.standing(city.now).stale_since is None
    assert not any(name.startswith("parcels/") for name in screen.line.asked[4:])


def test_killed_at_any_statement_the_terminal_has_the_old_version_or_the_new_one(
    city: City, screen: Screen, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files as a kill leaves them are copied before and after each statement, and opened."""
    screen.client.refresh()
    city.publish(services__hrss__card=b"new")
    images: list[Path] = []
    write = screen.database.write

    def copy() -> None:
        images.append(memory / f"image-{len(images)}")
        images[-1].mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{screen.path}{suffix}", images[-1] / f"store.db{suffix}")

    def write_and_copy(sql: str, values: tuple[object, ...] = ()) -> int:
        copy()
        changed = write(sql, values)
        copy()
        return changed

    monkeypatch.setattr(screen.database, "write", write_and_copy)
    screen.client.refresh()
    copy()
    whole = {1: CONTENT, 2: CONTENT | {"services/hrss/card.toml": b"new"}}
    found = []
    for image in images:
        after = Screen(image, city)
        active = after.store.active()
        assert active.files == whole[active.version]
        assert (after.client.refresh() is Outcome.INSTALLED) == (active.version == 1)
        assert after.store.active().files == whole[2]
        found.append(active.version)
        after.close()
    assert set(found) == {1, 2}
    assert len(found) > 30


@pytest.mark.parametrize("failing", range(20))
def test_a_disk_error_at_any_statement_leaves_the_old_version(
    city: City, screen: Screen, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    screen.client.refresh()
    city.publish(services__hrss__card=b"new")
    write, left = screen.database.write, [failing]

    def fail(sql: str, values: tuple[object, ...] = ()) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise StoreUnavailable("disk_error")
        return write(sql, values)

    with monkeypatch.context() as patch, contextlib.suppress(StoreUnavailable):
        patch.setattr(screen.database, "write", fail)
        screen.client.refresh()
    active = screen.store.active()
    assert active.files == CONTENT | ({"services/hrss/card.toml": b"new"} if active.version == 2 else {})
    screen.client.refresh()
    assert screen.store.active().version == 2


def test_the_store_refuses_half_a_version(screen: Screen) -> None:
    """A path without its item cannot be written at all."""
    screen.client.refresh()
    with pytest.raises(Exception, match="FOREIGN KEY"), screen.database.transaction():
        screen.database.write("INSERT INTO catalogue_path VALUES (1, 'services/x.toml', ?)", (b"x" * 32,))


def test_a_first_root_that_is_not_signed_is_refused(city: City, memory: Path) -> None:
    screen = Screen(memory / "bare", City(memory / "elsewhere"))
    with pytest.raises(CatalogueRefusedError):
        screen.store.set_up(city.root().replace(b'"threshold":3', b'"threshold":1'))
    screen.close()
