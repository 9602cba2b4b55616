"""The three clocks of the store: what time it is, how long something took, and when to try again.

`utc` is what slips and records show; it may jump by years when the terminal's battery dies. Nothing is
ordered or scheduled by it: order comes from sequence numbers, and `schedule_s` moves with the monotonic clock
while the process lives. What a jump does to times kept on disk is repaired by `delivery` (see `wait_s`).
"""

from __future__ import annotations

import datetime
import functools
import time
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What the store reads time from; tests bring their own."""

    def utc(self) -> datetime.datetime:
        """The wall clock, aware, UTC."""

    def schedule_s(self) -> float:
        """Seconds near those since 1970 that never jump while the process lives."""

    def monotonic_s(self) -> float:
        """Seconds since an unknown moment of this boot."""


class SystemClock:
    """The machine's clocks."""

    def __init__(self) -> None:
        self._offset_s = time.time() - time.monotonic()

    def utc(self) -> datetime.datetime:
        """The wall clock, aware, UTC."""
        return datetime.datetime.now(datetime.UTC)

    def schedule_s(self) -> float:
        """The wall time of the process's start plus what has passed since."""
        return self._offset_s + time.monotonic()

    def monotonic_s(self) -> float:
        """CLOCK_MONOTONIC."""
        return time.monotonic()


def iso(moment: datetime.datetime) -> str:
    """`2026-11-23T04:05:06Z`: how moments are written in records, slips and requests."""
    utc = moment if moment.tzinfo is datetime.UTC else moment.astimezone(datetime.UTC)
    return utc.isoformat(timespec="seconds")[:19] + "Z"  # a tenth of strftime's time; five of them are in a promise


@functools.cache
def boot_id() -> str:
    """The kernel's id of this boot, beside which a monotonic time means something; empty where unknown."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
