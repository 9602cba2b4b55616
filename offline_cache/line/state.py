"""The state of the line, from exchanges with the centre. Pure: no clock, no socket.

    offline ──one answer──► online (or slow, if that answer was slow)
    online, slow ──two failures in a row──► offline
    online ──two slow answers in a row──► slow ──two quick answers in a row──► online

Two failures, because one call may fail for its own sake: whoever sees the first asks for a probe at once
(offline_cache.line.probe), and the probe's failure is the second.
"""

from __future__ import annotations

from offline_cache.contract import LineState

IN_A_ROW = 2


class LineMeter:
    """Turns answers and failures into a state. `slow_s`: an answer that took longer is slow."""

    def __init__(self, slow_s: float) -> None:
        self._slow_s = slow_s
        self._failures = 0
        self._contrary = 0  # answers in a row that speak for the other of online and slow
        self.state = LineState.OFFLINE

    def answered(self, took_s: float) -> LineState:
        """The centre answered after `took_s` seconds; the state now."""
        self._failures = 0
        seen = LineState.SLOW if took_s > self._slow_s else LineState.ONLINE
        self._contrary = self._contrary + 1 if seen is not self.state else 0
        if self.state is LineState.OFFLINE or self._contrary >= IN_A_ROW:
            self.state, self._contrary = seen, 0
        return self.state

    def failed(self) -> LineState:
        """An exchange failed; the state now."""
        self._failures += 1
        self._contrary = 0
        if self._failures >= IN_A_ROW:
            self.state = LineState.OFFLINE
        return self.state
