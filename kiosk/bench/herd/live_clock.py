"""A real clock with events, for one process of live terminals: everything about a terminal happens on one thread."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable

from kiosk.bench.herd.timeline import Action


class LiveClock:
    """Events at real moments (`terminal.Clock`); other threads may ask for some, too."""

    def __init__(self, zero_s: float) -> None:
        """`zero_s`: the moment of CLOCK_MONOTONIC that is 0 for every process of the run."""
        self._zero_s = zero_s
        self._events: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()

    @property
    def now_s(self) -> float:
        """Seconds since the run's zero."""
        return time.monotonic() - self._zero_s

    def at(self, when_s: float, action: Action) -> None:
        """Do this at `when_s`, or as soon as can be."""
        with self._changed:
            heapq.heappush(self._events, (when_s, next(self._order), action))
            self._changed.notify()

    def run(self, until_s: float, finished: Callable[[], bool]) -> None:
        """Carry events out until `finished`, or `until_s`."""
        while not finished() and self.now_s < until_s:
            action = self._next(until_s)
            if action is not None:
                action()

    def _next(self, until_s: float) -> Action | None:
        with self._changed:
            next_s = self._events[0][0] if self._events else until_s
            left_s = min(next_s, until_s) - self.now_s
            if left_s > 0:
                self._changed.wait(left_s)
                return None
            return heapq.heappop(self._events)[2] if self._events else None
