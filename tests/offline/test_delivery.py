"""Rows on their way: sending is written first, answers are written down, waiting survives restarts."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from offline_cache.chains.journal import JournalEvent
from offline_cache.contract import TransactionState
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.retention import KEEP_S, sweep
from offline_cache.outbox.schedule import CAP_S, Lane, Verdict, VerdictKind
from offline_cache.store import Store
from tests.offline.conftest import HandClock, close, make_draft

ACKNOWLEDGED = Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number="GZ-1")
NO_ANSWER = Verdict(VerdictKind.NO_ANSWER, reason="no_answer")
NOT_SENT = Verdict(VerdictKind.NOT_SENT, reason="no_connection")


def take(store: Store, lane: Lane = Lane.APPLICATIONS) -> Due:
    """The next transaction, which must be due."""
    due = store.delivery.take(lane)
    assert isinstance(due, Due)
    return due


def early_s(store: Store, lane: Lane = Lane.APPLICATIONS) -> float:
    """How long until the next one is due."""
    wait_s = store.delivery.take(lane)
    assert isinstance(wait_s, float)
    return wait_s


def state(store: Store, transaction_id: str) -> TransactionState:
    return store.outbox.outcome(transaction_id).state


def test_sending_is_on_the_disk_before_anything_is_sent(store: Store, opened: Callable[[], Store]) -> None:
    draft = make_draft()
    store.outbox.accept(draft)
    take(store)
    assert store.outbox.outcome(draft.id).state is TransactionState.SENDING
    close(store)  # the process dies here
    again = opened()
    assert state(again, draft.id) is TransactionState.UNKNOWN
    assert JournalEvent.TRANSACTION_UNKNOWN in again.journal.events(draft.id)


def test_an_acknowledgement_ends_it_and_the_payload_is_forgotten(store: Store) -> None:
    draft = make_draft()
    store.outbox.accept(draft)
    outcome = store.delivery.record(take(store), ACKNOWLEDGED)
    assert (outcome.state, outcome.case_number) == (TransactionState.ACCEPTED, "GZ-1")
    assert store.database.read("SELECT count(*) FROM payload") == [(0,)]
    assert len(store.database.read("SELECT payload_sha256 FROM entry")[0][0]) == 32
    assert store.delivery.take(Lane.APPLICATIONS) is None
    store.check()


def test_a_lost_answer_is_unknown_and_the_same_bytes_are_sent_again(store: Store, clock: HandClock) -> None:
    draft = make_draft()
    store.outbox.accept(draft)
    first = take(store)
    assert store.delivery.record(first, NO_ANSWER).state is TransactionState.UNKNOWN
    clock.pass_s(early_s(store))
    second = take(store)
    assert (second.id, second.body, second.attempts) == (draft.id, first.body, 2)
    store.delivery.record(second, NOT_SENT)
    assert state(store, draft.id) is TransactionState.UNKNOWN


def test_waiting_grows_and_a_restart_does_not_shorten_it(
    store: Store, opened: Callable[[], Store], clock: HandClock
) -> None:
    store.outbox.accept(make_draft())
    for expected_s in (1, 2, 4, 8):
        store.delivery.record(take(store), NO_ANSWER)
        assert early_s(store) == expected_s
        clock.pass_s(expected_s)
    store.delivery.record(take(store), NO_ANSWER)
    close(store)
    assert early_s(opened()) == 16


def test_attempts_and_the_next_time_outlive_the_process(
    store: Store, opened: Callable[[], Store], clock: HandClock
) -> None:
    store.outbox.accept(make_draft())
    for _ in range(4):
        store.delivery.record(take(store), NO_ANSWER)
        clock.pass_s(early_s(store))
    store.delivery.record(take(store), NO_ANSWER)
    close(store)
    again = opened()
    again.delivery.release()  # the first contact of the new process hurries nothing whose wait is running
    assert early_s(again) == 16
    clock.pass_s(16)
    assert take(again).attempts == 6


def test_retry_after_is_kept_on_disk_and_nothing_shortens_it(
    store: Store, opened: Callable[[], Store], clock: HandClock
) -> None:
    store.outbox.accept(make_draft())
    store.delivery.record(take(store), Verdict(VerdictKind.BUSY, 503, "busy", retry_after_s=120))
    assert early_s(store) == 180
    store.delivery.retry()
    assert early_s(store) == 120
    store.delivery.release()
    close(store)
    again = opened()
    again.delivery.retry()
    assert early_s(again) == 120
    clock.pass_s(120)
    take(again)


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_jump_makes_nobody_wait_for_years(
    store: Store, opened: Callable[[], Store], clock: HandClock, years: int
) -> None:
    store.outbox.accept(make_draft())
    store.outbox.accept(make_draft())
    store.delivery.record(take(store), Verdict(VerdictKind.BUSY, 429, retry_after_s=600))
    close(store)
    clock.jump_years(years)
    again = opened()
    clock.pass_s(901)
    assert {take(again).sequence, take(again).sequence} == {1, 2}


def test_a_poison_transaction_delays_nobody(store: Store) -> None:
    poison, other, rating = make_draft(), make_draft(), make_draft(kind="rating")
    for draft in (poison, other, rating):
        store.outbox.accept(draft)
    store.delivery.record(take(store), Verdict(VerdictKind.REFUSED, 400, "status_400"))
    assert take(store).id == other.id
    assert take(store, Lane.RATINGS).id == rating.id


def test_refused_again_and_again_it_is_quarantined_and_an_operator_can_release_it(
    store: Store, clock: HandClock
) -> None:
    draft = make_draft()
    store.outbox.accept(draft)
    for _ in range(5):
        store.delivery.record(take(store), Verdict(VerdictKind.REFUSED, 400, "status_400"))
        clock.pass_s(600)
    assert state(store, draft.id) is TransactionState.QUARANTINED
    assert (store.delivery.depth().waiting, store.delivery.depth().quarantined) == (0, 1)
    store.delivery.retry()
    assert store.delivery.take(Lane.APPLICATIONS) is None
    with store.database.transaction():
        assert store.quarantine.release() == 1
    assert store.delivery.record(take(store), ACKNOWLEDGED).state is TransactionState.ACCEPTED


def test_a_refusal_for_good_is_final_and_its_payload_goes_after_a_day(store: Store, clock: HandClock) -> None:
    draft = make_draft()
    store.outbox.accept(draft)
    outcome = store.delivery.record(take(store), Verdict(VerdictKind.REJECTED, 422, "not_entitled"))
    assert (outcome.state, outcome.reason) == (TransactionState.REJECTED, "not_entitled")
    assert sweep(store.database, store.journal, clock.schedule_s()) == 0
    clock.pass_s(KEEP_S)
    assert sweep(store.database, store.journal, clock.schedule_s()) == 1
    assert store.database.read("SELECT count(*) FROM payload") == [(0,)]


def test_quarantined_and_waiting_payloads_are_never_forgotten(store: Store, clock: HandClock) -> None:
    store.outbox.accept(make_draft())
    store.delivery.record(take(store), Verdict(VerdictKind.OTHER_BODY, 422, "other_body"))
    store.outbox.accept(make_draft())
    clock.pass_s(10 * KEEP_S)
    assert sweep(store.database, store.journal, clock.schedule_s()) == 0
    assert store.database.read("SELECT count(*) FROM payload") == [(2,)]


def test_when_the_line_is_back_what_piled_up_leaves_together_and_not_at_once(store: Store, clock: HandClock) -> None:
    for _ in range(3):
        store.outbox.accept(make_draft())
        clock.pass_s(20)
    store.outbox.accept(make_draft(kind="rating"))
    clock.pass_s(1)
    store.delivery.release()
    waits = store.database.read("SELECT next_at - ? FROM delivery ORDER BY sequence", (clock.schedule_s(),))
    assert [round(wait) for (wait,) in waits] == [61, 61, 61, 3]


def test_a_line_that_flaps_hurries_nobody_and_delays_nobody_again(store: Store, clock: HandClock) -> None:
    store.outbox.accept(make_draft())
    clock.pass_s(100)
    store.delivery.release()
    for _ in range(3):
        clock.pass_s(30)
        store.delivery.release()
    assert early_s(store) == 10


def test_a_start_after_an_outage_spreads_also_what_the_centre_had_put_off_and_is_due_by_now(
    store: Store, opened: Callable[[], Store], clock: HandClock
) -> None:
    store.outbox.accept(make_draft())
    store.delivery.record(take(store), Verdict(VerdictKind.BUSY, 503, "busy", retry_after_s=60))
    close(store)
    clock.pass_s(6 * 3600)
    again = opened()
    again.delivery.release()  # the first contact of the new process
    assert early_s(again) == CAP_S


def test_all_of_a_batch_are_sending_on_the_disk_before_anything_is_sent(
    store: Store, opened: Callable[[], Store]
) -> None:
    drafts = [make_draft() for _ in range(25)]
    for draft in drafts:
        store.outbox.accept(draft)
    batch = store.delivery.take_batch(Lane.APPLICATIONS, 20)
    assert isinstance(batch, tuple)
    assert [due.id for due in batch] == [draft.id for draft in drafts[:20]]
    close(store)  # the process dies here
    again = opened()
    assert [state(again, draft.id) for draft in drafts] == [TransactionState.UNKNOWN] * 20 + [
        TransactionState.PENDING
    ] * 5


def test_each_of_a_batch_has_its_own_verdict_in_one_commit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        store.outbox.accept(make_draft())
    batch = store.delivery.take_batch(Lane.APPLICATIONS, 20)
    assert isinstance(batch, tuple)
    verdicts = [ACKNOWLEDGED, Verdict(VerdictKind.REFUSED, 400, "status_400"), NO_ANSWER]
    opened_transactions = []
    real = store.database.transaction
    monkeypatch.setattr(store.database, "transaction", lambda: opened_transactions.append(1) or real())
    outcomes = store.delivery.record_batch(list(zip(batch, verdicts, strict=True)))
    assert [outcome.state for outcome in outcomes] == [
        TransactionState.ACCEPTED,
        TransactionState.PENDING,
        TransactionState.UNKNOWN,
    ]
    assert len(opened_transactions) == 1


def test_those_of_a_broken_batch_are_due_again_together_in_halves(opened: Callable[[], Store]) -> None:
    store = opened()
    store.delivery.draw = random.Random(7).uniform
    for _ in range(20):
        store.outbox.accept(make_draft())
    batch = store.delivery.take_batch(Lane.APPLICATIONS, 20)
    assert isinstance(batch, tuple)
    store.delivery.record_batch([(due, NO_ANSWER) for due in batch], together=10)
    times = [at for (at,) in store.database.read("SELECT next_at FROM delivery ORDER BY sequence")]
    assert len(set(times[:10])) == len(set(times[10:])) == 1
    assert times[0] != times[10]


def test_one_that_never_got_an_answer_goes_alone(store: Store, clock: HandClock) -> None:
    poison = make_draft()
    store.outbox.accept(poison)
    for _ in range(5):
        store.delivery.record(take(store), NO_ANSWER)
        clock.pass_s(300)
    for _ in range(3):
        store.outbox.accept(make_draft())
    first = store.delivery.take_batch(Lane.APPLICATIONS, 20)
    assert isinstance(first, tuple)
    second = store.delivery.take_batch(Lane.APPLICATIONS, 20)
    assert isinstance(second, tuple)
    assert [len(first), len(second)] == [1, 3]
    assert first[0].id == poison.id


def test_the_line_coming_back_does_not_hurry_what_the_centre_itself_refused(store: Store) -> None:
    store.outbox.accept(make_draft())
    store.delivery.record(take(store), Verdict(VerdictKind.NO_ANSWER, 500, "status_500"))
    before = early_s(store)
    store.delivery.release()
    assert early_s(store) == before


def test_a_busy_centre_holds_the_lane_and_no_other(store: Store, clock: HandClock) -> None:
    first, second, rating = make_draft(), make_draft(), make_draft(kind="rating")
    for draft in (first, second, rating):
        store.outbox.accept(draft)
    store.delivery.record(take(store), Verdict(VerdictKind.BUSY, 503, "busy", retry_after_s=120))
    assert early_s(store) == 180
    assert take(store, Lane.RATINGS).id == rating.id
    clock.pass_s(180)
    assert take(store).id == second.id  # the least tried first: nobody stands behind one that is always put off
    assert take(store).id == first.id


def test_depth_tells_how_much_waits_and_since_when(store: Store, clock: HandClock) -> None:
    assert (store.delivery.depth().waiting, store.delivery.depth().oldest_s) == (0, 0.0)
    store.outbox.accept(make_draft())
    clock.pass_s(90)
    store.outbox.accept(make_draft())
    depth = store.delivery.depth()
    assert (depth.waiting, depth.oldest_s) == (2, 90.0)
