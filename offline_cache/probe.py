"""Keeps the line's state true: hears of every exchange, and asks for the centre's health in silence.

Not responsible for the rules of the states (offline_cache.line).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from kiosk.ipc import Cancelled, Control
from offline_cache.clock import Clock
from offline_cache.contract import LineState
from offline_cache.errors import CentreError
from offline_cache.line import LineMeter
from offline_cache.schedule import Draw

Ask = Callable[[Control], object]
"""One request for the centre's health; raises CentreError."""

PROBE_GAP_S = 0.5
"""The least time between two probes, however often somebody asks."""


class LineWatch:
    """The line's state, and the thread that probes it. `on_change(before, now)` runs where that was seen."""

    def __init__(self, slow_s: float, poll_s: float, clock: Clock, draw: Draw) -> None:
        self._meter = LineMeter(slow_s)
        self._probe_within_s = max(3.0, 2 * slow_s)
        self._poll_s, self._clock, self._draw = poll_s, clock, draw
        self._lock = threading.Lock()
        self._heard_s = -float("inf")
        self._changed = threading.Condition(self._lock)
        self._asked = True  # the first probe comes at once
        self._gap_s = 0.0
        self._control: Control | None = None
        self._closing = False
        self._thread: threading.Thread | None = None
        self.on_change: Callable[[LineState, LineState], None] = lambda before, now: None

    @property
    def state(self) -> LineState:
        """The state now."""
        with self._lock:
            return self._meter.state

    def observe(self, took_s: float | None) -> None:
        """An exchange ended after `took_s` seconds, or failed (None)."""
        with self._lock:
            before = self._meter.state
            if took_s is None:
                now = self._meter.failed()
                # The probe that follows tells a dead line from one bad call.
                self._asked = self._asked or (now is not LineState.OFFLINE)
            else:
                now = self._meter.answered(took_s)
                self._heard_s = self._clock.monotonic_s()
            self._changed.notify_all()
        if now is not before:
            self.on_change(before, now)

    def probe_now(self) -> None:
        """Somebody waits for the line: do not wait for the next poll."""
        with self._lock:
            self._asked = True
            self._changed.notify_all()

    def start(self, ask: Ask) -> None:
        """Begin to probe with `ask`."""
        self._thread = threading.Thread(target=self._run, args=(ask,), name="line", daemon=True)
        self._thread.start()

    def close(self, within_s: float = 2.0) -> None:
        """Stop probing."""
        with self._lock:
            self._closing = True
            if self._control is not None:
                self._control.cancel()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(within_s)

    def _run(self, ask: Ask) -> None:
        while self._wait_for_turn():
            control = Control(self._probe_within_s)
            with self._lock:
                self._control = control
                if self._closing:
                    return
            with contextlib.suppress(CentreError, Cancelled):
                ask(control)  # the exchange itself reports to `observe`

    def _wait_for_turn(self) -> bool:
        """Wait until a probe is asked for or nothing was heard for `poll_s`; False when closing."""
        # Terminals that lost the line together must not come back together.
        began_s = self._clock.monotonic_s()
        ends_s = began_s + self._poll_s * self._draw(0.8, 1.2)
        with self._lock:
            while not self._closing:
                earliest_s = max(ends_s, self._heard_s + self._poll_s)
                if self._asked:
                    earliest_s = began_s + self._gap_s
                left_s = earliest_s - self._clock.monotonic_s()
                if left_s <= 0:
                    break
                self._changed.wait(left_s)
            self._gap_s = min(PROBE_GAP_S, self._poll_s)
            self._asked = False
            return not self._closing
