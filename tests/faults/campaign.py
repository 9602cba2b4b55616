"""Random misfortunes over all devices at once, from one seed, and what came of them.

Each device has a thread of its own that goes from event to event: a fault begins before or in the middle of a
command, some commands are cancelled, the fault ends, and the device is asked until it is usable again. The dice of a
device come from the seed and its role alone, so that what the others do does not change them.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from drivers.contract.base import Command
from kiosk.ipc import ConnectionLost, NoAnswer, RemoteError
from tests.faults.fleet import Fleet, Member
from tests.faults.ordeals import KILLED, STOPPED, Fault, Ordeal

SIGNALS = {KILLED: signal.SIGKILL, STOPPED: signal.SIGSTOP}
BACK_WITHIN_S = 20.0
LATEST_S = 5.0
"""How long after its deadline a completion is waited for, before it is said that none came."""


@dataclass
class Issued:
    """One command and its completions."""

    command: str
    fault: str
    within_s: float
    began: float
    cancelled_at: float = 0.0
    ended: list[float] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    @property
    def overshoot_s(self) -> float:
        """How long after its deadline it was completed; negative before it."""
        return self.ended[0] - self.began - self.within_s

    def __str__(self) -> str:
        took = [f"{at - self.began:.3f}" for at in self.ended]
        cancelled = f", cancelled at {self.cancelled_at - self.began:.3f}" if self.cancelled_at else ""
        return f"{self.command} within {self.within_s:.2f} s{cancelled} during {self.fault}: {self.ends} after {took} s"


@dataclass
class Story:
    """What one device went through."""

    role: str
    commands: list[Issued] = field(default_factory=list)
    back_s: list[tuple[float, str]] = field(default_factory=list)
    kills: int = 0
    broken: list[str] = field(default_factory=list)


class Campaign:
    """Runs `events` misfortunes of each ordeal."""

    def __init__(self, fleet: Fleet, seed: str) -> None:
        self._fleet, self._seed = fleet, seed

    def run(self, ordeals: Sequence[tuple[Ordeal, int]]) -> list[Story]:
        """All devices at once; one story each."""
        stories = [Story(ordeal.role) for ordeal, _ in ordeals]
        threads = [
            threading.Thread(target=self._live, args=(ordeal, events, story))
            for (ordeal, events), story in zip(ordeals, stories, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return stories

    def _live(self, ordeal: Ordeal, events: int, story: Story) -> None:
        dice = random.Random(f"{self._seed} {ordeal.role}")
        try:
            for number in range(events):
                self._event(ordeal, dice, story)
                if story.broken:
                    story.broken[-1] = f"event {number}: {story.broken[-1]}"
                    return
        except Exception as error:
            story.broken.append(f"the campaign itself failed: {error!r}")

    def _event(self, ordeal: Ordeal, dice: random.Random, story: Story) -> None:
        member, faults = self._fleet[ordeal.role], ordeal.pick(dice)
        name = " and ".join(fault.name for fault in faults)
        begin, end = self._hands_on(ordeal.role, faults)
        in_the_middle, pause_s = dice.random() < 0.5, dice.uniform(0.0, 0.15)
        makers = [dice.choice(ordeal.commands) for _ in range(dice.randint(1, 2))]
        issued = []
        if not in_the_middle:
            begin()
        for make in makers:
            issued.append(_issue(member, make(), name, dice.uniform(*ordeal.within_s)))
        if in_the_middle:
            time.sleep(pause_s)  # the fault has to fall into the command
            begin()
        if dice.random() < 0.2:
            time.sleep(pause_s)
            issued[0][1].cancelled_at = time.monotonic()
            member.client.cancel(issued[0][0])
        _wait_for([one for _, one in issued])
        end()
        cleared = time.monotonic()
        story.commands += [one for _, one in issued]
        story.kills += KILLED in name
        _note_return(member, name, cleared, story)

    def _hands_on(self, role: str, faults: Sequence[Fault]) -> tuple[Callable[[], None], Callable[[], None]]:
        """What begins and ends these faults; the host's own are signals."""
        pid = self._fleet.wait_other_pid(role, 0, BACK_WITHIN_S)

        def begin() -> None:
            for fault in faults:
                fault.begin()
                if fault.name in SIGNALS:
                    os.kill(pid, SIGNALS[fault.name])

        def end() -> None:
            for fault in reversed(faults):
                fault.end()
                if fault.name == STOPPED:
                    os.kill(pid, signal.SIGCONT)

        return begin, end


def _issue(member: Member, command: Command, fault: str, within_s: float) -> tuple[int, Issued]:
    issued = Issued(type(command).__name__, fault, within_s, time.monotonic())

    def done(result: object, error: Exception | None) -> None:
        issued.ended.append(time.monotonic())
        issued.ends.append(_name(error))

    return member.client.start(command, within_s, done), issued


def _wait_for(issued: Sequence[Issued]) -> None:
    latest = max(one.began + one.within_s for one in issued) + LATEST_S
    while not all(one.ended for one in issued) and time.monotonic() < latest:
        time.sleep(0.005)


def _note_return(member: Member, fault: str, cleared: float, story: Story) -> None:
    while not member.usable():
        if time.monotonic() - cleared > BACK_WITHIN_S:
            story.broken.append(f"{member.role} did not come back after {fault}")
            return
        time.sleep(0.01)
    story.back_s.append((time.monotonic() - cleared, fault))


def _name(error: Exception | None) -> str:
    match error:
        case None:
            return "done"
        case RemoteError(error=failure):
            return str(failure.kind)
        case NoAnswer():
            return "no answer"
        case ConnectionLost():
            return "connection lost"
    return repr(error)
