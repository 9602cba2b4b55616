"""What a service allows of promises that no office has seen: refused clearly, and nothing that was promised before."""

from __future__ import annotations

import pytest

from offline_cache.contract import Draft, GetStatus, StoreFailure, StoreStatus, Terms, TransactionState
from offline_cache.errors import InvalidCommand, LimitReached
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.limits import AMOUNT_OFFLINE, TOO_MANY_WAITING, refusal
from offline_cache.outbox.schedule import Lane, Verdict, VerdictKind
from offline_cache.store import Store
from tests.offline.conftest import Terminal, make_draft


@pytest.mark.parametrize(
    ("terms", "waiting", "online", "said"),
    [
        (Terms(), 20_000, False, ""),
        (Terms(most_waiting=2), 1, False, ""),
        (Terms(most_waiting=2), 2, False, TOO_MANY_WAITING),
        (Terms(most_waiting=2), 2, True, TOO_MANY_WAITING),
        (Terms(most_fen=5000, amount_fen=5000), 0, False, ""),
        (Terms(most_fen=5000, amount_fen=5001), 0, False, AMOUNT_OFFLINE),
        (Terms(most_fen=5000, amount_fen=5001), 0, True, ""),
        (Terms(amount_fen=1), 0, False, AMOUNT_OFFLINE),
    ],
)
def test_number_and_amount(terms: Terms, waiting: int, online: bool, said: str) -> None:
    assert refusal(terms, waiting, online=online) == said


def two_at_most(**changes: object) -> Draft:
    return make_draft(terms=Terms(most_waiting=2), **changes)


def test_one_too_many_is_refused_and_nothing_of_it_is_kept(store: Store) -> None:
    for _ in range(2):
        store.outbox.accept(two_at_most())
    before = store.journal.length()
    with pytest.raises(LimitReached) as refused:
        store.outbox.accept(two_at_most())
    assert refused.value.as_failure() == StoreFailure("limit", "too_many_waiting")
    assert (len(store.outbox.rows(10)), store.journal.length()) == (2, before)


def test_another_service_has_its_own_number(store: Store) -> None:
    for _ in range(2):
        store.outbox.accept(two_at_most())
    store.outbox.accept(two_at_most(service="longevity-allowance"))
    assert [(one.service, one.count) for one in store.delivery.depth().services] == [
        ("longevity-allowance", 1),
        ("social-security-card", 2),
    ]


def test_what_was_promised_is_promised_whatever_waits_now(store: Store) -> None:
    drafts = [two_at_most() for _ in range(2)]
    first = [store.outbox.accept(draft) for draft in drafts]
    assert [store.outbox.accept(draft) for draft in drafts] == first


def test_an_answer_of_the_centre_makes_room(store: Store) -> None:
    for _ in range(2):
        store.outbox.accept(two_at_most())
    due = store.delivery.take(Lane.APPLICATIONS)
    assert isinstance(due, Due)
    with pytest.raises(LimitReached):
        store.outbox.accept(two_at_most())  # being sent is not answered
    store.delivery.record(due, Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number="GZ-1"))
    store.outbox.accept(two_at_most())
    assert len(store.outbox.rows(10)) == 3


def test_an_amount_that_needs_the_line_is_taken_with_it(store: Store) -> None:
    draft = make_draft(terms=Terms(most_fen=5000, amount_fen=9900))
    with pytest.raises(LimitReached, match="amount_offline"):
        store.outbox.accept(draft)
    store.outbox.accept(draft, online=True)
    assert store.outbox.outcome(draft.id).state is TransactionState.PENDING


@pytest.mark.parametrize("days", [0, -1, 3651, 10**12])
def test_a_validity_that_is_none_is_refused(store: Store, days: int) -> None:
    with pytest.raises(InvalidCommand, match="valid_days"):
        store.outbox.accept(make_draft(valid_days=days))


def test_the_status_tells_what_waits_of_each_service(terminal: Terminal) -> None:
    terminal.accept(two_at_most())
    status = terminal.ask(GetStatus())
    assert isinstance(status, StoreStatus)
    assert (status.waiting_of("social-security-card"), status.waiting_of("longevity-allowance")) == (1, 0)
