"""Validity that ends while something waits: announced in time, never silent, and a person decides."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from offline_cache.chains.journal import JournalEvent
from offline_cache.contract import Draft, GetStatus, StoreStatus, TransactionState
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.expiry import Standing, Swept, standing
from offline_cache.outbox.schedule import Lane, Verdict, VerdictKind
from offline_cache.store import Store
from offline_cache.trust.trusted_time import TrustedTime
from tests.offline.centre_stub import CentreStub, lost_answer
from tests.offline.conftest import HandClock, Terminal, close, make_draft

DAY = datetime.timedelta(days=1)
BEGAN = datetime.datetime(2026, 5, 4, tzinfo=datetime.UTC)
NO_ANSWER = Verdict(VerdictKind.NO_ANSWER, reason="no_answer")
LANE = Lane.APPLICATIONS


@pytest.mark.parametrize(
    ("days", "hours", "stands"),
    [
        (30, 0, Standing.VALID),
        (30, 27 * 24 - 1, Standing.VALID),
        (30, 27 * 24, Standing.ENDING),
        (30, 30 * 24 - 1, Standing.ENDING),
        (30, 30 * 24, Standing.OVER),
        (30, 10**5, Standing.OVER),
        (3, 47, Standing.VALID),
        (3, 48, Standing.ENDING),
        (1, 15, Standing.VALID),
        (1, 16, Standing.ENDING),
        (30, -(10**5), Standing.VALID),
    ],
)
def test_it_is_announced_three_days_before_or_for_the_last_third(days: int, hours: int, stands: Standing) -> None:
    assert standing(BEGAN, BEGAN + days * DAY, BEGAN + datetime.timedelta(hours=hours)) is stands


def sweep(store: Store, clock: HandClock, *, vouched: bool = True) -> Swept:
    return store.expiry.sweep(clock.utc(), vouched=vouched)


def state(store: Store, draft: Draft) -> tuple[str, str]:
    outcome = store.outbox.outcome(draft.id)
    return str(outcome.state), outcome.reason


def accepted(store: Store, days: int = 30) -> Draft:
    draft = make_draft(valid_days=days)
    store.outbox.accept(draft)
    return draft


def test_the_announcement_is_a_journal_event_and_a_flag_and_comes_once(store: Store, clock: HandClock) -> None:
    draft = accepted(store)
    assert (sweep(store, clock), store.expiry.ending()) == (Swept(), 0)
    clock.pass_s(27 * 86400)
    assert (sweep(store, clock).announced, sweep(store, clock).announced) == (1, 0)
    assert store.journal.events(draft.id).count(JournalEvent.TRANSACTION_EXPIRES_SOON) == 1
    assert store.expiry.ending() == 1
    assert state(store, draft) == ("pending", "")


def test_at_its_end_it_is_quarantined_and_nothing_of_it_is_deleted(store: Store, clock: HandClock) -> None:
    draft = accepted(store)
    other = accepted(store, days=60)
    clock.pass_s(30 * 86400)
    [outcome] = sweep(store, clock).expired
    assert (outcome.transaction_id, outcome.state, outcome.reason) == (
        draft.id,
        TransactionState.QUARANTINED,
        "expired",
    )
    assert state(store, draft) == ("quarantined", "expired")
    assert state(store, other) == ("pending", "")
    assert store.journal.events(draft.id)[-2:] == ["transaction_expired", "transaction_quarantined"]
    assert store.database.read("SELECT count(*) FROM payload") == [(2,)]
    [listed] = store.quarantine.rows(10)
    assert (listed.transaction_id, listed.reason) == (draft.id, "expired")
    assert listed.since == clock.utc().strftime("%Y-%m-%dT%H:%M:%SZ")
    store.check()


def test_what_the_centre_answered_in_time_expires_no_more(store: Store, clock: HandClock) -> None:
    draft = accepted(store)
    due = store.delivery.take(LANE)
    assert isinstance(due, Due)
    store.delivery.record(due, Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number="GZ-1"))
    clock.pass_s(90 * 86400)
    assert sweep(store, clock) == Swept()
    assert state(store, draft) == ("accepted", "")


@pytest.mark.parametrize("years", [-10, 10])
def test_a_wall_clock_that_jumps_by_years_expires_nothing(
    opened: Callable[[], Store], clock: HandClock, years: int
) -> None:
    store, time = opened(), TrustedTime(clock, "this-boot")
    draft = accepted(store)
    time.hear(clock.utc().timestamp())
    clock.wall += datetime.timedelta(days=365 * years)
    assert store.expiry.sweep(time.utc(), vouched=time.vouched) == Swept()
    # Another start, before any contact: nobody vouches for the time.
    another = TrustedTime(clock, "another-boot")
    with store.database.transaction():
        time.keep(store.database)
    another.load(store.database)
    assert store.expiry.sweep(another.utc(), vouched=another.vouched).expired == ()
    assert state(store, draft) == ("pending", "")


def test_without_the_centres_time_it_is_announced_but_does_not_end(store: Store, clock: HandClock) -> None:
    draft = accepted(store)
    clock.pass_s(31 * 86400)
    assert sweep(store, clock, vouched=False) == Swept(announced=1)
    assert state(store, draft) == ("pending", "")
    assert len(sweep(store, clock).expired) == 1


def test_a_person_who_lets_it_go_on_is_not_overruled_by_the_calendar(store: Store, clock: HandClock) -> None:
    draft = accepted(store)
    clock.pass_s(30 * 86400)
    sweep(store, clock)
    with store.database.transaction():
        assert store.quarantine.release(draft.id) == 1
    clock.pass_s(86400)
    assert sweep(store, clock) == Swept()
    due = store.delivery.take(LANE)
    assert isinstance(due, Due)
    assert not due.expired  # it is sent again, not asked for
    assert store.quarantine.rows(10) == ()


def test_a_person_who_gives_it_up_leaves_a_record_and_a_reason(store: Store, clock: HandClock) -> None:
    draft = accepted(store)
    clock.pass_s(30 * 86400)
    sweep(store, clock)
    with store.database.transaction():
        outcome = store.quarantine.give_back(draft.id)
        assert store.quarantine.give_back(draft.id) is None
    assert outcome is not None
    assert state(store, draft) == (str(outcome.state), outcome.reason) == ("rejected", "returned")
    assert store.journal.events(draft.id)[-1] == "transaction_returned"


def unknown_and_over(store: Store, clock: HandClock) -> Draft:
    draft = accepted(store)
    due = store.delivery.take(LANE)
    assert isinstance(due, Due)
    store.delivery.record(due, NO_ANSWER)
    clock.pass_s(30 * 86400)
    assert sweep(store, clock).expired == ()
    return draft


def test_one_that_may_have_arrived_is_asked_for_and_not_sent(
    store: Store, opened: Callable[[], Store], clock: HandClock
) -> None:
    draft, fresh = unknown_and_over(store, clock), accepted(store)
    assert state(store, draft)[0] == "unknown"
    close(store)
    store = opened()
    taken = [store.delivery.take_batch(LANE, 20), store.delivery.take_batch(LANE, 20)]
    assert [[(due.id, due.expired) for due in batch] for batch in taken if isinstance(batch, tuple)] == [
        [(draft.id, True)],
        [(fresh.id, False)],
    ]


def test_the_centre_that_never_saw_it_leaves_the_decision_to_a_person(store: Store, clock: HandClock) -> None:
    draft = unknown_and_over(store, clock)
    due = store.delivery.take(LANE)
    assert isinstance(due, Due)
    store.delivery.record(due, Verdict(VerdictKind.NEVER_SEEN, 404, "expired"))
    assert state(store, draft) == ("quarantined", "expired")
    assert JournalEvent.TRANSACTION_EXPIRED in store.journal.events(draft.id)


@pytest.mark.parametrize("has_it", [True, False])
def test_over_the_line_unknown_is_resolved_by_asking(terminal: Terminal, stub: CentreStub, has_it: bool) -> None:
    stub.next(lost_answer if has_it else no_answer, *[no_answer] * 1000)
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    stub.wait_posted(1)
    while not terminal.process.owner.run(flag_as_over, terminal.control()):
        pass  # it was being sent just then
    posted = len(stub.posted())
    outcome = terminal.wait_for_state(draft, TransactionState.ACCEPTED if has_it else TransactionState.QUARANTINED)
    assert outcome.reason == ("" if has_it else "expired")
    assert (outcome.case_number != "") == has_it
    assert len(stub.posted()) == posted
    assert {one.method for one in stub.posted(f"/v1/transactions/{draft.id}")} == {"GET"}


def no_answer(handler: Any) -> bool:
    """Nothing happens, and the line breaks."""
    handler.hang_up()
    return True


def flag_as_over(store: Store) -> bool:
    store.expiry.sweep(datetime.datetime.now(datetime.UTC) + 31 * DAY, vouched=True)
    return bool(store.database.read("SELECT count(*) FROM attention WHERE expired = 1")[0][0])


def test_the_status_counts_what_ends_soon(terminal: Terminal) -> None:
    terminal.accept(make_draft())
    soon = datetime.datetime.now(datetime.UTC) + 28 * DAY
    terminal.process.owner.run(lambda store: store.expiry.sweep(soon, vouched=True), terminal.control())
    status = terminal.ask(GetStatus())
    assert isinstance(status, StoreStatus)
    assert (status.ending, status.waiting) == (1, 1)


def test_the_running_terminal_looks_by_itself(stub: CentreStub, terminal: Terminal) -> None:
    draft = make_draft(valid_days=1)
    terminal.accept(draft)
    stub.now_s = (datetime.datetime.now(datetime.UTC) + 2 * DAY).timestamp()
    stub.next(*[no_answer] * 1000)
    terminal.restart()
    terminal.wait_for_state(draft, TransactionState.QUARANTINED)
    assert terminal.outcome(draft).reason == "expired"
