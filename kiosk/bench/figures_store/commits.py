"""Durable commits per second: rounds in turn, every contender in every round, the median commit of each.

Two things of the store are measured. A *chained row* is what a queue's put is: the same bytes in one commit, but
encrypted and hash-chained. A *whole promise* is what a citizen gets: check, number, signed slip, entry, payload,
delivery and journal record, eight pages in one commit, and processor time whatever the disk (`cpu_us`): on a disk that
syncs in a tenth of a millisecond that is most of it, on one that takes milliseconds it does not show.
A ratio of one run on one disk is what counts; the figures beside it belong to this machine only.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
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
        times = _all_times(contenders, rounds, round_s)
    return _ratios(times, missing)


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


@dataclass
class _Times:
    """Seconds a row of each commit, and the processor's seconds for all of them."""

    commits: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    rows: int = 0

    @property
    def rate(self) -> float:
        """Rows a second, from the median commit: others that sync on the same disk stop a whole round now and then."""
        return 1 / statistics.median(self.commits)

    @property
    def cpu_us(self) -> int:
        """Microseconds of processor time a row."""
        return round(1e6 * self.cpu_s / self.rows)


def _all_times(contenders: Sequence[Contender], rounds: int, round_s: float) -> dict[str, _Times]:
    """Of each contender, in turns of another order every time; the first round only warms up."""
    seen: dict[str, _Times] = {}
    for number in range(rounds + 1):
        for contender in random.sample(list(contenders), len(contenders)):
            _measure(contender, round_s, seen.setdefault(contender.name, _Times()) if number else _Times())
    return seen


def _measure(contender: Contender, round_s: float, into: _Times) -> None:
    end, cpu_s = time.monotonic() + round_s, time.process_time()
    while (began := time.monotonic()) < end:
        rows = contender.put()
        into.commits.append((time.monotonic() - began) / rows)
        into.rows += rows
    into.cpu_s += time.process_time() - cpu_s


def _ratios(times: dict[str, _Times], missing: Sequence[str]) -> list[Ratio]:
    rates = {name: each.rate for name, each in times.items()}
    whole, row = rates[STORE], rates[ROW]
    beside = {f"{name}_per_s": round(rate) for name, rate in rates.items()}
    beside |= {f"{name}_cpu_us": times[name].cpu_us for name in (RAW, STORE, ROW, BATCH)}
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
