"""Figures of the devices, each at its twin and beside what the wire alone needs; of the store and of the fleet, each
beside what others do. One file a figure.

Not responsible for judging a release: a figure says what it was allowed to be, and whether it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kiosk.bench.figures import apdu, cancel, card, catalogue, fleet, receipt, restart, store
from kiosk.bench.figures.figure import Figure

FIGURES: Mapping[str, Callable[[int], list[Figure]]] = {
    "card": card.measure,
    "receipt": receipt.measure,
    "restart": restart.measure,
    "cancel": cancel.measure,
    "apdu": apdu.measure,
    "store": store.measure,
    "fleet": fleet.measure,
    "catalogue": catalogue.measure,
}
"""Name → function of how many times each is repeated."""
ROUNDS = 20


def measure(names: Sequence[str] = tuple(FIGURES), rounds: int = ROUNDS) -> list[Figure]:
    """These figures, one after the other: they would disturb each other."""
    return [figure for name in names for figure in FIGURES[name](rounds)]
