"""A model of the centre: one queue in order of arrival, service times as measured, and what is wrong with it today.

A request whose terminal gave up is worked off all the same, as the real one does: the effect is there, the answer is
lost, and the same key again is answered from the row. Not responsible for the network's and the terminal's waits.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kiosk.bench.herd.rows import Row
from kiosk.bench.herd.terminal import Heard, Reported, Took
from kiosk.bench.herd.timeline import Timeline
from offline_cache.line.central import BatchAnswer
from offline_cache.line.http import CONNECT_S
from offline_cache.outbox.batches import BatchEnd
from offline_cache.outbox.schedule import Verdict, VerdictKind

ROUND_TRIP_S = 0.04


@dataclass(frozen=True)
class Service:
    """Seconds of the centre's time at full load: a request, each entry in it, a probe, a report, a refusal.

    The defaults are the processor's time of `kiosk central serve` by the process's own clock (5.2, 2.6, 1.2 and 8 ms;
    SQLite, sealed payloads, signed requests; November 2026), and a quarter on top for the disk but for the report.
    """

    request_s: float = 0.006
    entry_s: float = 0.0035
    probe_s: float = 0.0015
    report_s: float = 0.008
    refusal_s: float = 0.0015
    at_once: int = 1
    """Centres of this speed behind one address."""


@dataclass(frozen=True)
class Day:
    """What is wrong when; each span is (from, until) in seconds of the timeline."""

    line_down: Sequence[tuple[float, float]] = ()
    busy: Sequence[tuple[float, float]] = ()
    retry_after_s: float = 0.0
    slow: Sequence[tuple[float, float]] = ()
    slowness: float = 1.0


def _within(spans: Sequence[tuple[float, float]], at_s: float) -> bool:
    return any(begin <= at_s < end for begin, end in spans)


@dataclass
class Ledger:
    """What came to the centre: requests by second, and how long answered posts took."""

    posts: Counter[int] = field(default_factory=Counter)
    others: Counter[int] = field(default_factory=Counter)
    """Probes and reports."""
    took_s: list[float] = field(default_factory=list)
    replays: int = 0
    broken_holds: int = 0
    """Requests that came back before the Retry-After that their terminal was given."""


class Centre:
    """Answers requests on the timeline (`terminal.Line`)."""

    def __init__(self, service: Service, day: Day, timeline: Timeline, seed: int) -> None:
        self.ledger = Ledger()
        self._service, self._day, self._timeline = service, day, timeline
        self._random = random.Random(f"centre {seed}")  # noqa: S311 (a simulation must repeat)
        self._free_at = [0.0] * service.at_once
        self._held_until: dict[int, float] = {}

    def post(self, terminal: int, rows: Sequence[Row], within_s: float, heard: Heard) -> None:
        """A batch arrives."""
        now_s = self._timeline.now_s
        if _within(self._day.line_down, now_s):
            self._fail(min(CONNECT_S, within_s), heard, len(rows), VerdictKind.NOT_SENT)
            return
        self.ledger.posts[int(now_s)] += 1
        self.ledger.broken_holds += now_s < self._held_until.get(terminal, 0.0)
        busy = _within(self._day.busy, now_s)
        work_s = self._service.refusal_s if busy else self._service.request_s + self._service.entry_s * len(rows)
        took_s = self._worked_s(work_s)
        if not busy:
            self._take_effect(rows)
        if took_s > within_s or _within(self._day.line_down, now_s + took_s):
            self._fail(within_s, heard, len(rows), VerdictKind.NO_ANSWER)
            return
        self.ledger.took_s.append(took_s)
        answer = BatchAnswer(tuple(_judged(row) for row in rows), BatchEnd.ANSWERED)
        if busy:
            self._held_until[terminal] = now_s + took_s + self._day.retry_after_s
            verdict = Verdict(VerdictKind.BUSY, 503, "busy", retry_after_s=self._day.retry_after_s)
            answer = BatchAnswer((verdict,) * len(rows), BatchEnd.NOTHING)
        self._timeline.at(now_s + took_s, lambda: heard(took_s, answer))

    def probe(self, terminal: int, within_s: float, heard: Took) -> None:
        """Somebody asks whether we are there."""
        self._small(self._service.probe_s, within_s, heard)

    def report(self, terminal: int, within_s: float, heard: Reported) -> None:
        """Somebody tells how it is; while the database does not answer, none is taken."""
        busy = _within(self._day.busy, self._timeline.now_s)
        work_s = self._service.refusal_s if busy else self._service.report_s
        self._small(work_s, within_s, lambda took_s: heard(took_s, took_s is not None and not busy))

    def _small(self, work_s: float, within_s: float, heard: Took) -> None:
        now_s = self._timeline.now_s
        if _within(self._day.line_down, now_s):
            self._timeline.at(now_s + min(CONNECT_S, within_s), lambda: heard(None))
            return
        self.ledger.others[int(now_s)] += 1
        took_s = self._worked_s(work_s)
        lost = took_s > within_s or _within(self._day.line_down, now_s + took_s)
        self._timeline.at(now_s + (within_s if lost else took_s), lambda: heard(None if lost else took_s))

    def _fail(self, after_s: float, heard: Heard, count: int, kind: VerdictKind) -> None:
        alone_or_unsent = count == 1 or kind is VerdictKind.NOT_SENT
        answer = BatchAnswer((Verdict(kind),) * count, BatchEnd.NOTHING if alone_or_unsent else BatchEnd.BROKEN)
        self._timeline.at(self._timeline.now_s + after_s, lambda: heard(None, answer))

    def _worked_s(self, work_s: float) -> float:
        """How long a request that arrives now waits and is worked on, with the way there and back."""
        now_s = self._timeline.now_s
        begins_s = max(now_s, heapq.heappop(self._free_at))
        if _within(self._day.slow, begins_s):
            work_s *= self._day.slowness
        ends_s = begins_s + work_s * self._random.uniform(0.7, 1.3)
        heapq.heappush(self._free_at, ends_s)
        return ends_s - now_s + ROUND_TRIP_S

    def _take_effect(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if row.effects:
                self.ledger.replays += 1  # the same key again: answered from what is stored, no second effect
            elif not row.poison:
                row.effects += 1


def _judged(row: Row) -> Verdict:
    if row.poison:
        return Verdict(VerdictKind.REFUSED, 400, "status_400")
    return Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number="case")
