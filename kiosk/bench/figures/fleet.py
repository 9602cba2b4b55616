"""What a whole city's return asks of its centre, beside what other rules ask (K4): the herd's simulation, in short.

`kiosk herd` tells the whole story, and plays it live.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.bench.figures.figure import Figure
from kiosk.bench.herd.centre import Service
from kiosk.bench.herd.figures import DRAINED_WITHIN_S, MOST_REQUESTS, MOST_UNFAIR, Outcome
from kiosk.bench.herd.fleet import Fleet, run
from kiosk.bench.herd.peers import PEERS
from kiosk.bench.herd.scenarios import by_name

TERMINALS = 2780
_NEVER = float("inf")


def measure(rounds: int) -> list[Figure]:
    """After an outage of six hours; the worst of a tenth of `rounds` seeds."""
    outage = by_name("outage")
    worst = [run(outage, Fleet(TERMINALS), Service(), seed) for seed in range(1, max(1, rounds // 10) + 1)]
    peers = {peer.name: run(outage, Fleet(TERMINALS, peer=peer), Service(), 1) for peer in PEERS}

    def figure(name: str, unit: str, allowed: float, of: Callable[[Outcome], float]) -> Figure:
        beside: Mapping[str, float] = {peer: round(of(outcome), 2) for peer, outcome in peers.items()}
        return Figure(name, round(max(map(of, worst)), 2), unit, allowed, beside)

    return [
        figure("a city's backlog drained", "s", DRAINED_WITHIN_S, lambda one: one.drained_s or _NEVER),
        figure("requests a batch", "", MOST_REQUESTS, lambda one: one.requests_a_batch),
        figure("longest wait in medians", "", MOST_UNFAIR, lambda one: one.unfairness),
        figure("answer of the centre, p99", "s", 2.0, lambda one: one.answer_p99_s),
    ]
