"""One process at a time prints on a printer: what another one is following must not be taken for a forgotten job.

An abstract Unix socket is the lock: no file is left behind, and the kernel lets go of it when its owner dies.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.ipc import Control

LOOK_EVERY_S = 0.1


class PrinterLock:
    """The lock of the printer at `url`; a `shared` printer has none."""

    def __init__(self, url: str, shared: bool = False) -> None:
        self._name = "" if shared else "\0doorstep-printer-" + hashlib.sha256(url.encode()).hexdigest()[:32]

    @contextmanager
    def if_free(self) -> Iterator[bool]:
        """Have it when nobody prints now; whether that is so."""
        taken = self._try()
        try:
            yield taken is not None
        finally:
            if taken is not None:
                taken.close()

    @contextmanager
    def held(self, control: Control) -> Iterator[None]:
        """Have the printer to oneself; waits for another's job to end."""
        while (taken := self._try()) is None:
            control.wait(LOOK_EVERY_S)
        try:
            yield
        finally:
            taken.close()

    def _try(self) -> socket.socket | None:
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if self._name:
                lock.bind(self._name)
        except OSError:
            lock.close()
            return None
        return lock
