"""Killed at any moment, failing at any moment: what was acknowledged is there, what was not is never sent."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ipc import Control, DeadlineExceeded
from offline_cache.contract import TransactionState
from offline_cache.errors import StoreUnavailable
from offline_cache.outbox.schedule import Lane
from offline_cache.owner import Owner
from offline_cache.store import Place, Store, open_store
from tests.offline.centre_key import pin
from tests.offline.conftest import HandClock, longest, make_draft
from tests.offline.kill_rounds import POINTS
from tests.offline.power.disk import Disk
from tests.offline.power.life import Life

ROUNDS = 500


@pytest.mark.timeout(600)
def test_five_hundred_kills_lose_nothing_that_was_acknowledged(memory: Path) -> None:
    """At each named point of accepting, sending, purging and checkpointing, and at moments of chance."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.offline.kill_rounds", str(memory), str(ROUNDS)],
        capture_output=True,
        text=True,
        timeout=500,
        check=True,
    )
    report = json.loads(ended.stdout)
    assert report["lost"] == []
    assert report["rounds"] == ROUNDS
    assert report["acknowledged"] >= ROUNDS
    assert set(report["points"]) == {"chance", *POINTS}


@pytest.fixture
def owner(place: Place, clock: HandClock) -> Iterator[Owner]:
    owner = Owner(lambda: pin(open_store(place, clock, longest)), clock)
    yield owner
    owner.close()


def test_a_commit_whose_sync_failed_is_never_sent_unless_it_is_promised_anew(owner: Owner, clock: HandClock) -> None:
    """After a failed sync the rows may be on the disk or not; the caller was told: nothing was accepted."""
    draft = make_draft()

    def accept_on_a_failing_disk(store: Store) -> None:
        store.outbox.accept(draft)
        raise StoreUnavailable("disk_error")

    with pytest.raises(StoreUnavailable):
        owner.run(accept_on_a_failing_disk, Control(10.0), promise=draft.id)
    clock.pass_s(60)
    assert owner.run(lambda store: store.delivery.take(Lane.APPLICATIONS), Control(10.0)) is None
    outcome = owner.run(lambda store: store.outbox.outcome(draft.id), Control(10.0))
    assert outcome.state is TransactionState.REJECTED
    owner.run(lambda store: store.outbox.accept(draft), Control(10.0), promise=draft.id)
    assert owner.run(lambda store: store.delivery.take(Lane.APPLICATIONS), Control(10.0)) is not None


def test_after_a_disk_error_nothing_is_taken_until_the_store_was_opened_and_checked_again(
    place: Place, clock: HandClock
) -> None:
    opens: list[int] = []

    def opener() -> Store:
        opens.append(1)
        return pin(open_store(place, clock, longest))

    owner = Owner(opener, clock)

    def fail(store: Store) -> None:
        raise StoreUnavailable("disk_error")

    with pytest.raises(StoreUnavailable):
        owner.run(fail, Control(10.0))
    with pytest.raises(StoreUnavailable, match="disk_error"):
        owner.run(lambda store: store.outbox.accept(make_draft()), Control(10.0))
    assert len(opens) == 1
    clock.pass_s(1)
    assert owner.run(lambda store: store.outbox.accept(make_draft()), Control(10.0)).sequence == 1
    assert len(opens) == 2
    owner.close()


def test_a_store_that_stays_broken_is_tried_at_growing_intervals(clock: HandClock) -> None:
    tries: list[float] = []

    def opener() -> Store:
        tries.append(clock.monotonic_s() - 100)
        raise StoreUnavailable("wrong_key")

    owner = Owner(opener, clock)
    for _ in range(40):
        with pytest.raises(StoreUnavailable, match="wrong_key"):
            owner.run(lambda store: None, Control(10.0))
        clock.pass_s(0.5)
    assert tries == [0, 0.5, 1.5, 3.5, 7.5, 15.5]
    owner.close()


def test_when_nobody_asks_the_log_is_moved_into_the_file_and_emptied(place: Place, clock: HandClock) -> None:
    owner = Owner(lambda: pin(open_store(place, clock, longest)), clock, idle_s=0.02)
    accepted = owner.run(lambda store: store.outbox.accept(make_draft()), Control(10.0))
    log, pause = place.file.with_name("store.db-wal"), threading.Event()
    assert any(log.stat().st_size == 0 or pause.wait(0.05) for _ in range(400))
    rows = owner.run(lambda store: store.outbox.rows(10), Control(10.0))
    assert [row.transaction_id for row in rows] == [accepted.transaction_id]
    owner.close()


def test_a_disk_error_while_tidying_closes_the_store_as_any_other(tmp_path: Path, clock: HandClock) -> None:
    failing, failed = threading.Event(), threading.Event()

    def fault(operation: str) -> int:
        if not failing.is_set():
            return 0
        failing.clear()
        failed.set()
        return errno.EIO

    life = Life(Disk(tmp_path, fault), clock=clock)
    with life.disk.recording():
        owner = Owner(life.open, clock, idle_s=0.02)

        def begin(store: Store) -> None:
            life.accept(store)
            failing.set()

        owner.run(begin, Control(10.0))
        assert failed.wait(20)
        with pytest.raises(StoreUnavailable, match="disk_error"):
            owner.run(lambda store: None, Control(10.0))
        clock.pass_s(1)
        rows = owner.run(lambda store: store.outbox.rows(10), Control(10.0))
        assert [row.transaction_id for row in rows] == [life.promises[0].accepted.transaction_id]
        owner.close()


def test_a_bug_in_a_piece_of_work_goes_to_its_caller_and_the_owner_lives(owner: Owner) -> None:
    with pytest.raises(ZeroDivisionError):
        owner.run(lambda store: 1 // 0, Control(10.0))
    assert owner.run(lambda store: store.journal.length(), Control(10.0)) == 1


def test_work_that_has_not_begun_by_its_deadline_never_does(owner: Owner) -> None:
    control = Control(10.0)
    done: list[str] = []

    def hold(store: Store) -> None:
        with pytest.raises(DeadlineExceeded):
            owner.run(lambda store: done.append("late"), Control(0.05))  # its turn cannot come: we hold it

    owner.run(hold, control)
    owner.run(lambda store: done.append("next"), control)
    assert done == ["next"]
