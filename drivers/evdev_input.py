"""Keys of a USB keyboard-like device (Linux evdev), taken for ourselves: nothing that it types reaches the screen.

Not responsible for what the keys mean. The device is grabbed (EVIOCGRAB) from opening to closing, also while nobody
waits for its keys; otherwise they would go to the focused window, and through the Chinese input method. The user
must be in the group `input`.

    struct input_event   seconds (long) microseconds (long) type (u16) code (u16) value (s32)
EV_KEY values: 0 up, 1 down, 2 repeated. SYN_DROPPED says that the kernel lost events: all up to the next SYN_REPORT
belongs to what was lost.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import evdev

from drivers.contract.errors import DeviceOffline
from drivers.transport.stream import something_came
from kiosk.ipc import Control

EVENT = struct.Struct("llHHi")
EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
UP, DOWN, REPEATED = 0, 1, 2
_PORTION = EVENT.size * 64


@dataclass(frozen=True, repr=False)
class KeyEvent:
    """One key; `at_s` is the kernel's clock. `lost` stands for any number of events that the kernel dropped."""

    code: int
    value: int
    at_s: float
    lost: bool = False


class EventParser:
    """Bytes → key events; keeps an event that is not whole for the next portion. Pure."""

    def __init__(self) -> None:
        self._rest = b""
        self._dropping = False

    def feed(self, data: bytes) -> list[KeyEvent]:
        """The keys in `data`."""
        self._rest += data
        whole = len(self._rest) - len(self._rest) % EVENT.size
        events, self._rest = self._rest[:whole], self._rest[whole:]
        found = (self._judge(*fields) for fields in EVENT.iter_unpack(events))
        return [event for event in found if event is not None]

    def _judge(self, seconds: int, micros: int, kind: int, code: int, value: int) -> KeyEvent | None:
        at_s = seconds + micros / 1e6
        if kind == EV_SYN and code == SYN_DROPPED:
            self._dropping = True
            return KeyEvent(0, 0, at_s, lost=True)
        if kind == EV_SYN and code == SYN_REPORT:
            self._dropping = False
        if kind != EV_KEY or self._dropping:
            return None
        return KeyEvent(code, value, at_s)


class KeyDevice(Protocol):
    """What we need of an opened evdev device; `evdev.InputDevice` is one."""

    fd: int
    name: str

    def grab(self) -> None:
        """EVIOCGRAB."""

    def ungrab(self) -> None:
        """Give it back."""

    def close(self) -> None:
        """Close the descriptor."""


OpenDevice = Callable[[str], KeyDevice]


def open_device(path: str) -> KeyDevice:
    """The kernel's device at /dev/input/…; OSError."""
    device: KeyDevice = evdev.InputDevice(path)
    return device


class KeySource:
    """The keys of the device at `path`. `open_device` can be another for tests."""

    def __init__(self, path: str, open_device: OpenDevice = open_device) -> None:
        if not path.startswith("/"):
            raise ValueError(f"{path!r} is no device path, for example /dev/input/by-id/usb-…-event-kbd")
        self._path, self._open_device = path, open_device
        self._device: KeyDevice | None = None
        self._parser = EventParser()

    @property
    def name(self) -> str:
        """How the device calls itself; empty while it is closed."""
        return self._device.name if self._device else ""

    def open(self) -> None:
        """Open and grab; DeviceOffline when it is not there or somebody else has grabbed it."""
        if self._device is not None:
            return
        try:
            device = self._open_device(self._path)
        except OSError as error:
            raise DeviceOffline(f"{self._path} cannot be opened: {error.strerror or error}") from error
        try:
            device.grab()
        except OSError as error:
            device.close()
            raise DeviceOffline(f"{self._path} is held by another program: {error.strerror or error}") from error
        os.set_blocking(device.fd, False)
        self._device, self._parser = device, EventParser()

    def close(self) -> None:
        """Give it back and close it; never raises."""
        device, self._device = self._device, None
        if device is not None:
            with contextlib.suppress(OSError):
                device.ungrab()
            with contextlib.suppress(OSError):
                device.close()

    def read(self, within_s: float, control: Control) -> list[KeyEvent]:
        """The keys that come first within `within_s`; DeviceOffline when the device vanished."""
        self.open()
        assert self._device is not None
        try:
            if not something_came(self._device.fd, within_s, control):
                return []
            data = os.read(self._device.fd, _PORTION)
        except BlockingIOError:
            return []
        except OSError as error:
            self.close()
            raise DeviceOffline(f"{self._path} vanished: {error.strerror or error}") from error
        if not data:
            self.close()
            raise DeviceOffline(f"{self._path} vanished")
        return self._parser.feed(data)

    def read_waiting(self, control: Control) -> list[KeyEvent]:
        """All keys that have already arrived."""
        waiting: list[KeyEvent] = []
        while some := self.read(0, control):
            waiting += some
        return waiting
