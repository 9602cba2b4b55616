"""What an answer makes of a transaction, and how long it waits."""

from __future__ import annotations

import random

import pytest

from offline_cache.contract import TransactionState
from offline_cache.outbox.batches import MOST
from offline_cache.outbox.schedule import (
    CAP_S,
    REFUSALS_BEFORE_QUARANTINE,
    RETRY_AFTER_CAP_S,
    RETURN_LEAST_S,
    Lane,
    Verdict,
    VerdictKind,
    backoff_s,
    decide,
    drawn_once,
    lane_of,
    return_delays_s,
)
from tests.offline.conftest import longest, shortest


def test_the_bound_doubles_from_one_second_and_stops_at_five_minutes() -> None:
    assert [backoff_s(attempts, longest) for attempts in range(1, 12)] == [
        1,
        2,
        4,
        8,
        16,
        32,
        64,
        128,
        256,
        CAP_S,
        CAP_S,
    ]


def test_jitter_is_full_any_wait_down_to_zero_is_possible() -> None:
    draw = random.Random(4)
    waits = [backoff_s(9, draw.uniform) for _ in range(2000)]
    assert min(waits) < 2.56
    assert max(waits) > 253
    assert 115 < sum(waits) / len(waits) < 141


def test_a_million_attempts_do_not_overflow() -> None:
    assert backoff_s(1_000_000, longest) == CAP_S


def test_retry_after_is_a_floor_under_the_jitter_which_spreads_those_who_were_told_the_same() -> None:
    busy = Verdict(VerdictKind.BUSY, 429, retry_after_s=60)
    assert decide(busy, 1, 0, False, shortest).wait_s == 60
    assert decide(busy, 1, 0, False, longest).wait_s == 90
    assert decide(busy, 7, 0, False, longest).wait_s == 124
    assert decide(busy, 1, 0, False, longest).hold_s == 60


@pytest.mark.parametrize(("asked_s", "held_s"), [(10**9, RETRY_AFTER_CAP_S), (-5, 0)])
def test_an_absurd_retry_after_is_bounded(asked_s: float, held_s: float) -> None:
    verdict = Verdict(VerdictKind.BUSY, 503, retry_after_s=asked_s)
    assert decide(verdict, 1, 0, False, shortest).wait_s == held_s


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (VerdictKind.ACKNOWLEDGED, TransactionState.ACCEPTED),
        (VerdictKind.NOT_SENT, TransactionState.PENDING),
        (VerdictKind.BUSY, TransactionState.PENDING),
        (VerdictKind.TERMINAL_BARRED, TransactionState.PENDING),
        (VerdictKind.NO_ANSWER, TransactionState.UNKNOWN),
        (VerdictKind.IN_PROGRESS, TransactionState.UNKNOWN),
        (VerdictKind.REJECTED, TransactionState.REJECTED),
        (VerdictKind.OTHER_BODY, TransactionState.QUARANTINED),
    ],
)
def test_each_verdict_has_its_state(kind: VerdictKind, state: TransactionState) -> None:
    assert decide(Verdict(kind), 1, 0, False, longest).state is state


@pytest.mark.parametrize("kind", [VerdictKind.NOT_SENT, VerdictKind.BUSY, VerdictKind.REFUSED])
def test_what_may_have_arrived_stays_unknown_until_the_centre_ends_it(kind: VerdictKind) -> None:
    assert decide(Verdict(kind), 2, 0, True, longest).state is TransactionState.UNKNOWN


def test_repeated_refusals_that_are_no_verdict_end_in_quarantine() -> None:
    refusals = 0
    for attempt in range(1, REFUSALS_BEFORE_QUARANTINE):
        step = decide(Verdict(VerdictKind.REFUSED, 400), attempt, refusals, False, longest)
        assert step.state is TransactionState.PENDING
        refusals = step.refusals
    last = decide(Verdict(VerdictKind.REFUSED, 400), 5, refusals, False, longest)
    assert last.state is TransactionState.QUARANTINED


def test_a_dead_line_never_leads_to_quarantine() -> None:
    step = decide(Verdict(VerdictKind.NOT_SENT), 10_000, 4, False, longest)
    assert (step.state, step.refusals) == (TransactionState.PENDING, 4)


def test_after_an_outage_what_one_request_holds_leaves_together_within_as_long_as_it_was_due() -> None:
    assert return_delays_s([50, 40, 1], longest) == [50, 50, 50]
    assert return_delays_s([0.1], longest) == [RETURN_LEAST_S]
    assert return_delays_s([6 * 3600.0] * 3, longest) == [CAP_S] * 3
    assert return_delays_s([], longest) == []


def test_each_group_of_a_long_outbox_has_a_time_of_its_own() -> None:
    delays = return_delays_s([9000.0] * 50, random.Random(3).uniform)
    assert len({*delays[:MOST]}) == len({*delays[MOST : 2 * MOST]}) == 1
    assert len({*delays}) == 3


def test_rows_of_one_request_may_draw_once() -> None:
    draws: list[float] = []

    def counted(low: float, high: float) -> float:
        draws.append(0.25)
        return low + 0.25 * (high - low)

    once = drawn_once(counted)
    assert (once(0, 8), once(10, 20)) == (2, 12.5)
    assert draws == [0.25]


def test_ratings_have_a_lane_of_their_own() -> None:
    assert lane_of("rating") is Lane.RATINGS
    assert lane_of("application") is Lane.APPLICATIONS
