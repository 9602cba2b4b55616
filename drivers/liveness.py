"""Signs of life of a host: given as long as what it began ends in its time (sd_notify: one datagram).

A host that is stopped gives none. One whose driver never comes back gives none either: every piece of work brings its
deadline, and one that is still at it OVERDUE_S later is a bug that only a new process cures. A command that may run
for minutes has a deadline minutes away, and does not look hung. A host that can open no descriptor any more serves
nobody either.
Not responsible for killing: whoever supervises does (kiosk.terminal.supervisor, or systemd).
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator

from kiosk.ipc import Control

log = logging.getLogger(__name__)
OVERDUE_S = 5.0
BEAT_EVERY_S = 1.0


class Liveness:
    """What this host is at. Safe to use from its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._works: dict[Control, tuple[str, float | None]] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def doing(self, name: str, control: Control) -> Iterator[None]:
        """Something that has to end by `control`'s deadline."""
        with self._lock:
            self._works[control] = (name, None)
        try:
            yield
        finally:
            with self._lock:
                del self._works[control]

    def overdue(self) -> str:
        """Which work should have ended OVERDUE_S ago, in words; empty when all is well."""
        now, found = self._clock(), ""
        with self._lock:
            for control, (name, since) in self._works.items():
                late_since = None if control.remaining_s > 0 else since if since is not None else now
                self._works[control] = (name, late_since)
                if late_since is not None and now - late_since > OVERDUE_S:
                    found = f"{name} does not end"
        return found


def give_signs(liveness: Liveness, done: threading.Event) -> None:
    """Beat until `done`; the target of a thread. Does nothing where nobody listens ($NOTIFY_SOCKET)."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    address, told = "\0" + path[1:] if path.startswith("@") else path, False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth:
        mouth.setblocking(False)
        while not done.is_set():
            if not (name := liveness.overdue() or _exhaustion()):
                with contextlib.suppress(OSError):
                    mouth.sendto(b"WATCHDOG=1", address)
            elif not told:
                log.critical("no more signs of life: %s", name)
            told = bool(name)
            done.wait(BEAT_EVERY_S)


def _exhaustion() -> str:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return f"no descriptor can be opened: {error.strerror}"
    return ""
