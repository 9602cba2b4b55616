"""Notices of a process that floods are taken at a walking pace; those of a well one at once."""

from __future__ import annotations

from kiosk.ipc.pace import A_SECOND, AT_ONCE, Pace


def test_a_burst_is_taken_at_once_and_what_follows_at_the_pace() -> None:
    pace, now = Pace(0.0), 0.0
    assert [pace.take(now) for _ in range(AT_ONCE)] == [0.0] * AT_ONCE
    for _ in range(500):
        now += pace.take(now)
    assert abs(now - 500 / A_SECOND) < 0.1


def test_a_pause_fills_the_bucket_but_never_over_its_brim() -> None:
    pace = Pace(0.0)
    for _ in range(AT_ONCE):
        pace.take(0.0)
    assert [pace.take(1000.0) for _ in range(AT_ONCE)] == [0.0] * AT_ONCE
    assert pace.take(1000.0) > 0
