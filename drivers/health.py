"""The history of one device: what failed, how often, how long between outages. Kept across lives of its host.

Not responsible for what is told now (drivers.publication). The file holds error kinds, hints and times, never
personal data; a file that cannot be read is begun anew, since a history must not keep a device from working.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from drivers.contract.errors import DeviceError
from drivers.contract.health import DeviceHealth, PastFailure

KEPT = 20
COMMANDS, FAILURES, OUTAGES, STARTS = "commands", "failures", "outages", "starts"


class _Saved(msgspec.Struct):
    """What the file holds; outages are counted from the first to the last, seconds since 1970."""

    failures: list[PastFailure] = []
    counters: dict[str, int] = {}
    first_outage: float = 0.0
    last_outage: float = 0.0


class History:
    """Safe to use from the host's threads. `clock` gives seconds since 1970; `path` None keeps it in memory."""

    def __init__(self, clock: Callable[[], float], path: Path | None = None) -> None:
        self._clock, self._path = clock, path
        self._lock = threading.Lock()
        self._saved = _load(path)

    def started(self) -> None:
        """The host began a life."""
        self._note(STARTS)

    def carried_out(self) -> None:
        """A command was completed, well or not. Not written at once: failures and starts are."""
        with self._lock:
            self._count(COMMANDS)

    def failed(self, error: DeviceError) -> None:
        """A command failed; the same kind in a row is one entry that counts."""
        with self._lock:
            self._count(FAILURES)
            self._remember(error.kind, error.hint)
            self._save()

    def outage(self, kind: str, hint: str) -> None:
        """The device went offline, whoever noticed."""
        with self._lock:
            now = self._clock()
            self._saved.first_outage = self._saved.first_outage or now
            self._saved.last_outage = now
            self._count(OUTAGES)
            self._remember(kind, hint)
            self._save()

    def read(self) -> DeviceHealth:
        """The history as it stands."""
        with self._lock:
            saved = self._saved
            outages = saved.counters.get(OUTAGES, 0)
            between = (saved.last_outage - saved.first_outage) / (outages - 1) if outages > 1 else None
            return DeviceHealth(tuple(saved.failures), dict(saved.counters), between)

    def _note(self, counter: str) -> None:
        with self._lock:
            self._count(counter)
            self._save()

    def _count(self, counter: str) -> None:
        self._saved.counters[counter] = self._saved.counters.get(counter, 0) + 1

    def _remember(self, kind: str, hint: str) -> None:
        kept = self._saved.failures
        times = 1
        if kept and kept[0].kind == kind:
            times += kept.pop(0).times
        kept.insert(0, PastFailure(kind, self._clock(), times, hint))
        del kept[KEPT:]

    def _save(self) -> None:
        if self._path is None:
            return
        beside = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):  # a full disk must not stop a printer
            beside.write_bytes(msgspec.json.encode(self._saved))
            os.replace(beside, self._path)


def _load(path: Path | None) -> _Saved:
    if path is None:
        return _Saved()
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Saved)
    except (OSError, ValueError, msgspec.DecodeError):  # ValidationError is a DecodeError
        return _Saved()
