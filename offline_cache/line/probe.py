"""Keeps the line's state true: hears of every exchange, and asks for the centre's health in silence.

Not responsible for the rules: of the states (`state`), of when to probe (`probe_rules`).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from kiosk.ipc import Cancelled, Control
from offline_cache.clock import Clock
from offline_cache.contract import LineState
from offline_cache.errors import CentreError
from offline_cache.line.probe_rules import ProbeRules
from offline_cache.outbox.schedule import Draw

Ask = Callable[[Control], object]
"""One request for the centre's health; raises CentreError."""


class LineWatch:
    """The line's state, and the thread that probes it. `on_change(before, now)` runs where that was seen."""

    def __init__(self, slow_s: float, poll_s: float, clock: Clock, draw: Draw) -> None:
        self._rules = ProbeRules(slow_s, poll_s, draw)
        self._clock = clock
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._control: Control | None = None
        self._closing = False
        self._thread: threading.Thread | None = None
        self.on_change: Callable[[LineState, LineState], None] = lambda before, now: None

    @property
    def state(self) -> LineState:
        """The state now."""
        with self._lock:
            return self._rules.state

    def observe(self, took_s: float | None) -> None:
        """An exchange ended after `took_s` seconds, or failed (None)."""
        with self._lock:
            before = self._rules.state
            now = self._rules.heard(took_s, self._clock.monotonic_s())
            self._changed.notify_all()
        if now is not before:
            self.on_change(before, now)

    def probe_now(self) -> None:
        """Somebody waits for the line: do not wait for the next poll."""
        with self._lock:
            self._rules.ask()
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
            control = Control(self._rules.within_s)
            with self._lock:
                self._control = control
                if self._closing:
                    return
            with contextlib.suppress(CentreError, Cancelled):
                ask(control)  # the exchange itself reports to `observe`

    def _wait_for_turn(self) -> bool:
        """Wait until a probe is asked for or nothing was heard for `poll_s`; False when closing."""
        with self._lock:
            self._rules.began(self._clock.monotonic_s())
            while not self._closing:
                left_s = self._rules.due_s() - self._clock.monotonic_s()
                if left_s <= 0:
                    break
                self._changed.wait(left_s)
            self._rules.leaves(self._clock.monotonic_s())
            return not self._closing
