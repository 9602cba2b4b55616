"""Locks between the centre's processes that share one SQLite file: who writes, and which keys are being worked on.

Both die with their process. PostgreSQL needs neither: it has row locks and advisory locks (kiosk.central.database).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.central.refusals import Refusal

WAIT_S = 10.0
POLL_S = 0.001


class BusyError(Exception):
    """The lock was not free in time."""


class WriterLock:
    """At most one connection of all processes writes, or checkpoints, at any moment.

    SQLite's own write lock would serialize commits too, but not the checkpoint after them: SQLite 3.7.0 to 3.51.2 can
    lose a commit when one connection checkpoints while another writes (sqlite.org/wal.html#the_wal_reset_bug), and
    Python brings such a version. `path` None: nothing to guard, `hold` is free.
    """

    def __init__(self, path: Path | None) -> None:
        self._thread = threading.Lock()
        self._file = _open(path)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold it; BusyError after WAIT_S."""
        if self._file is None:
            yield
            return
        ends = time.monotonic() + WAIT_S
        if not self._thread.acquire(timeout=WAIT_S):
            raise BusyError
        try:
            self._lock_file(self._file, ends)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._thread.release()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lock_file(self, file: int, ends: float) -> None:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= ends:
                    raise BusyError from None
                time.sleep(POLL_S)
            else:
                return


class KeysAtWork:
    """Keys that some thread of this machine is working on now: a byte of a file for each, locked while it lasts."""

    def __init__(self, path: Path | None = None) -> None:
        self._keys: set[str] = set()
        self._lock = threading.Lock()
        self._file = _open(path)

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Hold a key; Refusal 409 when somebody else holds it."""
        with self._lock:
            if key in self._keys or not self._take(key):
                raise Refusal(409, "in_progress", {"Retry-After": "1"})
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)
                self._give_back(key)

    def close(self) -> None:
        """Let go of the file, and with it of every key."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take(self, key: str) -> bool:
        if self._file is None:
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
        except OSError:
            return False
        return True

    def _give_back(self, key: str) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place(key))


def _place(key: str) -> int:
    """A byte of the (empty) file, far beyond its end: locks may lie there."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 2


def _open(path: Path | None) -> int | None:
    if path is None:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
