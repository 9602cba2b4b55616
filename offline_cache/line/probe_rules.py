"""When the line is probed, and what its exchanges say of it. Pure: time and chance come from outside, no thread.

What the production thread (offline_cache.line.probe) and a simulated fleet both decide by. Terminals that lost the line
together must not come back together: the wait between two probes is drawn.
"""

from __future__ import annotations

from offline_cache.contract import LineState
from offline_cache.line.state import LineMeter
from offline_cache.outbox.schedule import CAP_S, Draw

PROBE_GAP_S = 0.5
"""The least time between two probes, however often somebody asks."""
REST_FOR_EACH = 50.0
"""What took long is not repeated before so many times as long: a centre that is slow is not made slower."""
KEPT_OF_REST = 0.85
"""Of that rest after the next one, however quick: one good answer does not bring the whole fleet back."""


class Rest:
    """How long one kind of request leaves a centre alone that takes long to answer it."""

    def __init__(self) -> None:
        self._rest_s = 0.0

    def after(self, took_s: float) -> float:
        """Seconds, after a request that took this long, answered or not."""
        self._rest_s = min(CAP_S, max(REST_FOR_EACH * took_s, KEPT_OF_REST * self._rest_s))
        return self._rest_s


SPARED = 4
"""Polls that other exchanges can make unnecessary, one after another. Not more: at a probe the duties of a contact take
their turn (offline_cache.line.contact), and a report each minute would put them off for ever."""


class ProbeRules:
    """The line's state, and the moments of its probes. `began` each wait first, then ask `due_s`."""

    def __init__(self, slow_s: float, poll_s: float, draw: Draw) -> None:
        self._meter = LineMeter(slow_s)
        self._poll_s, self._draw = poll_s, draw
        self._heard_s = -float("inf")
        self._began_s = self._ends_s = 0.0
        self._left_s: float | None = None
        self._rest = Rest()
        self._asked = True  # the first probe comes at once
        self._gap_s = 0.0
        self.within_s = max(3.0, 2 * slow_s)
        """How long a probe may take."""

    @property
    def state(self) -> LineState:
        """The state now."""
        return self._meter.state

    def heard(self, took_s: float | None, now_s: float) -> LineState:
        """An exchange ended at `now_s` after `took_s` seconds, or failed (None); the state now."""
        if took_s is not None:
            self._heard_s = now_s
            return self._meter.answered(took_s)
        state = self._meter.failed()
        # The probe that follows tells a dead line from one bad call.
        self._asked = self._asked or state is not LineState.OFFLINE
        return state

    def ask(self) -> None:
        """Somebody waits for the line: do not wait for the next poll."""
        self._asked = True

    def began(self, now_s: float) -> None:
        """A wait for the next probe begins, because the one before has ended."""
        took_s = 0.0 if self._left_s is None else now_s - self._left_s
        self._began_s, self._left_s = now_s, None
        self._ends_s = now_s + max(self._poll_s, self._rest.after(took_s)) * self._draw(0.8, 1.2)

    def due_s(self) -> float:
        """When the next probe is to leave, as things stand; it may change whenever something was heard or asked."""
        if self._asked:
            return self._began_s + self._gap_s
        return min(max(self._ends_s, self._heard_s + self._poll_s), self._ends_s + SPARED * self._poll_s)

    def leaves(self, now_s: float) -> None:
        """The probe leaves now."""
        self._left_s = now_s
        self._gap_s = min(PROBE_GAP_S, self._poll_s)
        self._asked = False
