"""Scanners that type like a keyboard (Linux evdev), held fast so that the screen never sees a key.

Codes end with Enter. A wedge has no trigger and says nothing of its health: it is online while its device is there.
What it types while nobody waits is thrown away. Source for the habit: Odoo's keyboard_usb_driver_L.py.
"""

from __future__ import annotations

from drivers.contract.commands import DeviceCommand, DeviceResult, GetReport, TestReport, TestStep
from drivers.contract.driver import Driver
from drivers.contract.errors import DeviceError, NoMedia, ProtocolError, UnsupportedCommand
from drivers.contract.scanner import PAYLOAD_LIMIT_BYTES, ScanCode, ScannedCode
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.evdev_input import KeySource
from drivers.family import FamilySettings, Place
from drivers.scanner.typed import TypedLine
from kiosk.ipc import Control, DeadlineExceeded


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: /dev/input/by-id/…-event-kbd."""


class WedgeScanner:
    """One scanner behind its evdev device."""

    role = DeviceRole.SCANNER

    def __init__(self, keys: KeySource) -> None:
        self._keys, self._line = keys, TypedLine()

    def report(self, control: Control) -> DeviceReport:
        """Online while the device is there and ours."""
        self._discard(control)
        return DeviceReport(self.role, DeviceState.ONLINE, model=self._keys.name)

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """ScanCode and GetReport."""
        match command:
            case ScanCode():
                return self.scan(control)
            case GetReport():
                return self.report(control)
        raise UnsupportedCommand(f"{type(command).__name__} is not for a code scanner")

    def scan(self, control: Control) -> ScannedCode:
        """Wait for a line that begins now; NoMedia when none came within the control's deadline."""
        self._discard(control)
        try:
            while True:
                for line in self._line.type(self._keys.read(control.remaining_s, control)):
                    if len(line) > PAYLOAD_LIMIT_BYTES:
                        raise ProtocolError("the code is longer than any that we take", cause="length")
                    return ScannedCode(line)
        except DeadlineExceeded:
            raise NoMedia("no code within the deadline") from None
        finally:
            self._line.forget()

    def self_test(self, control: Control) -> TestReport:
        """Open and grab; there is no more that a wedge can show without a code."""
        try:
            seen = f"{self.report(control).model}: held; hold a code in front of it to see more"
            step = TestStep("device", seen, True)
        except DeviceError as error:
            advice = "check its cable, the port of the profile, and that the user is in the group input"
            step = TestStep("device", error.hint, False, advice)
        return TestReport(step.passed, (step,))

    def close(self) -> None:
        """Give the device back."""
        self._keys.close()
        self._line = TypedLine()

    def _discard(self, control: Control) -> None:
        """Throw away what was typed while nobody waited, and the rest of a line in the middle of it."""
        self._keys.open()
        self._line.type(self._keys.read_waiting(control))
        self._line.forget()


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is no path."""
    return WedgeScanner(KeySource(settings.port))
