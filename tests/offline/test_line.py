"""The state of the line from answers and failures."""

from __future__ import annotations

import threading

from kiosk.ipc import Control
from offline_cache.clock import SystemClock
from offline_cache.contract import LineState
from offline_cache.errors import NoLine
from offline_cache.line.probe import LineWatch
from offline_cache.line.state import LineMeter
from tests.offline.conftest import shortest


def test_it_is_offline_until_the_centre_has_answered() -> None:
    assert LineMeter(2.0).state is LineState.OFFLINE


def test_one_answer_brings_it_back() -> None:
    assert LineMeter(2.0).answered(0.1) is LineState.ONLINE
    assert LineMeter(2.0).answered(2.1) is LineState.SLOW


def test_one_failure_does_not_make_it_offline_two_in_a_row_do() -> None:
    meter = LineMeter(2.0)
    meter.answered(0.1)
    assert meter.failed() is LineState.ONLINE
    meter.answered(0.1)
    assert meter.failed() is LineState.ONLINE
    assert meter.failed() is LineState.OFFLINE


def test_one_slow_answer_does_not_make_it_slow_two_in_a_row_do_and_two_quick_ones_undo_it() -> None:
    meter = LineMeter(2.0)
    meter.answered(0.1)
    assert meter.answered(3.0) is LineState.ONLINE
    assert meter.answered(0.1) is LineState.ONLINE
    assert meter.answered(3.0) is LineState.ONLINE
    assert meter.answered(3.0) is LineState.SLOW
    assert meter.answered(0.1) is LineState.SLOW
    assert meter.answered(0.1) is LineState.ONLINE


def test_a_failed_call_is_followed_by_a_probe_that_tells_a_dead_line_from_one_bad_call() -> None:
    watch = LineWatch(2.0, 60.0, SystemClock(), shortest)
    probes: list[int] = []
    second = threading.Event()

    def ask(control: Control) -> None:
        probes.append(1)
        watch.observe(0.01)
        if len(probes) == 2:
            second.set()

    watch.start(ask)
    watch.observe(None)
    assert second.wait(5)
    assert watch.state is LineState.ONLINE
    watch.close()


def test_two_failing_probes_make_it_offline_and_the_change_is_told_once() -> None:
    watch = LineWatch(2.0, 0.01, SystemClock(), shortest)
    changes: list[tuple[LineState, LineState]] = []
    offline = threading.Event()

    def changed(before: LineState, now: LineState) -> None:
        changes.append((before, now))
        if now is LineState.OFFLINE:
            offline.set()

    def ask(control: Control) -> None:
        watch.observe(None)
        raise NoLine("no_connection")

    watch.on_change = changed
    watch.observe(0.1)
    watch.start(ask)
    assert offline.wait(5)
    watch.close()
    assert changes == [
        (LineState.OFFLINE, LineState.ONLINE),
        (LineState.ONLINE, LineState.OFFLINE),
    ]


def test_closing_does_not_wait_for_a_silent_centre() -> None:
    watch = LineWatch(2.0, 60.0, SystemClock(), shortest)
    began, ended = threading.Event(), threading.Event()

    def ask(control: Control) -> None:
        began.set()
        try:
            control.wait(30)
        finally:
            ended.set()

    watch.start(ask)
    assert began.wait(5)
    watch.close()
    assert ended.is_set()
