"""What happens to the fleet. Times are seconds of the timeline; an outage of six hours ends at RETURN_S.

Only the last RETURN_S seconds of an outage are simulated: nothing is sent in it, and a terminal's probe has forgotten
its phase after a few polls. The entries of the whole outage are there.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.bench.herd.centre import Day

OUTAGE_S = 6 * 3600.0
RETURN_S = 600.0
_HOUR = 3600.0


@dataclass(frozen=True)
class Scenario:
    """`captured`: when the entries were made; `judged`: whether the bounds of K4 are asked of it."""

    name: str
    title: str
    story: str
    day: Day
    captured: tuple[float, float] = (RETURN_S - OUTAGE_S, RETURN_S)
    returns_s: float = RETURN_S
    boot_within_s: float | None = None
    """All terminals start within this of one moment; None: they have been running for hours."""
    poison_every: int = 0
    """Each n-th terminal has one poison entry, its oldest; 0: none."""
    judged: bool = False


def _flaps(first_s: float, down_s: float, up_s: float, times: int) -> list[tuple[float, float]]:
    return [
        (first_s + up_s + number * (down_s + up_s), first_s + (number + 1) * (down_s + up_s)) for number in range(times)
    ]


_OUTAGE = (-OUTAGE_S, RETURN_S)
SCENARIOS = (
    Scenario(
        "outage",
        "The line is dead for six hours, then back",
        "The centre's network is cut for everybody and comes back in one second.",
        Day(line_down=[_OUTAGE]),
        judged=True,
    ),
    Scenario(
        "power",
        "The power of the whole city is back",
        "All terminals start within two seconds, each with the entries of six hours; the centre is up.",
        Day(),
        captured=(-OUTAGE_S, 0.0),
        returns_s=0.0,
        boot_within_s=2.0,
        judged=True,
    ),
    Scenario(
        "flapping",
        "A line that flaps",
        "After the six hours the line is up for 20 s and down for 40 s, twenty times, and then stays.",
        Day(line_down=[_OUTAGE, *_flaps(RETURN_S, 40.0, 20.0, 20)]),
    ),
    Scenario(
        "busy",
        "A centre that answers 503 with Retry-After: 120",
        "After the six hours the centre's database does not answer for ten minutes; each post is told to wait 120 s.",
        Day(line_down=[_OUTAGE], busy=[(RETURN_S, RETURN_S + 600.0)], retry_after_s=120.0),
    ),
    Scenario(
        "slow",
        "One slow hour",
        "The line is up; for an hour, of an hour and a half, everything takes the centre four times as long.",
        Day(slow=[(0.25 * _HOUR, 1.25 * _HOUR)], slowness=4.0),
        captured=(0.0, 1.5 * _HOUR),
        returns_s=0.0,
    ),
    Scenario(
        "poison",
        "Poison entries",
        "As the outage, and the oldest entry of every tenth terminal is refused whenever it is sent.",
        Day(line_down=[_OUTAGE]),
        poison_every=10,
    ),
)


def by_name(name: str) -> Scenario:
    """The scenario of this name; KeyError."""
    return {scenario.name: scenario for scenario in SCENARIOS}[name]
