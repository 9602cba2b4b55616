"""A 12-key pad that is a USB keyboard (Linux evdev), held fast so that the screen never sees a key.

It has no doors, sensors or lights: the report holds no sensors, SetGuideLight is unsupported. Digits come from the
upper row or the number block; * and # by their own key, as shifted 8 and 3, or as the number block's * and /.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from evdev import ecodes

from drivers.contract.commands import DeviceCommand, DeviceNotice, DeviceResult, GetReport, TestReport, TestStep
from drivers.contract.driver import Driver
from drivers.contract.errors import DeviceError, UnsupportedCommand
from drivers.contract.panel import KeyPressed
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.evdev_input import DOWN, UP, KeyEvent, KeySource
from drivers.family import FamilySettings, Place
from drivers.panel.events import KeyPace
from kiosk.ipc import Cancelled, Control

HOLD_S = 2.0
HELD_KEY = "5"
_ROW = {code: str((index + 1) % 10) for index, code in enumerate(range(ecodes.KEY_1, ecodes.KEY_0 + 1))}
_BLOCK = {getattr(ecodes, f"KEY_KP{digit}"): str(digit) for digit in range(10)}
_SIGNS = {
    ecodes.KEY_KPASTERISK: "*",
    ecodes.KEY_NUMERIC_STAR: "*",
    ecodes.KEY_KPSLASH: "#",
    ecodes.KEY_NUMERIC_POUND: "#",
}
_KEYS = {**_ROW, **_BLOCK, **_SIGNS}
_SHIFTED = {**_KEYS, ecodes.KEY_8: "*", ecodes.KEY_3: "#"}
_SHIFTS = frozenset({ecodes.KEY_LEFTSHIFT, ecodes.KEY_RIGHTSHIFT})


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: /dev/input/by-id/…-event-kbd."""


class Pad:
    """Key events → keys of the pad. Pure; the clock is the events' own."""

    def __init__(self) -> None:
        self._shifts: set[int] = set()
        self._held_since: float | None = None
        self._pace = KeyPace()

    def press(self, event: KeyEvent) -> KeyPressed | None:
        """The key that `event` tells, if it does."""
        if event.lost:
            self._shifts.clear()
            self._held_since = None
            return None
        if event.code in _SHIFTS:
            (self._shifts.discard if event.value == UP else self._shifts.add)(event.code)
            return None
        key = (_SHIFTED if self._shifts else _KEYS).get(event.code)
        if key is None:
            return None
        if event.value == DOWN:
            self._held_since = event.at_s if key == HELD_KEY else None
            return KeyPressed(key) if self._pace.lets(event.at_s) else None
        return self._held(key, event)

    def _held(self, key: str, event: KeyEvent) -> KeyPressed | None:
        """A hold is told once, by the first repetition after HOLD_S or, where keys do not repeat, at the end."""
        since = self._held_since
        if key != HELD_KEY or since is None:
            return None
        held_s = event.at_s - since
        if event.value == UP or held_s >= HOLD_S:
            self._held_since = None
        return KeyPressed(key, held_s) if held_s >= HOLD_S else None


class KeypadPanel:
    """One pad behind its evdev device; a thread of its own reads it."""

    role = DeviceRole.PANEL

    def __init__(self, keys: KeySource) -> None:
        self._keys = keys
        self._tell: Callable[[DeviceNotice], None] = lambda notice: None
        self._thread: threading.Thread | None = None
        self._reading = Control(math.inf)

    def watch(self, tell: Callable[[DeviceNotice], None]) -> None:
        """Keys go to `tell`, on the reading thread."""
        self._tell = tell

    def report(self, control: Control) -> DeviceReport:
        """Online while the device is there and ours."""
        control.check()
        if self._thread is None or not self._thread.is_alive():
            pad = Pad()
            for event in self._keys.read_waiting(control):
                pad.press(event)  # pressed while nobody listened
            self._reading = Control(math.inf)
            self._thread = threading.Thread(target=self._read, args=(pad,), name="keypad", daemon=True)
            self._thread.start()
        return DeviceReport(self.role, DeviceState.ONLINE, model=self._keys.name)

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """GetReport."""
        match command:
            case GetReport():
                return self.report(control)
        raise UnsupportedCommand(f"{type(command).__name__} is not for a keypad")

    def self_test(self, control: Control) -> TestReport:
        """Open and grab."""
        try:
            step = TestStep("device", f"{self.report(control).model}: held; press its keys to see more", True)
        except DeviceError as error:
            advice = "check its cable, the port of the profile, and that the user is in the group input"
            step = TestStep("device", error.hint, False, advice)
        return TestReport(step.passed, (step,))

    def close(self) -> None:
        """Give the device back."""
        self._reading.cancel()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._keys.close()

    def _read(self, pad: Pad) -> None:
        try:
            while True:
                for event in self._keys.read(1.0, self._reading):
                    if (key := pad.press(event)) is not None:
                        self._tell(key)
        except Cancelled:
            pass
        except DeviceError as error:
            self._tell(DeviceReport(self.role, DeviceState.OFFLINE, reason=error.kind, hint=error.hint))


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is no path."""
    return KeypadPanel(KeySource(settings.port))
