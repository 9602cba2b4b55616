"""Events in order of time. The clock stands still while one is carried out, and jumps to the next."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

Action = Callable[[], None]


class Timeline:
    """A virtual clock and its events. Events of the same moment run in the order they were asked for."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._events: list[tuple[float, int, Action]] = []
        self._order = itertools.count()

    def at(self, when_s: float, action: Action) -> None:
        """Do this at `when_s`, or now if that has passed."""
        heapq.heappush(self._events, (max(when_s, self.now_s), next(self._order), action))

    def run(self, until_s: float, finished: Callable[[], bool] = lambda: False) -> None:
        """Carry events out until there are none before `until_s`, or `finished` says so after one."""
        while self._events and self._events[0][0] <= until_s:
            self.now_s, _, action = heapq.heappop(self._events)
            action()
            if finished():
                return
        self.now_s = max(self.now_s, until_s)
