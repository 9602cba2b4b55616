"""How fast a promise is durable, beside the bare disk and the queues people use (K3): `figures_store`, in short.

What decides is how long this disk takes for one sync: where that is a tenth of a millisecond (a cache that survives a
power cut, or a virtual disk that says so), the processor's time for a promise is longer than the disk's.
"""

from __future__ import annotations

from kiosk.bench.figures.figure import Figure
from kiosk.bench.figures_store.commits import measure as measure_commits
from kiosk.bench.figures_store.ratio import Ratio

ROUND_S = 0.2


def measure(rounds: int) -> list[Figure]:
    """Ratios without a unit; `rounds` of a fifth of a second for each contender."""
    return [_figure(ratio) for ratio in measure_commits(max(1, rounds // 2), ROUND_S)]


def _figure(ratio: Ratio) -> Figure:
    value = None if ratio.value is None else round(ratio.value, 2)
    return Figure(ratio.name, value, "", None, ratio.beside, ratio.note, ratio.at_least)
