"""`python -m tests.offline.power --scratch DIR --seed N --states N`: record, cut the power, judge; one JSON report.

Runs in a process of its own so that two can share the work, and so that mutated copies of the store can be judged
(`tests/offline/test_mutations.py`): whatever `offline_cache` is first on the path is the one under test.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw

import offline_cache.store
from tests.offline.power.disk import Disk
from tests.offline.power.images import Image, Policy, State, positions
from tests.offline.power.judge import Finding, judge, lay_out
from tests.offline.power.life import Life, Promise, Script, day, morning

PATTERN = (Policy.NONE, Policy.ALL, Policy.NAMES_ONLY, Policy.DATA_ONLY)
CHANCE = (Policy.SUBSET, Policy.TORN)


class QuickKey(apsw.Connection):
    """The same cipher, with the least work for turning the key into the page key: 40 ms an opening otherwise."""

    def pragma(self, name: str, *values: Any, **more: Any) -> Any:
        if name == "hexkey":
            for cost, value in (("tcost", 1), ("mcost", 8), ("pcost", 1)):
                super().pragma(cost, value)
        return super().pragma(name, *values, **more)


class Campaign:
    """Judges images until enough different ones were judged."""

    def __init__(self, scratch: Path, seed: int, states: int) -> None:
        self.scratch, self.seed, self.states = scratch, seed, states
        self.chance = random.Random(seed)
        self.findings: Counter[str] = Counter()
        self.examples: list[str] = []
        self.seen: set[bytes] = set()

    def run(self) -> None:
        """Days of chance, and mornings after a cut, one inside the other."""
        round_number = 0
        while len(self.seen) < self.states:
            root = self.scratch / "live"
            lay_out({}, root, root)
            life = self._record(root, day, self.seed * 1000 + round_number, [])
            cuts = self._judge_all(life, "day")
            for image, promises in self.chance.sample(cuts, min(3, len(cuts))):
                lay_out(image, root, root)
                self._judge_all(self._record(root, morning, round_number, promises), "morning")
            round_number += 1

    def _record(self, root: Path, script: Script, seed: int, promises: list[Promise]) -> Life:
        disk = Disk(root)
        life = Life(disk, seed, list(promises))
        with disk.recording():
            script(life)
        return life

    def _judge_all(self, life: Life, name: str) -> list[tuple[Image, list[Promise]]]:
        """Judge cuts at each position; gives back some that were kept, with work in the log, for a morning after."""
        kept: list[tuple[Image, list[Promise]]] = []
        for position, state in positions(life.disk):
            promises = [promise for promise in life.promises if promise.position <= position]
            for policy in (*PATTERN, *CHANCE * self._tries(life)):
                image = self._judge_one(life.disk.root, state, policy, promises, f"{name} {position} {policy}")
                if image is not None and promises and policy in CHANCE and self.chance.random() < 0.02:
                    kept.append((image, [replace(promise, position=0) for promise in promises]))
            if len(self.seen) >= self.states:
                break
        return kept

    def _tries(self, life: Life) -> int:
        return max(2, min(12, self.states // (2 * len(life.disk.ops))))

    def _judge_one(self, root: Path, state: State, policy: Policy, promises: list[Promise], name: str) -> Image | None:
        image = state.image(policy, self.chance)
        mark = hashlib.sha256(repr(len(promises)).encode())
        for path, data in sorted(image.items()):
            mark.update(f"{path}:{-1 if data is None else len(data)}".encode() + (data or b""))
        if mark.digest() in self.seen:
            return None
        self.seen.add(mark.digest())
        lay_out(image, root, self.scratch / "cut")
        finding = judge(self.scratch / "cut", promises)
        self.findings[finding] += 1
        if finding is not Finding.KEPT:
            self.examples.append(f"{name}: {finding}")
            return None
        return image


def main() -> int:
    """Print the report; 0 when every promise was kept, 1 when not."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--states", type=int, default=1000)
    options = parser.parse_args()
    apsw.Connection = QuickKey  # type: ignore[misc]  # for every store of this process
    campaign = Campaign(options.scratch, options.seed, options.states)
    campaign.run()
    report = {
        "under_test": str(Path(offline_cache.store.__file__).parent),
        "states": len(campaign.seen),
        "findings": dict(campaign.findings),
        "examples": campaign.examples[:20],
    }
    print(json.dumps(report))
    return 0 if set(campaign.findings) == {Finding.KEPT} else 1


if __name__ == "__main__":
    sys.exit(main())
