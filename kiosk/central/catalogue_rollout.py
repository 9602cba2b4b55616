"""Which version a terminal is offered: 1, 10, then 100 of a hundred terminals, and a stop when they report errors.

Pure decisions. Not responsible for tables (models), for what was published, nor for the time between stages: an
operator or a timer asks for the next stage.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

STAGES = (1, 10, 100)
"""Of a hundred terminals."""
MOST_ERRORS = 0.05
FEWEST_REPORTS = 3
"""One bad machine stops nobody; two of three do."""


class Verdict(enum.StrEnum):
    """What the reports of a stage allow."""

    WAIT = "wait"
    GO_ON = "go_on"
    HALT = "halt"


@dataclass(frozen=True)
class Rollout:
    """The newest version's state. The version before it is what everybody else is offered."""

    version: int
    percent: int
    halted: bool = False


def place_of(terminal: str, version: int) -> float:
    """Where a terminal stands in the order of a version's rollout, 0 to 100: another order for each version."""
    digest = hashlib.sha256(f"{version}:{terminal}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 * 100


def offered(terminal: str, versions: Sequence[int], rollout: Rollout, has_it: bool) -> int | None:
    """The version for this terminal. Who has the newest keeps it when the rollout halts; nobody else gets it."""
    if not versions:
        return None
    newest = max(versions)
    in_stage = has_it or (not rollout.halted and place_of(terminal, newest) < rollout.percent)
    if in_stage or len(versions) == 1:
        return newest
    return max(version for version in versions if version != newest)


def judge(taken: int, failed: int) -> Verdict:
    """What the terminals that were offered a version say: how many took it, and how many failed with it."""
    reports = taken + failed
    if failed and reports >= FEWEST_REPORTS and failed / reports > MOST_ERRORS:
        return Verdict.HALT
    return Verdict.GO_ON if taken and failed / reports <= MOST_ERRORS else Verdict.WAIT


def next_stage(rollout: Rollout, verdict: Verdict) -> Rollout:
    """The rollout after a verdict. One that halted stays so: a new version is needed."""
    if rollout.halted or verdict is Verdict.WAIT:
        return rollout
    if verdict is Verdict.HALT:
        return Rollout(rollout.version, rollout.percent, halted=True)
    later = [stage for stage in STAGES if stage > rollout.percent]
    return Rollout(rollout.version, later[0] if later else rollout.percent)
