"""What every byte pipe is and does: the `Transport` protocol, and reading and writing a descriptor in slices.

Not responsible for opening anything. No wait is longer than SLICE_S without a look at the cancel token, and none
outlives the caller's deadline: drivers find the end of an answer by the silence after it.
"""

from __future__ import annotations

import contextlib
import errno
import select
import time
from collections.abc import Callable
from typing import Protocol

from drivers.contract.errors import DeviceTimeout
from kiosk.ipc import Control

SLICE_S = 0.1
"""How long one wait may last before the cancel token is looked at again."""
STALLED_S = 5.0
PORTION_BYTES = 4096


class Transport(Protocol):
    """What a driver needs of its wire. All methods raise DeviceOffline when the device vanishes."""

    def open(self) -> None:
        """Open the wire; does nothing when it is open."""

    def close(self) -> None:
        """Close the wire; never raises."""

    def write(self, data: bytes, control: Control) -> None:
        """Send all of `data`; DeviceTimeout when the device takes nothing for STALLED_S, however slow its line is."""

    def read_some(self, within_s: float, control: Control) -> bytes:
        """Whatever comes first within `within_s`; empty when nothing came. Stops when `control` says so."""

    def discard_input(self) -> None:
        """Throw away what has already arrived."""

    def set_baud(self, baud: int) -> None:
        """Change the line speed, where there is one."""


def pour(descriptor: int | None, send: Callable[[bytes], int], data: bytes, control: Control) -> None:
    """Send in portions: the deadline is on progress, since a long slip at 9600 baud takes a minute."""
    descriptor = _open_one(descriptor)
    moved = time.monotonic()
    while data:
        control.check()
        if select.select([], [descriptor], [], min(SLICE_S, control.remaining_s))[1]:
            with contextlib.suppress(BlockingIOError):
                data = data[send(data[:PORTION_BYTES]) :]
                moved = time.monotonic()
        if time.monotonic() - moved > STALLED_S:
            raise DeviceTimeout("the device does not take what is written")


def something_came(descriptor: int | None, within_s: float, control: Control) -> bool:
    """Wait until `descriptor` can be read (also at its end); False when `within_s` is over."""
    descriptor = _open_one(descriptor)
    ends = time.monotonic() + within_s
    while True:
        control.check()
        left = max(0.0, ends - time.monotonic())
        if select.select([descriptor], [], [], min(SLICE_S, left, control.remaining_s))[0]:
            return True
        if time.monotonic() >= ends:
            return False


def _open_one(descriptor: int | None) -> int:
    """OSError for a wire that another thread has just closed: a socket says -1 then, and pyserial None."""
    if descriptor is None or descriptor < 0:
        raise OSError(errno.EBADF, "closed")
    return descriptor
