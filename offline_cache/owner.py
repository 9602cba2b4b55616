"""The thread that owns the store: all work on the database happens here, one piece after another.

After the first error of the disk the store is closed: nothing is accepted until it was opened again and
checked whole, which is tried when there is work, at growing intervals. A file that cannot be read is never
written over.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from kiosk.ipc import Control, DeadlineExceeded
from offline_cache.chains.journal import JournalEvent
from offline_cache.clock import Clock
from offline_cache.errors import StoreUnavailable
from offline_cache.store import Store

log = logging.getLogger(__name__)
_T = TypeVar("_T")

REOPEN_FIRST_S, REOPEN_CAP_S = 0.5, 30.0
IDLE_S = 1.0


class Owner:
    """Runs pieces of work on the open store, on its own thread."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        clock: Clock,
        *,
        busy: Callable[[], str] = lambda: "",
        make_room: Callable[[], bool] = lambda: False,
        idle_s: float = IDLE_S,
    ) -> None:
        """`busy` says why nothing can be done now; `make_room` frees what is kept back of a full disk."""
        self._open_store, self._busy, self._make_room, self._idle_s = open_store, busy, make_room, idle_s
        self._clock = clock
        self._work: queue.SimpleQueue[tuple[Callable[[Store], Any], str, Future[Any]] | None] = queue.SimpleQueue()
        self._store: Store | None = None
        self._trouble: StoreUnavailable | None = None
        self._reopen_at_s, self._reopen_wait_s = 0.0, REOPEN_FIRST_S
        self._doubtful: list[str] = []
        self._made_room = False
        self._thread = threading.Thread(target=self._run, name="store-owner", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Store], _T], control: Control, promise: str = "") -> _T:
        """Run `work(store)` on the owner's thread and give back what it returns or raises.

        `promise` names the transaction that must not be sent if `work` fails on the disk. Raises
        StoreUnavailable, and DeadlineExceeded: work that has not begun by then never will.
        """
        control.check()
        if reason := self._busy():
            raise StoreUnavailable(reason)
        future: Future[Any] = Future()
        self._work.put((work, promise, future))
        try:
            return future.result(control.remaining_s)  # type: ignore[no-any-return]  # one queue for every type
        except FutureTimeout:
            future.cancel()
            raise DeadlineExceeded from None

    def close(self, within_s: float = 5.0) -> None:
        """Finish what was asked for, close the store, end the thread."""
        self._work.put(None)
        self._thread.join(within_s)

    def _run(self) -> None:
        while True:
            try:
                item = self._work.get(timeout=self._idle_s)
            except queue.Empty:
                self._tidy()
                continue
            if item is None:
                break
            work, promise, future = item
            if future.set_running_or_notify_cancel():
                self._carry_out(work, promise, future)
        if self._store is not None:
            self._store.close()

    def _tidy(self) -> None:
        """Nobody waits: move the write-ahead log into the file and give its room back."""
        if self._store is not None and self._store.database.log_bytes():
            try:
                self._store.database.checkpoint()
            except StoreUnavailable as error:
                self._close_after(error, "")

    def _carry_out(self, work: Callable[[Store], Any], promise: str, future: Future[Any]) -> None:
        try:
            future.set_result(work(self._opened()))
        except StoreUnavailable as error:
            self._close_after(error, promise)
            future.set_exception(error)
        except BaseException as error:  # it belongs to whoever asked: theirs to describe or to die of
            future.set_exception(error)

    def _opened(self) -> Store:
        if self._store is None:
            if self._trouble is not None and self._clock.monotonic_s() < self._reopen_at_s:
                raise self._trouble
            self._store = self._open_store()
            log.info("store open")
            if self._made_room:
                self._store.note(JournalEvent.RESERVE_USED)
                self._made_room = False
            while self._doubtful:
                self._store.outbox.withdraw(self._doubtful[-1])
                self._doubtful.pop()
            self._trouble, self._reopen_wait_s = None, REOPEN_FIRST_S
        return self._store

    def _close_after(self, error: StoreUnavailable, promise: str) -> None:
        if error is self._trouble:
            return  # the answer while the store is closed; not a new failure
        log.error("store closed: %s", error)
        if self._store is not None:
            if promise:
                self._doubtful.append(promise)
            self._store.close()
            self._store = None
        self._trouble = error
        self._reopen_at_s = self._clock.monotonic_s() + self._reopen_wait_s
        self._reopen_wait_s = min(REOPEN_CAP_S, 2 * self._reopen_wait_s)
        if error.reason == "disk_full" and self._make_room():
            self._made_room = True
            self._reopen_at_s = self._clock.monotonic_s()
