"""What every driver offers to its host: open, close, report, and one method that carries a command out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from drivers.contract.commands import DeviceCommand, DeviceNotice, DeviceResult, TestReport
from drivers.contract.status import DeviceReport, DeviceRole
from kiosk.ipc import Control


class Driver(Protocol):
    """One device. All methods are called on one thread, which owns the device.

    Every method raises a DeviceError when the device fails; Cancelled and DeadlineExceeded pass through.
    """

    role: DeviceRole

    def report(self, control: Control) -> DeviceReport:
        """Ask the device for its state; opens it when it is closed."""

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """Carry out a command of this role; UnsupportedCommand for others."""

    def self_test(self, control: Control) -> TestReport:
        """Try what can be tried without a citizen."""

    def close(self) -> None:
        """Let go of the device; never raises."""


@runtime_checkable
class Watching(Protocol):
    """A driver that learns of changes by itself: a card put in, a key pressed, a door opened."""

    def watch(self, tell: Callable[[DeviceNotice], None]) -> None:
        """Called once by the host. `tell` may be called from any thread of the driver, and never blocks it long."""
