"""Business time is the centre's signed time carried on by the monotonic clock, whatever the wall clock does."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from offline_cache.store import Store
from offline_cache.trust.trusted_time import LONGEST_AWAY_S, SUSPECT_S, TrustedTime
from tests.offline.conftest import HandClock

YEAR = datetime.timedelta(days=365)


@pytest.fixture
def time(clock: HandClock) -> TrustedTime:
    return TrustedTime(clock, "this-boot")


def test_before_any_contact_it_is_the_wall_clock_and_nobody_vouches(time: TrustedTime, clock: HandClock) -> None:
    assert time.utc() == clock.utc()
    assert not time.vouched
    assert not time.suspect


@pytest.mark.parametrize("years", [-10, -1, 1, 10])
def test_a_wall_clock_that_jumps_changes_nothing_but_is_suspect(
    time: TrustedTime, clock: HandClock, years: int
) -> None:
    signed = clock.utc()
    time.hear(signed.timestamp())
    clock.pass_s(30)
    clock.wall += years * YEAR
    assert time.utc() == signed + datetime.timedelta(seconds=30)
    assert time.vouched
    assert time.suspect


def test_daylight_saving_and_small_steps_are_not_suspect(time: TrustedTime, clock: HandClock) -> None:
    time.hear(clock.utc().timestamp())
    clock.wall -= datetime.timedelta(seconds=SUSPECT_S - 1)  # time zones and their rules are not in UTC
    assert not time.suspect
    clock.wall -= datetime.timedelta(seconds=2)
    assert time.suspect


def test_the_centre_s_time_may_go_back_too(time: TrustedTime, clock: HandClock) -> None:
    time.hear((clock.utc() + YEAR).timestamp())
    assert time.utc() == clock.utc() + YEAR
    time.hear(clock.utc().timestamp())
    assert time.utc() == clock.utc()


def reopened(opened: Callable[[], Store], clock: HandClock, before: TrustedTime, boot: str) -> TrustedTime:
    """What another start knows."""
    database = opened().database
    with database.transaction():
        before.keep(database)
    after = TrustedTime(clock, boot)
    after.load(database)
    return after


def test_after_a_restart_in_the_same_boot_it_goes_on(
    time: TrustedTime, clock: HandClock, opened: Callable[[], Store]
) -> None:
    signed = clock.utc()
    time.hear(signed.timestamp())
    clock.pass_s(10)
    clock.wall -= 3 * YEAR
    after = reopened(opened, clock, time, "this-boot")
    assert after.utc() == signed + datetime.timedelta(seconds=10)
    assert after.vouched


def test_after_a_boot_it_is_never_before_the_last_signed_time_and_not_vouched_for(
    time: TrustedTime, clock: HandClock, opened: Callable[[], Store]
) -> None:
    signed = clock.utc()
    time.hear(signed.timestamp())
    clock.jump_years(-10)
    after = reopened(opened, clock, time, "next-boot")
    assert after.utc() == signed
    assert not after.vouched
    assert after.suspect
    clock.wall = signed + datetime.timedelta(days=30)
    assert after.utc() == clock.wall
    assert not after.suspect
    clock.wall = signed + datetime.timedelta(seconds=LONGEST_AWAY_S + 1)
    assert after.suspect


def test_it_is_kept_on_disk_now_and_then_only(time: TrustedTime, clock: HandClock, opened: Callable[[], Store]) -> None:
    now_s = clock.utc().timestamp()
    assert time.hear(now_s)
    database = opened().database
    with database.transaction():
        time.keep(database)
    assert not time.hear(now_s + 299)
    assert time.hear(now_s + 301)
