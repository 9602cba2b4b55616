"""When the line is probed: at once, then at drawn intervals, sooner when somebody asks, never twice in a moment."""

from __future__ import annotations

import pytest

from offline_cache.contract import LineState
from offline_cache.line.probe_rules import KEPT_OF_REST, PROBE_GAP_S, ProbeRules
from tests.offline.conftest import longest, shortest


def probed(rules: ProbeRules, now_s: float) -> ProbeRules:
    """A probe that left at `now_s`; the next wait begins at once."""
    rules.leaves(now_s)
    rules.began(now_s)
    return rules


def test_the_first_probe_leaves_at_once_and_the_next_after_a_drawn_poll() -> None:
    rules = ProbeRules(2.0, 60.0, longest)
    rules.began(100.0)
    assert rules.due_s() == 100.0
    assert probed(rules, 100.0).due_s() == 172.0
    assert probed(ProbeRules(2.0, 60.0, shortest), 0.0).due_s() == 48.0


def test_an_exchange_that_was_heard_puts_the_probe_off_by_a_whole_poll() -> None:
    rules = probed(ProbeRules(2.0, 60.0, shortest), 100.0)
    rules.heard(0.1, 130.0)
    assert rules.due_s() == 190.0


def test_who_asks_is_served_after_the_gap_and_not_before() -> None:
    rules = probed(ProbeRules(2.0, 60.0, shortest), 100.0)
    rules.ask()
    assert rules.due_s() == 100.0 + PROBE_GAP_S


def test_one_failure_is_probed_at_once_a_dead_line_only_by_its_poll() -> None:
    rules = ProbeRules(2.0, 60.0, shortest)
    rules.heard(0.1, 0.0)
    probed(rules, 100.0)
    assert rules.heard(None, 101.0) is LineState.ONLINE
    assert rules.due_s() == 100.0 + PROBE_GAP_S
    probed(rules, 101.0)
    assert rules.heard(None, 102.0) is LineState.OFFLINE
    assert rules.due_s() == 149.0


def test_what_else_is_heard_spares_some_probes_but_not_all() -> None:
    rules, now_s = probed(ProbeRules(2.0, 60.0, shortest), 0.0), 0.0
    while rules.due_s() > now_s:
        now_s += 50  # a report of the terminal's state, each minute
        rules.heard(0.1, now_s)
    assert 60 < now_s <= 48 + 4 * 60 + 50


def test_a_probe_that_took_long_is_followed_by_a_long_rest_but_not_for_who_asks() -> None:
    rules = ProbeRules(2.0, 60.0, shortest)
    rules.leaves(100.0)
    rules.began(104.0)
    assert rules.due_s() == 104.0 + 0.8 * 50 * 4
    rules.ask()
    assert rules.due_s() == 104.0 + PROBE_GAP_S


def test_one_quick_answer_does_not_end_a_long_rest_at_once() -> None:
    rules = ProbeRules(2.0, 60.0, longest)
    rules.leaves(0.0)
    rules.began(4.0)
    rests: list[float] = []
    for _ in range(9):
        began_s = rules.due_s()
        probed(rules, began_s)
        rests.append((rules.due_s() - began_s) / 1.2)
    assert rests == sorted(rests, reverse=True)
    assert rests[0] == pytest.approx(KEPT_OF_REST * 200)
    assert rests[-1] == pytest.approx(60)
