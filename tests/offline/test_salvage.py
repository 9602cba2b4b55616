"""A damaged file: what verifies is saved, the damaged file stays beside it, no number is given twice."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from kiosk.ipc import Control
from offline_cache.chains.journal import JournalEvent
from offline_cache.contract import Answer, Attachment, GetStatus, StoreStatus, TransactionState
from offline_cache.disk.database import Database
from offline_cache.disk.keys import load_key
from offline_cache.disk.opening import SALVAGING, Opener
from offline_cache.disk.salvage import SKIP, salvage
from offline_cache.errors import StoreUnavailable
from offline_cache.evidence.blobs import Blob
from offline_cache.outbox.promises import PAYLOAD_LOST
from offline_cache.owner import Owner
from offline_cache.store import Place, Store
from tests.offline.conftest import HandClock, Terminal, close, longest, make_draft
from tests.offline.power.__main__ import QuickKey
from tests.offline.power.disk import Disk
from tests.offline.power.images import Policy, positions
from tests.offline.power.judge import lay_out
from tests.offline.power.life import place_in
from tests.offline.test_corpus import unpack

PAGE = 4096
CITIZENS = 60


@pytest.fixture(autouse=True)
def quick_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "Connection", QuickKey)


@pytest.fixture
def promised(store: Store) -> list[str]:
    """Ids of transactions in a store that is then closed."""
    drafts = [make_draft(answers=(Answer("field", "值" * 400),)) for _ in range(CITIZENS)]
    for draft in drafts:
        store.outbox.accept(draft)
    close(store)
    return [draft.id for draft in drafts]


@pytest.fixture
def opener(place: Place, clock: HandClock) -> Iterator[Callable[[], Store]]:
    stores: list[Store] = []

    def opening() -> Store:
        stores.append(Opener(place, clock, longest)())
        return stores[-1]

    yield opening
    for store in stores:
        if store.lock >= 0:
            close(store)


def pages_of(place: Place, table: str) -> list[int]:
    """Numbers of the leaf pages that hold a table, from SQLite itself."""
    database = Database(place.file, load_key(place.key_file, may_create=False))
    rows = database.read("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path", (table,))
    database.close()
    return [int(row[0]) for row in rows]


def destroy(place: Place, page: int) -> bytes:
    """A sector of chance in the middle of a page; the file as it is then."""
    data = bytearray(place.file.read_bytes())
    data[(page - 1) * PAGE + 1024 : (page - 1) * PAGE + 1536] = bytes(512)
    place.file.write_bytes(data)
    return bytes(data)


@pytest.mark.parametrize("table", ["entry", "payload", "delivery", "journal", "identity", "sqlite_autoindex_entry_1"])
@pytest.mark.parametrize("which", [0, -1], ids=["first page", "last page"])
def test_a_lost_page_costs_its_rows_and_no_others(
    promised: list[str], place: Place, opener: Callable[[], Store], table: str, which: int
) -> None:
    damaged = destroy(place, pages_of(place, table)[which])
    store = opener()
    rows = {row.transaction_id: row for row in store.outbox.rows(1000)}
    assert len(rows) >= (CITIZENS - 12 if table == "entry" else CITIZENS)
    assert set(rows) <= set(promised)
    states = {row.state for row in rows.values()}
    assert states <= {TransactionState.PENDING, TransactionState.UNKNOWN, TransactionState.QUARANTINED}
    if table == "payload":
        lost = [row for row in rows.values() if row.reason == PAYLOAD_LOST]
        assert lost
        assert {row.state for row in lost} == {TransactionState.QUARANTINED}
    else:
        assert all(row.reason != PAYLOAD_LOST for row in rows.values())
    assert JournalEvent.STORE_SALVAGED in {record[2] for record in store.journal.newest(1000)}
    assert (place.folder / "damaged-001" / place.file.name).read_bytes() == damaged
    accepted = store.outbox.accept(make_draft())
    assert accepted.sequence > CITIZENS
    close(store)
    again = opener()  # checked whole: the bridges hold
    assert accepted.transaction_id in {row.transaction_id for row in again.outbox.rows(1000)}
    assert len(list(place.folder.glob("damaged-*"))) == 1


def test_evidence_that_a_damaged_table_forgot_is_found_by_its_files(
    store: Store, place: Place, opener: Callable[[], Store]
) -> None:
    drafts = [make_draft(attachments=(Attachment("scan", "image/png", os.urandom(70_000)),)) for _ in range(8)]
    for draft in drafts:
        store.outbox.accept(draft)
    kept = sorted(path.name for path in place.blobs.iterdir())
    torn = Blob(hashlib.sha256(b"whole").digest(), drafts[0].id)
    close(store)
    destroy(place, pages_of(place, "evidence")[0])
    (place.blobs / torn.name).write_bytes(b"half")
    store = opener()
    assert (place.folder / "damaged-001").is_dir()
    assert store.evidence.depth().waiting == len(drafts)
    assert sorted(path.name for path in place.blobs.iterdir()) == kept
    assert store.evidence.first_altered() == ""


@pytest.mark.parametrize("schema", ["0001", "0003"])
def test_a_file_that_was_never_migrated_is_salvaged_too(
    place: Place, clock: HandClock, opener: Callable[[], Store], schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apsw, "Connection", QuickKey.__bases__[0])  # its key was derived as in the field
    with tarfile.open(Path(__file__).parent / "corpus" / f"{schema}.tar.xz") as archive:
        unpack(archive, place.folder.parent)
    place.folder.chmod(0o700)
    saved = salvage(place.file, load_key(place.key_file, may_create=False), clock)
    assert (saved.entries, saved.payloads_lost) == (8, 0)
    store = opener()
    media_types = store.database.read("SELECT DISTINCT media_type FROM payload")
    assert media_types == [("application/json",)]


def test_after_a_lost_tail_numbers_are_left_out_rather_than_given_twice(
    promised: list[str], place: Place, opener: Callable[[], Store]
) -> None:
    for table in ("entry", "delivery", "payload"):
        destroy(place, pages_of_damaged(place, table))
    assert opener().outbox.accept(make_draft()).sequence > SKIP


def pages_of_damaged(place: Place, table: str) -> int:
    """The last leaf page, read although other pages are gone."""
    database = Database(place.file, load_key(place.key_file, may_create=False), examine=True)
    row = database.read("SELECT max(pageno) FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (table,))[0]
    database.close()
    return int(row[0])


def test_an_altered_entry_is_not_saved_and_the_rest_is(
    promised: list[str], place: Place, opener: Callable[[], Store]
) -> None:
    database = Database(place.file, load_key(place.key_file, may_create=False))
    with database.transaction():
        database.write("DROP TRIGGER entry_is_never_changed")
        database.write("UPDATE entry SET service = 'forged' WHERE sequence = 7")
    database.close()
    store = opener()
    rows = store.outbox.rows(1000)
    assert {row.transaction_id for row in rows} == set(promised) - {promised[6]}
    assert "lost=1" in store.journal.newest(1)[0][4]


def test_receipts_are_saved_with_their_entries(
    promised: list[str], place: Place, opener: Callable[[], Store], clock: HandClock
) -> None:
    store = opener()
    with store.database.transaction():
        for sequence in range(1, CITIZENS + 1):
            store.database.write("INSERT INTO receipt VALUES (?, ?)", (sequence, f"DR1.{sequence}"))
    close(store)
    destroy(place, pages_of(place, "entry")[1])
    saved = opener()
    found = saved.database.read("SELECT sequence, text FROM receipt ORDER BY sequence")
    assert 0 < len(found) < CITIZENS
    assert found == [(number, f"DR1.{number}") for (number,) in saved.database.read("SELECT sequence FROM entry")]


def test_a_first_page_that_is_gone_is_left_to_a_technician(promised: list[str], place: Place, clock: HandClock) -> None:
    damaged = destroy(place, 1)
    with pytest.raises(StoreUnavailable, match="wrong_key"):
        Opener(place, clock, longest)()
    assert place.file.read_bytes() == damaged


def test_a_file_that_was_emptied_stays_as_it_is(promised: list[str], place: Place, clock: HandClock) -> None:
    place.file.write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="damaged"):
        Opener(place, clock, longest)()
    assert place.file.stat().st_size == 0


def test_a_log_without_its_file_is_never_taken_for_a_first_start(
    promised: list[str], place: Place, clock: HandClock
) -> None:
    place.file.rename(place.file.with_name("store.db-wal"))
    with pytest.raises(StoreUnavailable, match="damaged"):
        Opener(place, clock, longest)()
    assert not place.file.exists()


def test_a_full_disk_stops_salvage_and_it_goes_on_when_there_is_room(
    memory: Path, promised: list[str], place: Place, clock: HandClock
) -> None:
    destroy(place, pages_of(place, "entry")[1])
    there = place_in(memory / "live")
    there.folder.mkdir(parents=True)
    damaged = place.file.read_bytes()
    there.file.write_bytes(damaged)
    there.key_file.write_bytes(place.key_file.read_bytes())
    there.key_file.chmod(0o600)
    room = [40]

    def fault(operation: str) -> int:
        room[0] -= operation == "write"
        return errno.ENOSPC if room[0] < 0 else 0

    with Disk(memory / "live", fault).recording():
        opener = Opener(there, clock, longest)
        with pytest.raises(StoreUnavailable, match="disk_full"):
            opener()
        assert there.file.read_bytes() == damaged
        assert opener.busy == ""
        room[0] = 1_000_000
        store = opener()
        assert len(store.outbox.rows(1000)) >= CITIZENS - 12
        store.close()


def test_while_salvaging_commands_are_refused_at_once(
    promised: list[str], place: Place, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    opener = Opener(place, clock, longest)

    def slow(*_: object) -> None:
        begun.set()
        assert go_on.wait(20)
        raise StoreUnavailable("damaged")

    monkeypatch.setattr("offline_cache.disk.opening.salvage_store", slow)
    destroy(place, pages_of(place, "entry")[0])
    owner = Owner(opener, clock, busy=lambda: opener.busy)
    first = threading.Thread(target=lambda: pytest.raises(StoreUnavailable, owner.run, lambda store: 0, Control(30)))
    first.start()
    assert begun.wait(20)
    with pytest.raises(StoreUnavailable, match=SALVAGING):
        owner.run(lambda store: store.outbox.accept(make_draft()), Control(0.5))
    go_on.set()
    first.join()
    owner.close()


def test_a_power_cut_during_salvage_leaves_the_old_store_or_the_new_one(
    memory: Path, promised: list[str], place: Place, clock: HandClock
) -> None:
    destroy(place, pages_of(place, "entry")[1])
    root = memory / "live"
    there = place_in(root)
    there.folder.mkdir(parents=True)
    there.file.write_bytes(place.file.read_bytes())
    there.key_file.write_bytes(place.key_file.read_bytes())
    there.key_file.chmod(0o600)
    disk = Disk(root)
    with disk.recording():
        store = Opener(there, clock, longest)()
        saved = {row.transaction_id for row in store.outbox.rows(1000)}
        store.close()
    cut = place_in(memory / "cut")
    for position, state in positions(disk):
        if position % 10 and position < len(disk.ops) - 30:
            continue
        for policy in (Policy.NONE, Policy.ALL, Policy.NAMES_ONLY, Policy.DATA_ONLY):
            lay_out(state.image(policy, random.Random(position)), root, memory / "cut")
            store = Opener(cut, clock, longest)()
            assert {row.transaction_id for row in store.outbox.rows(1000)} == saved
            store.close()
            assert any((folder / cut.file.name).exists() for folder in cut.folder.glob("damaged-*"))


def test_a_terminal_with_a_damaged_store_serves_on_and_says_so(terminal: Terminal, tmp_path: Path) -> None:
    """Its own number, what waited, and new transactions; the operator sees what happened."""
    drafts = [make_draft(answers=(Answer("field", "值" * 400),)) for _ in range(CITIZENS)]
    for draft in drafts:
        terminal.accept(draft)
    terminal.process.close()
    place = terminal.profile.place(tmp_path)
    destroy(place, pages_of(place, "entry")[1])
    terminal.restart()
    status = terminal.ask(GetStatus())
    assert isinstance(status, StoreStatus)
    assert (status.accepting, status.problem) == (True, "store_salvaged")
    assert terminal.outcome(drafts[0]).state is TransactionState.ACCEPTED  # sent by now
    assert terminal.accept(make_draft()).sequence > CITIZENS
    records = terminal.process.owner.run(lambda store: store.journal.newest(1000), Control(10))
    told = [record[4] for record in records if record[2] == JournalEvent.STORE_SALVAGED]
    assert len(told) == 1
    assert told[0].startswith("entries=")
