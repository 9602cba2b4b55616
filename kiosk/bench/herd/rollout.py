"""A new catalogue for the whole fleet: in stages by the centre's own rule, beside all at once and all at one minute.

The stages, the stop and the terminals' places are `kiosk.central.catalogue_rollout`'s. Not responsible for what is in
a version: its download has a size.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.bench.herd.timeline import Timeline
from kiosk.central.catalogue_rollout import Rollout, Verdict, judge, next_stage, offered

POLL_S = 300.0
STAGE_S = 1200.0
DELTA_BYTES, POLL_BYTES = 60_000, 900
HORIZON_S = 2 * 3600.0
_OLD, _NEW = 1, 2


@dataclass(frozen=True)
class Push:
    """What came of one: (minute, per cent fresh), (minute, MB in its worst second)."""

    name: str
    fresh: Sequence[tuple[float, float]]
    megabytes: Sequence[tuple[float, float]]
    fresh_95_s: float | None
    peak_megabytes: float
    reached: int
    halted: bool

    @property
    def summary(self) -> str:
        """In a line."""
        when = "never 95 % fresh" if self.fresh_95_s is None else f"95 % fresh after {self.fresh_95_s / 60:.0f} min"
        stop = "; the rollout halted" if self.halted else ""
        return f"{when}, worst second {self.peak_megabytes:.1f} MB, {self.reached} terminals have it{stop}"


@dataclass(frozen=True)
class Manner:
    """How it is pushed: in stages or to all; each terminal's poll drawn, or all on the same minute; how many fail."""

    name: str
    staged: bool
    drawn: bool = True
    failing: float = 0.0


MANNERS = (
    Manner("1, 10, 100 %, polls drawn", staged=True),
    Manner("all at once, polls drawn", staged=False),
    Manner("all at once, polls on the minute", staged=False, drawn=False),
    Manner("a bad version, 1, 10, 100 %", staged=True, failing=0.3),
    Manner("a bad version, all at once", staged=False, failing=0.3),
)


def push(manner: Manner, terminals: int, seed: int) -> Push:
    """Let it happen. The same seed gives the same outcome."""
    return _Rollout(manner, terminals, seed).run()


class _Rollout:
    def __init__(self, manner: Manner, terminals: int, seed: int) -> None:
        self._manner, self._terminals = manner, terminals
        self._timeline = Timeline()
        self._random = random.Random(f"{seed} {manner.name}")  # noqa: S311 (a simulation must repeat)
        self._state = Rollout(_NEW, 1 if manner.staged else 100)
        self._taken = self._failed = 0
        self._has: set[int] = set()
        self._moments: list[float] = []
        self._bytes: Counter[int] = Counter()

    def run(self) -> Push:
        for number in range(self._terminals):
            first_s = self._random.uniform(0, POLL_S) if self._manner.drawn else 0.0
            self._timeline.at(first_s, self._poll(number))
        for stage in (1, 2) if self._manner.staged else ():
            self._timeline.at(stage * STAGE_S, self._advance)
        self._timeline.run(HORIZON_S)
        return self._outcome()

    def _poll(self, number: int) -> Callable[[], None]:
        def poll() -> None:
            now_s = self._timeline.now_s
            self._bytes[int(now_s)] += POLL_BYTES
            has = number in self._has
            if not has and offered(f"GZ-TH-{number:06d}", (_OLD, _NEW), self._state, has) == _NEW:
                self._bytes[int(now_s)] += DELTA_BYTES
                self._take(number)
            gap_s = POLL_S * (self._random.uniform(0.8, 1.2) if self._manner.drawn else 1.0)
            self._timeline.at(now_s + gap_s, poll)

        return poll

    def _take(self, number: int) -> None:
        self._has.add(number)
        self._moments.append(self._timeline.now_s)
        if self._random.random() < self._manner.failing:
            self._failed += 1
        else:
            self._taken += 1
        if self._manner.staged and judge(self._taken, self._failed) is Verdict.HALT:
            self._state = next_stage(self._state, Verdict.HALT)

    def _advance(self) -> None:
        self._state = next_stage(self._state, judge(self._taken, self._failed))

    def _outcome(self) -> Push:
        moments, minutes = self._moments, int(HORIZON_S / 60)
        enough = round(0.95 * self._terminals)
        by_minute = Counter(int(moment // 60) for moment in moments)
        fresh, count = [(0.0, 0.0)], 0
        for minute in range(minutes):
            count += by_minute[minute]
            fresh.append((minute + 1.0, 100 * count / self._terminals))
        worst = [(float(m), max(self._bytes[60 * m + s] for s in range(60)) / 1e6) for m in range(minutes)]
        return Push(
            self._manner.name,
            fresh,
            worst,
            moments[enough - 1] if len(moments) >= enough else None,
            max(self._bytes.values()) / 1e6,
            len(moments),
            self._state.halted,
        )
