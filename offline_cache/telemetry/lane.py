"""The telemetry lane: reports the terminal's state, and carries out what operators order in the answer.

A thread of its own, so that a report that fails or hangs holds up no transaction. Not responsible for when
(`rules`), for what is told (`report`), nor for what an order does (outbox.orders).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.ipc import Cancelled, Control, DeadlineExceeded
from offline_cache.clock import Clock
from offline_cache.contract import LineState, Outcome, TransactionState
from offline_cache.errors import CentreError, StoreUnavailable
from offline_cache.line import wire
from offline_cache.line.central import Centre
from offline_cache.outbox.schedule import Draw
from offline_cache.owner import Owner
from offline_cache.store import Store
from offline_cache.telemetry.report import Surroundings, report
from offline_cache.telemetry.rules import TelemetryRules

log = logging.getLogger(__name__)

REPORT_WITHIN_S = 20.0
STORE_WITHIN_S = 30.0
IDLE_S = 300.0


class Telemetry:
    """`around` says what the store's tables do not know; `on_outcome` hears what orders did to transactions."""

    def __init__(
        self, owner: Owner, centre: Centre, clock: Clock, draw: Draw, around: Callable[[], Surroundings]
    ) -> None:
        self._owner, self._centre, self._clock, self._around = owner, centre, clock, around
        self._rules = TelemetryRules(draw)
        self._changed = threading.Condition()
        self._closing = False
        self._control: Control | None = None
        self.on_outcome: Callable[[Outcome], None] = lambda outcome: None
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)

    def start(self) -> None:
        """Begin to report."""
        self._thread.start()

    def close(self, within_s: float = 3.0) -> None:
        """Stop."""
        with self._changed:
            self._closing = True
            if self._control is not None:
                self._control.cancel()
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def line_changed(self, before: LineState, now: LineState) -> None:
        """The line changed."""
        with self._changed:
            if now is LineState.OFFLINE:
                self._rules.line_lost()
            elif before is LineState.OFFLINE:
                self._rules.line_returned(self._clock.monotonic_s())
            self._changed.notify_all()

    def heard(self, outcome: Outcome) -> None:
        """A transaction reached another state: a person should see soon what was quarantined."""
        if outcome.state is TransactionState.QUARANTINED:
            self._news()

    def report(self, control: Control) -> None:
        """Report once. Raises CentreError, StoreUnavailable, DeadlineExceeded, Cancelled."""
        around = self._around()
        status = self._owner.run(lambda store: report(store, around), control)
        answer = self._centre.report(status, control)
        outcomes = self._owner.run(lambda store: _settle(store, status, answer), Control(STORE_WITHIN_S))
        for outcome in outcomes:
            log.info("transaction %s: %s by order", outcome.transaction_id, outcome.state)
            self.on_outcome(outcome)
        if answer.orders:
            self._news()

    def _news(self) -> None:
        with self._changed:
            self._rules.news(self._clock.monotonic_s())
            self._changed.notify_all()

    def _run(self) -> None:
        while self._wait_for_turn():
            began_s = self._clock.monotonic_s()
            taken = self._try()
            with self._changed:
                now_s = self._clock.monotonic_s()
                self._rules.ended(now_s, taken=taken, took_s=now_s - began_s)

    def _try(self) -> bool:
        with self._changed:
            self._control = control = Control(REPORT_WITHIN_S)
            if self._closing:
                return False
        try:
            self.report(control)
        except (CentreError, StoreUnavailable, DeadlineExceeded, Cancelled) as error:
            log.info("report put off: %s", str(error) or type(error).__name__)
            return False
        return True

    def _wait_for_turn(self) -> bool:
        """Wait until a report is due; False when closing."""
        with self._changed:
            while not self._closing:
                left_s = self._rules.due_s - self._clock.monotonic_s()
                if left_s <= 0:
                    break
                self._changed.wait(min(left_s, IDLE_S))
            return not self._closing


def _settle(store: Store, told: wire.Status, answer: wire.StatusAnswer) -> tuple[Outcome, ...]:
    store.orders.reported(told.done)
    return store.orders.carry_out(answer.orders)
