"""A USB keyboard by hand: real `input_event` structs through a pipe, and a fake for the ioctls.

There is no /dev/uinput on the machines that test; what the kernel does with EVIOCGRAB is therefore only imitated:
keys of a keyboard that nobody has grabbed go to `screen`.
"""

from __future__ import annotations

import errno
import os
import struct
import time

from evdev import ecodes

SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))
CODES = {
    " ": ecodes.KEY_SPACE,
    "-": ecodes.KEY_MINUS,
    "=": ecodes.KEY_EQUAL,
    "[": ecodes.KEY_LEFTBRACE,
    "]": ecodes.KEY_RIGHTBRACE,
    ";": ecodes.KEY_SEMICOLON,
    "'": ecodes.KEY_APOSTROPHE,
    "`": ecodes.KEY_GRAVE,
    "\\": ecodes.KEY_BACKSLASH,
    ",": ecodes.KEY_COMMA,
    ".": ecodes.KEY_DOT,
    "/": ecodes.KEY_SLASH,
    "\n": ecodes.KEY_ENTER,
    "\t": ecodes.KEY_TAB,
    **{char: getattr(ecodes, f"KEY_{char.upper()}") for char in "abcdefghijklmnopqrstuvwxyz0123456789"},
}


def event(kind: int, code: int, value: int, at_s: float) -> bytes:
    """One struct input_event, as the kernel writes it on a 64-bit machine."""
    return struct.pack("@qqHHi", int(at_s), int(at_s % 1 * 1e6), kind, code, value)


class Keyboard:
    """The device, and its port: `open` is handed to the driver in place of evdev's."""

    def __init__(self, now: float | None = None) -> None:
        self.name = "Test Keyboard"
        self.now = time.time() if now is None else now
        self.screen: list[int] = []
        self.plugged, self.grabbed = True, False
        self.held_by_another = False
        self.opened = self.given_back = 0
        self.fd = self._mouth = -1

    def open(self, path: str) -> Keyboard:
        if not self.plugged:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        self.fd, self._mouth = os.pipe()
        self.opened += 1
        return self

    def grab(self) -> None:
        if self.held_by_another:
            raise OSError(errno.EBUSY, "Device or resource busy")
        self.grabbed = True

    def ungrab(self) -> None:
        self.grabbed = False
        self.given_back += 1

    def close(self) -> None:
        for descriptor in {self.fd, self._mouth} - {-1}:
            os.close(descriptor)
        self.fd = self._mouth = -1
        self.grabbed = False

    def unplug(self) -> None:
        self.plugged = False
        os.close(self._mouth)
        self._mouth = -1

    def put(self, *events: tuple[int, int, int]) -> None:
        """Events of (type, code, value), each report ended by SYN_REPORT."""
        for kind, code, value in events:
            if not self.grabbed:
                self.screen.append(code)
                continue
            report = event(kind, code, value, self.now) + event(0, 0, 0, self.now)
            os.write(self._mouth, report)

    def press(self, code: int, repeats: int = 0) -> None:
        self.put((1, code, 1), *[(1, code, 2)] * repeats, (1, code, 0))

    def type(self, text: str) -> None:
        for char in text:
            low = SHIFTED.get(char, char.lower())
            shift = char in SHIFTED or char.isupper()
            if shift:
                self.put((1, ecodes.KEY_LEFTSHIFT, 1))
            self.press(CODES[low])
            if shift:
                self.put((1, ecodes.KEY_LEFTSHIFT, 0))

    def drop_events(self) -> None:
        """The kernel's buffer ran over."""
        self.put((0, 3, 0))
