"""Durable commits per second: rounds in turn, every contender in every round, the median commit of each.

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
from kiosk.bench.figures_store.contenders import BATCH, RAW, RAW_LOG, STORE, Contender, NotInstalled
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
    own = rates[STORE]
    beside = {f"{name}_per_s": round(rate) for name, rate in rates.items()}
    peers = [name for name in rates if name not in (RAW, RAW_LOG, STORE, BATCH)]
    return [
        Ratio("commits: store of raw write + fdatasync", own / rates[RAW], AT_LEAST_OF_RAW, beside),
        Ratio("commits: store of raw, bytes of its log", own / rates[RAW_LOG], None),
        Ratio("rows: batch of 20 of single commits", rates[BATCH] / own, AT_LEAST_BATCH),
        *(Ratio(f"commits: store of {name}", own / rates[name], 1.0) for name in peers),
        *(Ratio("commits: store of a peer", None, 1.0, note=note) for note in missing),
    ]
