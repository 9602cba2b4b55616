"""The encrypted file: its settings, its key, and what happens when either is wrong."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from offline_cache.disk.database import CIPHER, Database, check_sqlite_version
from offline_cache.disk.keys import load_key
from offline_cache.errors import StoreUnavailable
from offline_cache.store import Place, Store, set_aside
from tests.offline.conftest import close, make_draft

KEY = bytes(range(32))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "store.db", KEY)


def test_every_commit_is_synced_before_it_counts(database: Database) -> None:
    """FULL is 2. With NORMAL (1) a power cut takes acknowledged transactions away."""
    assert database.setting("synchronous") == 2
    assert database.setting("journal_mode") == "wal"


def test_the_other_settings_hold(database: Database) -> None:
    assert database.setting("foreign_keys") == 1
    assert database.setting("secure_delete") == 1
    assert database.setting("temp_store") == 2
    assert database.setting("mmap_size") in {0, None}
    assert database.setting("cipher") == CIPHER != "aes256cbc"


def test_the_linked_sqlite_is_outside_the_wal_reset_bug() -> None:
    check_sqlite_version(apsw.sqlite_lib_version())


@pytest.mark.parametrize("version", ["3.7.0", "3.40.1", "3.51.2"])
def test_a_sqlite_that_can_lose_a_commit_is_refused(version: str) -> None:
    with pytest.raises(StoreUnavailable, match="unsafe_sqlite"):
        check_sqlite_version(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.54.0", "4.0"])
def test_a_repaired_sqlite_is_taken(version: str) -> None:
    check_sqlite_version(version)


def test_the_file_is_for_its_owner_only(database: Database) -> None:
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600


def test_a_wrong_key_is_reported_and_changes_nothing(tmp_path: Path, database: Database) -> None:
    database.close()
    before = database.path.read_bytes()
    with pytest.raises(StoreUnavailable, match="wrong_key"):
        Database(database.path, bytes(32))
    assert database.path.read_bytes() == before
    Database(database.path, KEY).close()


def test_one_flipped_bit_is_noticed(store: Store, opened: Callable[[], Store], place: Place) -> None:
    for _ in range(20):
        store.outbox.accept(make_draft())
    close(store)
    data = bytearray(place.file.read_bytes())
    data[len(data) // 2] ^= 0x10
    place.file.write_bytes(data)
    with pytest.raises(StoreUnavailable, match="damaged|wrong_key"):
        opened()
    assert place.file.read_bytes() == data


def test_an_emptied_file_is_damage_not_a_first_start(store: Store, opened: Callable[[], Store]) -> None:
    path = store.database.path
    close(store)
    path.write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="damaged"):
        opened()
    assert path.stat().st_size == 0


def test_a_first_start_that_was_cut_short_is_begun_again(place: Place, opened: Callable[[], Store]) -> None:
    place.folder.mkdir()
    place.file.with_name("store.db.new").write_bytes(b"half a page")
    assert opened().outbox.rows(10) == ()


def test_a_store_of_a_newer_program_is_left_alone(database: Database) -> None:
    with database.transaction():
        database.write("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreUnavailable, match="newer_schema"):
        Database(database.path, KEY)


def test_what_is_written_outside_a_transaction_is_a_bug(database: Database) -> None:
    with pytest.raises(AssertionError):
        database.write("DELETE FROM payload")


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with database.transaction():
            database.write("INSERT INTO identity (one, private_key) VALUES (1, ?)", (KEY,))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert database.read("SELECT count(*) FROM identity") == [(0,)]


def test_the_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "store.key"
    key = load_key(path, may_create=True)
    assert len(key) == 32
    assert load_key(path, may_create=True) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    load_key(tmp_path / "store.key", may_create=True)
    os.chmod(tmp_path / "store.key", 0o640)
    with pytest.raises(StoreUnavailable, match="key_exposed"):
        load_key(tmp_path / "store.key", may_create=True)


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31, "中" * 64])
def test_a_key_file_with_something_else_in_it_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "store.key").write_text(text, encoding="utf-8")
    os.chmod(tmp_path / "store.key", 0o600)
    with pytest.raises(StoreUnavailable, match="key_invalid"):
        load_key(tmp_path / "store.key", may_create=True)


def test_a_lost_key_is_never_replaced_beside_a_store(store: Store, opened: Callable[[], Store], place: Place) -> None:
    close(store)
    place.key_file.unlink()
    with pytest.raises(StoreUnavailable, match="key_missing"):
        opened()
    assert not place.key_file.exists()


@pytest.mark.parametrize("same", ["id", "local_number"])
def test_the_file_itself_refuses_a_second_entry_under_one_id_or_number(store: Store, same: str) -> None:
    """Whatever a program does wrong: the index is the last to say no."""
    store.outbox.accept(make_draft())
    columns = "local_number, kind, service, service_version, district, accepted_at, valid_until, boot_id, monotonic_ms"
    rest = f"{columns}, slip, draft_sha256, payload_sha256, previous, hash"
    fresh = {"id": "id || 'x'", "local_number": "local_number || 'x'"} | {same: same}
    values = f"{fresh['id']}, {rest.replace('local_number', fresh['local_number'], 1)}"
    with store.database.transaction(), pytest.raises(apsw.ConstraintError):
        store.database.write(f"INSERT INTO entry (sequence, id, {rest}) SELECT 2, {values} FROM entry")  # noqa: S608


def test_two_processes_cannot_own_one_store(store: Store, opened: Callable[[], Store]) -> None:
    with pytest.raises(StoreUnavailable, match="in_use"):
        opened()


def test_a_store_is_set_aside_whole_and_only_by_command(
    store: Store, opened: Callable[[], Store], place: Place
) -> None:
    draft = make_draft()
    store.outbox.accept(draft)
    with pytest.raises(StoreUnavailable, match="in_use"):
        set_aside(place, "now")
    close(store)
    target = set_aside(place, "now")
    assert opened().outbox.rows(10) == ()
    key = load_key(target / place.key_file.name, may_create=False)
    old = Database(target / place.file.name, key)
    assert old.read("SELECT id FROM entry") == [(draft.id,)]
    old.close()
