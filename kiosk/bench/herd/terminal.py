"""One terminal of the fleet. It decides nothing itself: the rows, the line and the waits are judged by production code.

What is here is what the production threads do around those decisions (outbox.sync, outbox.delivery, process):
who wakes whom. Not responsible for how a request travels (`Line`).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kiosk.bench.herd.rows import Row
from kiosk.bench.herd.timeline import Action
from offline_cache.contract import LineState, TransactionState
from offline_cache.line.central import BatchAnswer
from offline_cache.line.probe_rules import ProbeRules
from offline_cache.outbox.batches import BatchSize, Candidate, portion
from offline_cache.outbox.schedule import Lane, VerdictKind, decide, drawn_once, return_delays_s
from offline_cache.outbox.sync import SEND_WITHIN_S
from offline_cache.telemetry.lane import REPORT_WITHIN_S
from offline_cache.telemetry.rules import TelemetryRules

Heard = Callable[[float | None, BatchAnswer], None]
"""(seconds that the exchange took, or None when it failed; what it came to)"""


Took = Callable[[float | None], None]
"""(seconds that the exchange took, or None when it failed)"""


Reported = Callable[[float | None, bool], None]
"""(seconds that the exchange took, or None when it failed; whether the centre took the report)"""


class Clock(Protocol):
    """When it is, and what is to be done later: virtual in a simulation, real on a live run."""

    @property
    def now_s(self) -> float:
        """Seconds."""

    def at(self, when_s: float, action: Action) -> None:
        """Do this at `when_s`, or now if that has passed."""


class Line(Protocol):
    """Carries requests to the centre; the answer comes later, in the order of the timeline."""

    def post(self, terminal: int, rows: Sequence[Row], within_s: float, heard: Heard) -> None:
        """Send these rows in one request."""

    def probe(self, terminal: int, within_s: float, heard: Took) -> None:
        """Ask whether the centre is there."""

    def report(self, terminal: int, within_s: float, heard: Reported) -> None:
        """Tell the centre how the terminal is."""


@dataclass(frozen=True)
class Habits:
    """What a terminal's profile says, and how long one entry is."""

    slow_s: float = 2.0
    poll_s: float = 60.0
    entry_bytes: int = 1200


class Terminal:
    """A terminal with its rows. `on_done` hears its number once every row has ended."""

    def __init__(self, number: int, rows: Sequence[Row], habits: Habits, clock: Clock, line: Line) -> None:
        self.number, self.rows = number, rows
        self._habits, self._clock, self._line = habits, clock, line
        self._random = random.Random(f"terminal {number}")  # noqa: S311 (a simulation must repeat)
        self._rules = ProbeRules(habits.slow_s, habits.poll_s, self._draw)
        self._telemetry = TelemetryRules(self._draw)
        self._reporting, self._report_left_s = False, 0.0
        self._sending: set[Lane] = set()
        self._sizes = {lane: BatchSize() for lane in Lane}
        self._probing = False
        self._open = list(rows)
        self.on_done: Callable[[int], None] = lambda number: None

    @property
    def done(self) -> bool:
        """Whether every row has ended."""
        return not self._open

    def start(self, phase_s: float) -> None:
        """Begin to probe at `phase_s`, and to send."""
        now_s = self._clock.now_s
        for row in self._open:
            row.next_at = row.captured_s
            if row.captured_s > now_s:
                self._clock.at(row.captured_s, self._captured)
        self._clock.at(now_s + phase_s, self._wait_for_probe)

    def _draw(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)

    # The probe's thread (offline_cache.line.probe).

    def _wait_for_probe(self) -> None:
        self._probing = False
        self._rules.began(self._clock.now_s)
        self._clock.at(self._rules.due_s(), self._perhaps_probe)

    def _perhaps_probe(self) -> None:
        if self._probing:
            return
        due_s = self._rules.due_s()
        if due_s > self._clock.now_s:
            self._clock.at(due_s, self._perhaps_probe)
            return
        self._rules.leaves(self._clock.now_s)
        self._probing = True
        self._line.probe(self.number, self._rules.within_s, self._probed)

    def _probed(self, took_s: float | None) -> None:
        self._observe(took_s)
        self._wait_for_probe()

    def _observe(self, took_s: float | None) -> None:
        before = self._rules.state
        due_s = self._rules.due_s()
        now = self._rules.heard(took_s, self._clock.now_s)
        if self._rules.due_s() < due_s and not self._probing:
            self._clock.at(self._rules.due_s(), self._perhaps_probe)
        if now is not before:
            self._tell_line(before, now)
            if before is LineState.OFFLINE:
                self._release()
                for size in self._sizes.values():
                    size.line_returned()
            self._wake()

    # The thread of the telemetry lane (offline_cache.telemetry.lane).

    def _tell_line(self, before: LineState, now: LineState) -> None:
        if now is LineState.OFFLINE:
            self._telemetry.line_lost()
        elif before is LineState.OFFLINE:
            self._telemetry.line_returned(self._clock.now_s)
            self._wait_for_report()

    def _wait_for_report(self) -> None:
        if math.isfinite(self._telemetry.due_s):
            self._clock.at(self._telemetry.due_s, self._perhaps_report)

    def _perhaps_report(self) -> None:
        if self._reporting or math.isinf(self._telemetry.due_s):
            return
        if self._telemetry.due_s > self._clock.now_s:
            self._wait_for_report()
            return
        self._reporting, self._report_left_s = True, self._clock.now_s
        self._line.report(self.number, REPORT_WITHIN_S, self._reported)

    def _reported(self, took_s: float | None, taken: bool) -> None:
        self._reporting = False
        self._observe(took_s)
        now_s = self._clock.now_s
        self._telemetry.ended(now_s, taken=taken, took_s=now_s - self._report_left_s)
        self._wait_for_report()

    # The senders' threads (offline_cache.outbox.sync) over the table (offline_cache.outbox.delivery).

    def _captured(self) -> None:
        if self._rules.state is LineState.OFFLINE and not self._probing:
            self._rules.ask()
            self._clock.at(self._rules.due_s(), self._perhaps_probe)
        self._wake()

    def _wake(self) -> None:
        for lane in Lane:
            self._step(lane)

    def _step(self, lane: Lane) -> None:
        if lane in self._sending or self._rules.state is LineState.OFFLINE:
            return
        now_s = self._clock.now_s
        waiting = [row for row in self._open if row.lane is lane and row.waits and row.captured_s <= now_s]
        if not waiting:
            return
        most = self._sizes[lane].most
        first = sorted(waiting, key=lambda row: (row.next_at, row.attempts, row.sequence))[:most]
        due = [row for row in first if row.next_at <= now_s]
        if not due:
            self._clock.at(first[0].next_at, lambda: self._step(lane))
            return
        size = self._habits.entry_bytes
        count = portion([Candidate(size, row.attempts, row.state is TransactionState.UNKNOWN) for row in due], most)
        self._send(lane, due[:count])

    def _send(self, lane: Lane, due: Sequence[Row]) -> None:
        self._sending.add(lane)
        unknown = [row.state is TransactionState.UNKNOWN for row in due]
        for row in due:
            row.state, row.attempts = TransactionState.SENDING, row.attempts + 1

        def heard(took_s: float | None, answer: BatchAnswer) -> None:
            self._observe(took_s)
            self._sizes[lane].ended(answer.end, len(due))
            self._record(due, unknown, answer, self._sizes[lane].most)
            self._open = [row for row in self._open if row.ended_s < 0]
            if not self._open:
                self.on_done(self.number)
            self._sending.discard(lane)
            self._step(lane)

        self._line.post(self.number, due, SEND_WITHIN_S, heard)

    def _record(self, due: Sequence[Row], unknown: Sequence[bool], answer: BatchAnswer, together: int) -> None:
        for place, (row, was_unknown, verdict) in enumerate(zip(due, unknown, answer.verdicts, strict=True)):
            if place % together == 0:
                draw = drawn_once(self._draw)
            step = decide(verdict, row.attempts, row.refusals, was_unknown, draw)
            row.take(step, verdict.status, self._clock.now_s)
            if step.state is TransactionState.QUARANTINED:
                self._telemetry.news(self._clock.now_s)
                self._wait_for_report()
        if row.hold_s and all(verdict.kind is VerdictKind.BUSY for verdict in answer.verdicts):
            self._hold_back(row)

    def _hold_back(self, busy: Row) -> None:
        for row in self._open:
            made = row.captured_s <= self._clock.now_s
            if row.lane is busy.lane and row.waits and made and row.next_at < busy.next_at:
                row.next_at, row.wait_s, row.hold_s = busy.next_at, busy.wait_s, busy.hold_s

    def _release(self) -> None:
        now_s = self._clock.now_s
        for lane in Lane:
            due = [row for row in self._open if row.lane is lane and row.waits and row.due_at(now_s)]
            delays = return_delays_s([now_s - row.next_at for row in due], self._draw)
            for row, delay_s in zip(due, delays, strict=True):
                row.hold(delay_s, now_s)
