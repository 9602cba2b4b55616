"""The reserve: room for the journal and for what was promised when the disk is full, and never for more."""

from __future__ import annotations

import errno
import shutil
import stat
from pathlib import Path
from typing import NamedTuple

import pytest

from kiosk.ipc import Control
from offline_cache.chains.journal import JournalEvent
from offline_cache.disk.reserve import LOW_DISK_BYTES, NO_DISK_BYTES, Reserve, Room
from offline_cache.errors import StoreUnavailable
from offline_cache.outbox.schedule import Lane
from offline_cache.owner import Owner
from offline_cache.store import Place, Store, open_store
from tests.offline.centre_key import pin
from tests.offline.conftest import TERMINAL, HandClock, longest, make_draft
from tests.offline.power.disk import Disk

MIB = 1024 * 1024


class Usage(NamedTuple):
    """What `shutil.disk_usage` gives back."""

    total: int
    used: int
    free: int


def free(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The disk says that so much is free."""
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**12, 10**12 - count, count))


def test_the_reserve_is_made_of_real_blocks_for_its_owner_only(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve", 3 * MIB + 5)
    assert reserve.restore()
    status = (tmp_path / "reserve").stat()
    assert status.st_size == 3 * MIB + 5
    assert status.st_blocks * 512 >= 3 * MIB
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert not reserve.restore()
    assert reserve.release()
    assert not reserve.release()
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_again_only_when_there_is_plenty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve = Reserve(tmp_path / "reserve", MIB)
    free(monkeypatch, LOW_DISK_BYTES + MIB - 1)
    assert not reserve.restore()
    free(monkeypatch, LOW_DISK_BYTES + MIB)
    assert reserve.restore()


def test_a_reserve_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    disk = Disk(tmp_path, lambda operation: errno.ENOSPC if operation == "sync" else 0)
    with disk.recording():
        assert not Reserve(tmp_path / "reserve", MIB).restore()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("room", "accepting", "problem"),
    [
        (Room(LOW_DISK_BYTES, MIB, held=True), True, ""),
        (Room(LOW_DISK_BYTES - 1, MIB, held=True), True, "disk_low"),
        (Room(NO_DISK_BYTES, MIB, held=True), True, "disk_low"),
        (Room(NO_DISK_BYTES - 1, MIB, held=True), False, "disk_full"),
        (Room(NO_DISK_BYTES + MIB - 1, MIB, held=False), False, "disk_full"),
        (Room(NO_DISK_BYTES + MIB, MIB, held=False), True, "disk_low"),
    ],
)
def test_what_the_reserve_gave_up_is_not_for_new_transactions(room: Room, accepting: bool, problem: str) -> None:
    assert (room.accepting, room.problem) == (accepting, problem)


def test_a_folder_that_is_not_there_yet_can_be_filled(tmp_path: Path) -> None:
    assert Reserve(tmp_path / "none" / "deep" / "reserve", MIB).room().free > 0


def test_a_disk_that_cannot_be_asked_counts_as_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> Usage:
        raise OSError(errno.EIO, "")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    assert not Reserve(tmp_path / "reserve", 0).room().accepting


def test_on_a_full_disk_the_reserve_makes_room_for_the_journal_and_the_answers(tmp_path: Path) -> None:
    place = Place(tmp_path / "store", tmp_path / "store.key", TERMINAL, MIB)
    reserve, clock = Reserve(place.reserve_file, place.reserve_bytes), HandClock()
    full = False

    def fault(operation: str) -> int:
        """Nothing can be written as long as the reserve holds the last room."""
        return errno.ENOSPC if full and operation in {"write", "create"} and place.reserve_file.exists() else 0

    with Disk(tmp_path, fault).recording():
        owner = Owner(lambda: pin(open_store(place, clock, longest)), clock, make_room=reserve.release)
        kept = owner.run(lambda store: store.outbox.accept(make_draft()), Control(10))
        assert reserve.restore()
        full = True
        refused = make_draft()
        with pytest.raises(StoreUnavailable, match="disk_full"):
            owner.run(lambda store: store.outbox.accept(refused), Control(10), promise=refused.id)

        def go_on(store: Store) -> list[str]:
            assert store.delivery.take(Lane.APPLICATIONS).id == kept.transaction_id  # type: ignore[union-attr]  # a Due
            return [record[2] for record in store.journal.newest(10)]

        assert JournalEvent.RESERVE_USED in owner.run(go_on, Control(10))
        assert not reserve.room().held
        owner.close()
