"""What `kiosk herd` plays: which fleets in which scenarios, live or simulated; then the report."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.bench.herd.centre import Day, Service
from kiosk.bench.herd.figures import Outcome
from kiosk.bench.herd.fleet import Fleet, run, runs
from kiosk.bench.herd.live import FULL, LiveFleet, live_run, place_in
from kiosk.bench.herd.measure import measured_service
from kiosk.bench.herd.peers import PEERS
from kiosk.bench.herd.report import Herd, Part
from kiosk.bench.herd.rollout import MANNERS, push
from kiosk.bench.herd.scenarios import SCENARIOS, Scenario, by_name
from kiosk.bench.herd.terminal import Habits

CITY, PROVINCE = 2780, 100_000
MOST_WITH_PEERS = 10_000
JUDGED_LARGE = ("outage", "power")


@dataclass(frozen=True)
class Wish:
    """What is asked for. `database`: a URL for the live run's centre, instead of its own SQLite file."""

    terminals: int = CITY
    live: bool = False
    full: bool = False
    database: str = ""
    seed: int = 1


def play(wish: Wish) -> Herd:
    """Play everything that was wished. Raises live.LiveError and measure.NotTakenError."""
    service, live = Service(), list[Part]()
    if wish.live:
        service, live = _measured(wish), [_live(wish)]
    parts = [*live, *_simulated(wish, service)]
    pushes = [push(manner, wish.terminals, wish.seed) for manner in MANNERS]
    return Herd(parts, pushes, service, measured=wish.live)


def _simulated(wish: Wish, service: Service) -> Iterator[Part]:
    if wish.terminals > MOST_WITH_PEERS:
        yield from _large(wish.terminals, service, wish.seed)
        return
    fleets = [Fleet(wish.terminals), *(Fleet(wish.terminals, peer=peer) for peer in PEERS)]
    for scenario in SCENARIOS:
        yield Part(scenario, runs(scenario, fleets, service, wish.seed))
    if wish.full:
        yield from _large(PROVINCE, service, wish.seed)


def _large(terminals: int, service: Service, seed: int) -> Iterator[Part]:
    """A fleet that one centre is too small for: as many centres as it has cities' worth, and then one all the same."""
    centres = math.ceil(terminals / CITY)
    enough = dataclasses.replace(service, at_once=centres)
    for name in JUDGED_LARGE:
        scenario = by_name(name)
        told = dataclasses.replace(scenario, story=f"{scenario.story} Here against {centres} such centres.")
        yield Part(told, [run(told, Fleet(terminals), enough, seed)])
    patient = Habits(poll_s=60.0 * centres)
    outage = by_name("outage")
    alone = dataclasses.replace(
        outage,
        title=f"{outage.title}; one centre for all",
        story=f"{outage.story} One centre only; a terminal probes it every {patient.poll_s / 60:.0f} minutes.",
        judged=False,
    )
    yield Part(alone, [run(alone, Fleet(terminals, habits=patient), service, seed)])


def _measured(wish: Wish) -> Service:
    with tempfile.TemporaryDirectory(prefix="herd-") as folder:
        return measured_service(place_in(Path(folder)), 5.0 if wish.full else 1.5)


def _live(wish: Wish) -> Part:
    fleet = FULL if wish.full else LiveFleet(terminals=min(wish.terminals, LiveFleet.terminals))
    with tempfile.TemporaryDirectory(prefix="herd-") as folder:
        outcome: Outcome = live_run(fleet, place_in(Path(folder), wish.database))
    story = (
        f"Real HTTP from {fleet.processes} processes of clients on the same two cores; the centre was down, and is "
        f"started. Entries are {fleet.outage_s:g} s old at most; a terminal probes every {fleet.poll_s:g} s."
    )
    scenario = Scenario(outcome.scenario, "Live: one centre on this machine", story, Day(), judged=True)
    return Part(scenario, [outcome])
