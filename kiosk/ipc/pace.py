"""How fast notices are taken from one process, so that one which floods slows only itself down. Pure."""

from __future__ import annotations

A_SECOND = 100.0
"""A keypad under both hands tells fewer than 20 times a second, a device's state changes more rarely still."""
AT_ONCE = 100


class Pace:
    """A bucket of AT_ONCE tokens that fills up by A_SECOND."""

    def __init__(self, now: float) -> None:
        self._tokens, self._at = float(AT_ONCE), now

    def take(self, now: float) -> float:
        """Take one; how many seconds to wait before it may be used. `now` is monotonic, in seconds."""
        self._tokens = min(float(AT_ONCE), self._tokens + (now - self._at) * A_SECOND) - 1
        self._at = now
        return max(0.0, -self._tokens / A_SECOND)
