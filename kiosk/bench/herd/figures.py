"""What came of a run: how long it took, what it cost the centre, who had to wait longest, and whether all is there."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kiosk.bench.herd.centre import Ledger
from kiosk.bench.herd.rows import Row
from kiosk.bench.herd.scenarios import Scenario
from kiosk.bench.quantile import quantile
from offline_cache.contract import TransactionState
from offline_cache.outbox.batches import MOST

DRAINED_WITHIN_S, MOST_REQUESTS, MOST_UNFAIR = 900.0, 1.2, 3.0
"""K4."""
HARMLESS_S = DRAINED_WITHIN_S
"""Who waits no longer than a whole city may take does not starve, however short the others' wait is."""


class Member(Protocol):
    """A terminal after the run."""

    @property
    def rows(self) -> Sequence[Row]:
        """Its entries."""


@dataclass(frozen=True)
class Outcome:
    """Times in seconds from the return; `*_s` None where nobody finished."""

    scenario: str
    rule: str
    terminals: int
    entries: int
    drained_s: float | None
    requests: int
    others: int
    """Probes and reports."""
    requests_a_batch: float
    requests_an_entry: float
    wait_p50_s: float
    wait_p99_s: float
    wait_max_s: float
    answer_p50_s: float
    answer_p99_s: float
    peak_a_s: int
    starved: int
    unfinished: int
    lost: int
    """Entries whose end at the terminal is not what the centre holds: neither once there, nor quarantined."""
    replays: int
    broken_holds: int
    quarantined: int
    by_second: tuple[int, ...]
    waits: tuple[float, ...]

    @property
    def unfairness(self) -> float:
        """The longest wait over the median wait."""
        return self.wait_max_s / self.wait_p50_s if self.wait_p50_s else math.inf

    def broken(self) -> list[str]:
        """Which bounds of K4 do not hold."""
        held = {
            "drained within 15 min": self.drained_s is not None and self.drained_s <= DRAINED_WITHIN_S,
            "at most 1.2 requests a batch": self.requests_a_batch <= MOST_REQUESTS,
            "longest wait at most 3 medians": self.unfairness <= MOST_UNFAIR,
            "nobody starves": not self.starved,
            "each entry once": not self.lost,
            "Retry-After kept": not self.broken_holds,
        }
        return [name for name, holds in held.items() if not holds]


def outcome_of(scenario: Scenario, rule: str, members: Sequence[Member], ledger: Ledger) -> Outcome:
    """Judge a run."""
    waits = [_wait_s(member, scenario.returns_s) for member in members]
    finished = [wait for wait in waits if math.isfinite(wait)]
    median = statistics.median(waits)
    entries = sum(len(member.rows) for member in members)
    requests, batches = ledger.posts.total(), sum(math.ceil(len(member.rows) / MOST) for member in members)
    rows = [row for member in members for row in member.rows]
    return Outcome(
        scenario.name,
        rule,
        len(members),
        entries,
        max(finished) if len(finished) == len(members) else None,
        requests,
        ledger.others.total(),
        requests / batches,
        requests / entries,
        median,
        quantile(waits, 0.99),
        max(waits),
        quantile(ledger.took_s, 0.5) if ledger.took_s else math.inf,
        quantile(ledger.took_s, 0.99) if ledger.took_s else math.inf,
        _peak(ledger),
        sum(wait == math.inf or wait > max(MOST_UNFAIR * median, HARMLESS_S) for wait in waits),
        len(waits) - len(finished),
        sum(not _whole(row) for row in rows),
        ledger.replays,
        ledger.broken_holds,
        sum(row.state is TransactionState.QUARANTINED for row in rows),
        _by_second(ledger, scenario.returns_s),
        tuple(sorted(waits)),
    )


def _wait_s(member: Member, returns_s: float) -> float:
    """From the return, or from its last capture where that came later, to the end of its last good entry."""
    good = [row for row in member.rows if not row.poison]
    if any(row.ended_s < 0 for row in good):
        return math.inf
    return max(row.ended_s - max(returns_s, row.captured_s) for row in good)


def _whole(row: Row) -> bool:
    if row.poison:
        return not row.effects and row.state is TransactionState.QUARANTINED
    return row.effects == 1 and row.state is TransactionState.ACCEPTED


def _peak(ledger: Ledger) -> int:
    return max((ledger.posts + ledger.others).values(), default=0)


def _by_second(ledger: Ledger, returns_s: float) -> tuple[int, ...]:
    both: Counter[int] = ledger.posts + ledger.others
    first, last = int(returns_s), max(both, default=0)
    return tuple(both[second] for second in range(first, last + 1))
