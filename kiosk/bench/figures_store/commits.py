"""Durable commits per second: rounds in turn, every contender in every round, the median commit of each.

Two things of the store are measured. A *chained row* is what a queue's put is: the same bytes in one commit, but
encrypted and hash-chained. A *whole promise* is what a citizen gets: check, number, signed slip, entry, payload,
delivery and journal record, seven pages in one commit, about 0.3 ms of processor time whatever the disk.
A ratio of one run on one disk is what counts; the figures beside it belong to this machine only.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from kiosk.bench.figures_store import contenders as known
from kiosk.bench.figures_store.contenders import BATCH, RAW, RAW_LOG, ROW, STORE, Contender, NotInstalled
from kiosk.bench.figures_store.ratio import Ratio

AT_LEAST_OF_RAW, AT_LEAST_BATCH = 0.7, 5.0
ANSWER_CHARACTERS = 600  # a body of about 1 KB, as in the measurements that the goal comes from


def measure(rounds: int, round_s: float, where: Path | None = None) -> list[Ratio]:
    """All ratios of K3, measured on the disk of `where` (the folder for temporary files if None)."""
    with tempfile.TemporaryDirectory(prefix="figures-", dir=where) as folder, ExitStack() as running:
        contenders, missing = _open(Path(folder))
        for contender in contenders:
            running.callback(contender.close)
        rates = _rates(contenders, rounds, round_s)
    return _ratios(rates, missing)


def _open(folder: Path) -> tuple[list[Contender], list[str]]:
    size = ANSWER_CHARACTERS

    def place(name: str) -> Path:
        made = folder / name
        made.mkdir()
        return made

    body, log = known.body_and_log_bytes(place("size"), size)
    found = [
        known.raw(place(RAW), body),
        known.raw(place(RAW_LOG), log, RAW_LOG),
        known.store(place(STORE), size),
        known.row(place(ROW), body),
        known.batch(place(BATCH), size),
    ]
    missing = []
    for peer in known.PEERS:
        try:
            found.append(peer(place(peer.__name__), body))
        except NotInstalled as error:
            missing.append(str(error))
    return found, missing


def _rates(contenders: Sequence[Contender], rounds: int, round_s: float) -> dict[str, float]:
    """Rows a second of each, from the median time of a commit; the first round only warms up.

    The median of single commits, because other programs that sync on the same disk stop a whole round now and then.
    """
    seen: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        for contender in random.sample(list(contenders), len(contenders)):
            times = _times(contender, round_s)
            if number:
                seen[contender.name] += times
    return {name: 1 / statistics.median(times) for name, times in seen.items()}


def _times(contender: Contender, round_s: float) -> list[float]:
    """Seconds a row of each commit of one round."""
    times: list[float] = []
    end = time.monotonic() + round_s
    while (began := time.monotonic()) < end:
        rows = contender.put()
        times.append((time.monotonic() - began) / rows)
    return times


def _ratios(rates: dict[str, float], missing: Sequence[str]) -> list[Ratio]:
    whole, row = rates[STORE], rates[ROW]
    beside = {f"{name}_per_s": round(rate) for name, rate in rates.items()}
    peers = [name for name in rates if name not in (RAW, RAW_LOG, STORE, ROW, BATCH)]
    return [
        Ratio("whole promises of raw write + fdatasync", whole / rates[RAW], AT_LEAST_OF_RAW, beside),
        Ratio("whole promises of raw, as long as its log", whole / rates[RAW_LOG]),
        Ratio("chained rows of raw write + fdatasync", row / rates[RAW], AT_LEAST_OF_RAW),
        Ratio("batch of 20: rows of single promises", rates[BATCH] / whole, AT_LEAST_BATCH),
        *(Ratio(f"chained rows of {name}", row / rates[name], 1.0) for name in peers),
        *(Ratio(f"whole promises of {name}", whole / rates[name]) for name in peers),
        *(Ratio("chained rows of a peer", None, 1.0, note=note) for note in missing),
    ]
