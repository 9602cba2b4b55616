"""Watches one reader for as long as the driver lives, through every restart of the PC/SC service.

A thread with a context of its own waits for changes (SCardGetStatusChange, with PnP for readers that come and go),
begins again after any error, and tells what it sees. Not responsible for reading cards.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract.errors import DeviceError, DeviceOffline
from drivers.smart_card import pcsc

WAIT_S = 1.0
SILENT_AFTER_S = 3.0
"""A service that has not even said that nothing changed for so long hangs."""
OLD_THREADS_LIMIT = 8
FIRST_AGAIN_S, LAST_AGAIN_S = 0.1, 0.4


@dataclass(frozen=True)
class Sight:
    """What was seen last. `reader` is empty while there is none; then `trouble` says why."""

    reader: str = ""
    slot: pcsc.Slot | None = None
    trouble: DeviceError | None = None

    @property
    def card(self) -> bool:
        """Whether a card is in the reader."""
        return self.slot is not None and self.slot.present


class Monitor:
    """Looks for the reader whose name contains `wanted` (empty: any); `on_change` is called from its own thread."""

    def __init__(self, wanted: str, on_change: Callable[[Sight], None]) -> None:
        self._wanted, self._on_change = wanted, on_change
        self._changed = threading.Condition()
        self._sight: Sight | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._old: list[threading.Thread] = []
        self._heard_at = time.monotonic()

    def start(self) -> None:
        """Begin to watch; does nothing when it watches already, or when a hung service still holds old threads."""
        self._old = [thread for thread in self._old if thread.is_alive()]
        if self._thread is None and len(self._old) < OLD_THREADS_LIMIT:
            self._heard_at = time.monotonic()
            self._closing = threading.Event()
            self._thread = threading.Thread(
                target=self._run, args=(self._closing,), name="smart-card-monitor", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """Stop watching. The thread ends by itself within WAIT_S: SCardCancel blocks while a service hangs."""
        self._closing.set()
        if self._thread is not None:
            self._old.append(self._thread)
        self._thread = None
        with self._changed:
            self._sight = None

    def sight(self, within_s: float = 0.0) -> Sight | None:
        """What was seen last; waits up to `within_s` for the first sight. A service that hangs is trouble too."""
        with self._changed:
            self._changed.wait_for(lambda: self._sight is not None, within_s)
            if self._sight is not None and time.monotonic() - self._heard_at > SILENT_AFTER_S:
                return Sight(
                    trouble=DeviceOffline("the PC/SC service (pcscd) hangs: restart it", cause=pcsc.SERVICE_LOST)
                )
            return self._sight

    def wait_change(self, known: Sight | None, within_s: float) -> None:
        """Return when something else than `known` is seen, or after `within_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._sight != known, within_s)

    def _run(self, closing: threading.Event) -> None:
        again_s = FIRST_AGAIN_S
        while not closing.is_set():
            started = time.monotonic()
            try:
                self._watch(closing)
            except DeviceError as error:
                self._see(Sight(trouble=error), closing)
            if time.monotonic() - started > LAST_AGAIN_S:
                again_s = FIRST_AGAIN_S
            closing.wait(again_s)
            again_s = min(2 * again_s, LAST_AGAIN_S)

    def _watch(self, closing: threading.Event) -> None:
        """One life of the PC/SC service; ends with the DeviceError that ended it."""
        context = pcsc.Context()
        sight = Sight()
        try:
            while not closing.is_set():
                reader = next((name for name in context.readers() if self._wanted in name), "")
                if not reader:
                    sight = Sight(trouble=pcsc.failure(pcsc.NO_READERS))
                    self._see(sight, closing)
                    context.wait("", None, WAIT_S)
                    continue
                slot = context.wait(reader, sight.slot if sight.reader == reader else None, WAIT_S)
                self._heard_at = time.monotonic() if not closing.is_set() else self._heard_at
                if slot is not None:
                    sight = Sight(reader, slot)
                    self._see(sight, closing)
        finally:
            context.close()

    def _see(self, sight: Sight, closing: threading.Event) -> None:
        with self._changed:
            if closing.is_set():
                return
            before, self._sight = self._sight, sight
            self._heard_at = time.monotonic()
            self._changed.notify_all()
        if before is None or _told_apart(before) != _told_apart(sight):
            self._on_change(sight)


def _told_apart(sight: Sight) -> tuple[object, ...]:
    """What makes a sight news: an error is told by its cause, since no two exceptions are equal."""
    cause = sight.trouble.evidence.get("cause") if sight.trouble is not None else None
    return sight.reader, sight.slot, cause
