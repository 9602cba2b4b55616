"""What the engine is told: intents of the citizen, and facts that the shell found out.

Ids and times arrive here, inside events: the engine has no clock and no randomness.
"""

from __future__ import annotations

import msgspec

from drivers.contract.commands import DeviceEvent, DeviceResult
from drivers.contract.errors import DeviceFailure
from drivers.contract.status import DeviceReport
from kiosk.intents import AnyIntent
from offline_cache.contract import LineState, Outcome, StoreFailure, StoreResult, StoreStatus


class Fact(msgspec.Struct, frozen=True, tag=True):
    """Base of what the shell reports."""


class World(msgspec.Struct, frozen=True):
    """What readiness depends on: everything the terminal knows about itself now.

    `in_service` is the technician's switch (effect SetInService); the shell keeps it between sessions.
    """

    devices: tuple[DeviceReport, ...] = ()
    line: LineState = LineState.OFFLINE
    store: StoreStatus | None = None
    hour: int = 12
    in_service: bool = True

    def device(self, role: str) -> DeviceReport | None:
        """The report of one role; None when its process has not spoken yet."""
        return next((report for report in self.devices if report.role == role), None)


class SessionStarted(Fact, frozen=True):
    """Somebody touched the attract screen; the shell sends the intent itself right behind.

    `today` is YYYY-MM-DD in the terminal's business time; `application_id` and `rating_id` are fresh UUIDv7s;
    `world` is the newest one. Any intent but Touched begins a session.
    """

    session_id: str
    application_id: str
    rating_id: str
    today: str
    world: World = World()


class DeviceSaid(Fact, frozen=True):
    """An event of the device command `command_id`."""

    command_id: int
    event: DeviceEvent


class DeviceDone(Fact, frozen=True):
    """A device command succeeded."""

    command_id: int
    result: DeviceResult


class DeviceFailed(Fact, frozen=True):
    """A device command failed; a dead driver process counts as kind "offline".

    Except for a print: when the process died with a print in its hands, nobody knows what came out, and the
    shell reports "outcome_unknown".
    """

    command_id: int
    failure: DeviceFailure


class StoreDone(Fact, frozen=True):
    """A store command succeeded."""

    command_id: int
    result: StoreResult


class StoreFailed(Fact, frozen=True):
    """A store command failed; a dead store process counts as kind "storage" or "offline" by command."""

    command_id: int
    failure: StoreFailure


class WorldChanged(Fact, frozen=True):
    """Device, supply, line or store state changed, during a session or between two."""

    world: World


class OutcomeArrived(Fact, frozen=True):
    """The centre answered a transaction, perhaps one of this session."""

    outcome: Outcome


class TimedOut(Fact, frozen=True):
    """The timer `timer_id` that the engine started has run out."""

    timer_id: int


class PinChecked(Fact, frozen=True):
    """The shell compared the PIN of `CheckPin`; `reason` is wrong or locked."""

    ok: bool
    reason: str = ""


AnyFact = (
    SessionStarted
    | DeviceSaid
    | DeviceDone
    | DeviceFailed
    | StoreDone
    | StoreFailed
    | WorldChanged
    | OutcomeArrived
    | TimedOut
    | PinChecked
)
Event = AnyIntent | AnyFact
