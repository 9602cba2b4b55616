"""SAM_V over USB: one byte stream, split over two pairs of bulk end points.

    host → reader   0x02 carries the seven bytes of preamble and length, 0x06 everything after them
    reader → host   0x81 and 0x85 likewise

Source: two vendors' documents of the 0400:C35A readers. Not responsible for what the bytes mean.
"""

from __future__ import annotations

from typing import Any

from drivers.transport.usb import UsbAddress, UsbDevice
from kiosk.ipc import Control, DeadlineExceeded

HEAD_OUT, REST_OUT, HEAD_IN, REST_IN = 0x02, 0x06, 0x81, 0x85
HEAD_BYTES = 7
DRAIN_S = 0.02


class FourPipeTransport:
    """A Transport: each `write` is one whole frame."""

    def __init__(self, address: UsbAddress, backend: Any = None) -> None:
        self._usb = UsbDevice(address, backend)
        self._left = 0  # bytes that the last head announced and that have not come yet

    def open(self) -> None:
        """Claim the reader."""
        if not self._usb.is_open:
            self._usb.open()
            self._left = 0

    def close(self) -> None:
        """Give it back."""
        self._usb.close()

    def write(self, data: bytes, control: Control) -> None:
        """Send one frame."""
        self.open()
        self._usb.write(HEAD_OUT, data[:HEAD_BYTES], control)
        self._usb.write(REST_OUT, data[HEAD_BYTES:], control)

    def read_some(self, within_s: float, control: Control) -> bytes:
        """The head of an answer, then, at the next call, what follows it."""
        self.open()
        if not self._left:
            head = self._usb.read(HEAD_IN, within_s, control)
            self._left = int.from_bytes(head[HEAD_BYTES - 2 : HEAD_BYTES], "big")
            return head
        rest = self._usb.read(REST_IN, within_s, control)
        self._left = max(0, self._left - len(rest))
        return rest

    def discard_input(self) -> None:
        """Throw away what is left of earlier answers, on both pipes."""
        self.open()
        for pipe in (HEAD_IN, REST_IN):
            try:
                while self._usb.read(pipe, DRAIN_S / 10, Control(DRAIN_S)):
                    pass
            except DeadlineExceeded:
                continue
        self._left = 0

    def set_baud(self, baud: int) -> None:
        """USB has no speed to set."""
