"""One run: a scenario, a fleet of one kind, a centre; and what came of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from kiosk.bench.herd.centre import Centre, Service
from kiosk.bench.herd.figures import Outcome, outcome_of
from kiosk.bench.herd.peers import Peer, PeerTerminal
from kiosk.bench.herd.rows import Row
from kiosk.bench.herd.scenarios import Scenario
from kiosk.bench.herd.terminal import Habits, Terminal
from kiosk.bench.herd.timeline import Timeline

HORIZON_S = 12 * 3600.0


@dataclass(frozen=True)
class Fleet:
    """How many terminals, with how many entries each, of what habits; `peer`: they keep another's rule, not ours."""

    terminals: int
    entries: int = 12
    habits: Habits = field(default_factory=Habits)
    peer: Peer | None = None

    @property
    def name(self) -> str:
        """Whose rule it keeps."""
        return self.peer.name if self.peer else "Doorstep"


def run(scenario: Scenario, fleet: Fleet, service: Service, seed: int) -> Outcome:
    """Let it happen. The same seed gives the same outcome."""
    timeline = Timeline()
    centre = Centre(service, scenario.day, timeline, seed)
    chance = random.Random(f"{seed} {scenario.name}")  # noqa: S311 (a simulation must repeat)
    members = [_member(number, scenario, fleet, timeline, centre, chance) for number in range(fleet.terminals)]
    open_members = set(range(fleet.terminals))

    def finished() -> bool:
        return not open_members

    for member in members:
        member.on_done = open_members.discard
        member.start(_phase_s(scenario, fleet, chance))
    timeline.run(scenario.returns_s + HORIZON_S, finished)
    return outcome_of(scenario, fleet.name, members, centre.ledger)


def _member(
    number: int, scenario: Scenario, fleet: Fleet, timeline: Timeline, centre: Centre, chance: random.Random
) -> Terminal | PeerTerminal:
    poison = scenario.poison_every and number % scenario.poison_every == 0
    captured = sorted(chance.uniform(*scenario.captured) for _ in range(fleet.entries))
    rows = [Row(place + 1, at, poison=bool(poison and not place), next_at=at) for place, at in enumerate(captured)]
    if fleet.peer is not None:
        return PeerTerminal(number, rows, timeline, centre, fleet.peer)
    return Terminal(number, rows, fleet.habits, timeline, centre)


def _phase_s(scenario: Scenario, fleet: Fleet, chance: random.Random) -> float:
    """When a member does something for the first time."""
    if fleet.peer is not None:
        return scenario.returns_s + chance.uniform(0.0, fleet.peer.own_phase_s or 0.5)
    spread_s = fleet.habits.poll_s if scenario.boot_within_s is None else scenario.boot_within_s
    return chance.uniform(0.0, spread_s)


def runs(scenario: Scenario, fleets: Sequence[Fleet], service: Service, seed: int) -> list[Outcome]:
    """The same scenario for several fleets."""
    return [run(scenario, fleet, service, seed) for fleet in fleets]
