"""A fleet comes back: the production decisions under a virtual clock, held to K4, beside what others do."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest

from kiosk.bench.herd.centre import Day, Service
from kiosk.bench.herd.figures import Outcome
from kiosk.bench.herd.fleet import Fleet, run
from kiosk.bench.herd.peers import PEERS
from kiosk.bench.herd.scenarios import SCENARIOS, by_name
from kiosk.bench.herd.terminal import Habits
from kiosk.bench.herd.timeline import Timeline

CITY = Fleet(2780)
SERVICE = Service()
NAMES = [scenario.name for scenario in SCENARIOS]


@cache
def ours(name: str, seed: int = 1) -> Outcome:
    """The whole fleet of the goal in a scenario."""
    return run(by_name(name), CITY, SERVICE, seed)


@cache
def theirs(name: str, rule: str) -> Outcome:
    """The same fleet with a peer's rule."""
    peer = next(peer for peer in PEERS if peer.name == rule)
    return run(by_name(name), Fleet(2780, peer=peer), SERVICE, 1)


def test_events_run_in_order_of_time_and_then_of_asking() -> None:
    timeline, seen = Timeline(), list[str]()
    timeline.at(5, lambda: seen.append("later"))
    timeline.at(2, lambda: timeline.at(1, lambda: seen.append("a past moment is now")))
    timeline.at(2, lambda: seen.append("second of its moment"))
    timeline.run(4)
    assert seen == ["second of its moment", "a past moment is now"]
    assert timeline.now_s == 4


def test_the_same_seed_gives_the_same_outcome_and_another_seed_another() -> None:
    small = Fleet(200)
    first, again = (run(by_name("flapping"), small, SERVICE, 7) for _ in range(2))
    assert first == again
    assert run(by_name("flapping"), small, SERVICE, 8).waits != first.waits


@pytest.mark.parametrize("name", ["outage", "power"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_bounds_of_k4_hold_for_a_city(name: str, seed: int) -> None:
    outcome = ours(name, seed)
    assert outcome.broken() == []


def test_the_centre_answers_quickly_while_a_whole_city_returns() -> None:
    assert ours("outage").answer_p99_s <= 2


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_ends_exactly_once_whatever_happens(name: str) -> None:
    outcome = ours(name)
    assert (outcome.lost, outcome.unfinished) == (0, 0)
    assert outcome.entries == 2780 * 12


@pytest.mark.parametrize("name", NAMES)
def test_nobody_starves(name: str) -> None:
    assert ours(name).starved == 0


def test_a_poison_entry_is_quarantined_and_delays_nobody() -> None:
    outcome = ours("poison")
    assert outcome.quarantined == 278
    assert outcome.drained_s is not None
    assert outcome.drained_s <= 1.1 * (ours("outage").drained_s or 0)


def test_retry_after_is_kept_by_every_request_of_every_terminal() -> None:
    outcome = ours("busy")
    assert outcome.broken_holds == 0
    assert outcome.requests_a_batch <= 1 + 600 / 120 + 1  # one try in each span that the centre asked for


def test_terminals_of_a_flapping_line_do_not_gather_at_each_return() -> None:
    assert ours("flapping").requests_a_batch <= 1.2
    assert ours("flapping").peak_a_s < 2780 / 10


def test_what_others_do_asks_the_centre_more_often_and_all_at_once() -> None:
    for rule in ("fixed 30 s", "exponential, no jitter"):
        assert theirs("outage", rule).requests_a_batch > 2 * ours("outage").requests_a_batch
        assert theirs("outage", rule).peak_a_s >= 2000 > 10 * ours("outage").peak_a_s
        assert theirs("outage", rule).answer_p99_s > 20 * ours("outage").answer_p99_s


def test_the_bounds_can_fail() -> None:
    """A fleet without the return's spread is seen: the same run with a line that is never known to be dead."""
    at_once = dataclasses.replace(by_name("outage"), name="at once", day=Day(), captured=(599.9, 600.0))
    outcome = run(at_once, CITY, dataclasses.replace(SERVICE, request_s=0.5), 1)
    assert "drained within 15 min" in outcome.broken()


def test_a_centre_far_too_small_still_gets_every_entry_once() -> None:
    slow = dataclasses.replace(SERVICE, request_s=0.4)
    outcome = run(by_name("outage"), Fleet(2780, habits=Habits(poll_s=120)), slow, 1)
    assert (outcome.lost, outcome.unfinished, outcome.starved) == (0, 0, 0)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["outage", "power"])
def test_the_bounds_of_k4_hold_for_a_hundred_thousand_terminals(name: str) -> None:
    outcome = run(by_name(name), Fleet(100_000), dataclasses.replace(SERVICE, at_once=36), 1)
    assert outcome.broken() == []
