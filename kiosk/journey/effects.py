"""What the engine asks the shell to do. Values only; the shell carries them out in order."""

from __future__ import annotations

import msgspec

from drivers.contract.commands import DeviceCommand
from drivers.contract.status import DeviceRole
from kiosk.views import AnyView
from offline_cache.contract import AnyStoreCommand


class Effect(msgspec.Struct, frozen=True, tag=True):
    """Base of all effects."""


class Show(Effect, frozen=True):
    """Paint this page."""

    view: AnyView


class RunDevice(Effect, frozen=True):
    """Send a command to a device; DeviceSaid*, then one DeviceDone or DeviceFailed with its id follow."""

    command_id: int
    role: DeviceRole
    command: DeviceCommand
    within_s: float


class CancelDevice(Effect, frozen=True):
    """Stop a device command; its completion will be dropped by its id."""

    command_id: int


class RunStore(Effect, frozen=True):
    """Ask the store or, through it, the centre; one StoreDone or StoreFailed with the same id follows."""

    command_id: int
    command: AnyStoreCommand
    within_s: float


class StartTimer(Effect, frozen=True):
    """Report TimedOut(timer_id) after `after_s`, unless the session has ended."""

    timer_id: int
    after_s: float


class SetInService(Effect, frozen=True):
    """The technician opened or closed the terminal to the public; WorldChanged with `in_service` follows."""

    on: bool


class Forget(Effect, frozen=True):
    """Wipe now what the shell holds of this citizen (pictures, commands); the goodbye page follows."""


class EndSession(Effect, frozen=True):
    """Forget everything of this citizen: views, answers, pictures, pending commands; then attract."""


class CheckPin(Effect, frozen=True):
    """Compare a technician's PIN with the terminal's; PinChecked follows."""

    pin: str

    def __repr__(self) -> str:
        return "CheckPin()"


AnyEffect = Show | RunDevice | CancelDevice | RunStore | StartTimer | CheckPin | SetInService | Forget | EndSession
