"""Deadline and cancel token: what every wait in this system carries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Cancelled(Exception):
    """The command's owner asked for it to stop."""


class DeadlineExceeded(Exception):
    """The command did not finish in its time."""


class Control:
    """Deadline and cancel token of one command, handed to the code that carries it out.

    `emit` sends an event to the command's owner. Waiting is done with `wait`, never with `time.sleep`.
    """

    def __init__(
        self,
        within_s: float,
        emit: Callable[[object], None] = lambda event: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._ends_at = clock() + within_s
        self._cancelled = threading.Event()
        self.emit = emit

    @property
    def remaining_s(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._ends_at - self._clock())

    @property
    def cancelled(self) -> bool:
        """Whether the owner asked to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the command to stop."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise `Cancelled` or `DeadlineExceeded` when the command should not go on."""
        if self._cancelled.is_set():
            raise Cancelled
        if self.remaining_s <= 0:
            raise DeadlineExceeded

    def wait(self, seconds: float) -> None:
        """Wait up to `seconds`, the deadline or the cancel token, whichever comes first; then `check`."""
        self._cancelled.wait(min(seconds, self.remaining_s))
        self.check()
