"""Takes what is due to the centre, lane by lane and a batch at a time, and writes down what came of it.

The order that keeps the promise: *sending* is committed for a whole batch before the socket opens; an answer
counts only once it is committed; what happened in between is unknown, and is resolved by sending the same key
again. While the line is known to be dead nothing is tried; the probe finds out when it is back.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from kiosk.ipc import Cancelled, Control, DeadlineExceeded
from offline_cache.contract import LineState, Outcome
from offline_cache.errors import StoreUnavailable
from offline_cache.line.central import Centre
from offline_cache.line.probe import LineWatch
from offline_cache.outbox.batches import BatchSize
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.schedule import Lane, Verdict, VerdictKind
from offline_cache.owner import Owner

log = logging.getLogger(__name__)

SEND_WITHIN_S = 60.0
STORE_WITHIN_S = 30.0
IDLE_S = 300.0
STORE_TROUBLE_S = 2.0


class LaneSender:
    """One lane's thread. `on_outcome` hears of every recorded step; `on_verdict` of every answer."""

    def __init__(self, lane: Lane, owner: Owner, centre: Centre, line: LineWatch) -> None:
        self._lane, self._owner, self._centre, self._line = lane, owner, centre, line
        self._wake = threading.Event()
        self._closing = False
        self._control: Control | None = None
        self._size = BatchSize()
        self.on_outcome: Callable[[Outcome], None] = lambda outcome: None
        self.on_verdict: Callable[[Verdict], None] = lambda verdict: None
        self._thread = threading.Thread(target=self._run, name=f"send-{lane}", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def line_returned(self) -> None:
        """There is a line again: begin."""
        self._size.line_returned()
        self._wake.set()

    def wake(self) -> None:
        """Something changed: a new transaction, the line, an operator's wish."""
        self._wake.set()

    def close(self, within_s: float = 3.0) -> None:
        """Stop; what is being sent stays *sending*, and is unknown at the next start."""
        self._closing = True
        if self._control is not None:
            self._control.cancel()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def _run(self) -> None:
        while not self._closing:
            self._wake.clear()
            wait_s = self._step()
            if wait_s > 0:
                self._wake.wait(wait_s)

    def _step(self) -> float:
        """Send what is due; seconds until there may be more to do."""
        if self._line.state is LineState.OFFLINE:
            return IDLE_S
        try:
            most = self._size.most
            due = self._owner.run(lambda store: store.delivery.take_batch(self._lane, most), Control(STORE_WITHIN_S))
            if due is None:
                return IDLE_S
            if isinstance(due, float):
                return min(due, IDLE_S)
            return self._send(due)
        except (StoreUnavailable, DeadlineExceeded) as error:
            log.warning("lane %s waits for the store: %s", self._lane, error)
            return STORE_TROUBLE_S
        except Cancelled:
            return IDLE_S

    def _send(self, due: Sequence[Due]) -> float:
        self._control = Control(SEND_WITHIN_S)
        if self._closing:
            raise Cancelled
        if due[0].expired:
            answer = self._centre.ask_for(due[0].id, due[0].body, self._control)
        else:
            answer = self._centre.send([(one.id, one.media_type, one.body) for one in due], self._control)
        self._size.ended(answer.end, len(due))
        answered, together = list(zip(due, answer.verdicts, strict=True)), self._size.most
        outcomes = self._owner.run(
            lambda store: store.delivery.record_batch(answered, together), Control(STORE_WITHIN_S)
        )
        for (one, verdict), outcome in zip(answered, outcomes, strict=True):
            log.info("transaction %s: %s after attempt %d", one.id, verdict.kind, one.attempts)
            self.on_verdict(verdict)
            self.on_outcome(outcome)
        return 0.0


def barred(verdict: Verdict) -> bool | None:
    """Whether the centre bars this terminal: True, False, or None when the verdict says nothing about it."""
    if verdict.kind is VerdictKind.TERMINAL_BARRED:
        return True
    return False if verdict.status else None
