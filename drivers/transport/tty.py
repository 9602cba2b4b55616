"""A tty or a pty. pyserial opens and sets it; reading and writing is done here, on its descriptor.

Quirks: `inter_byte_timeout` of a pty is ignored by the kernel, so framing is always done by the driver; a pty
knows no parity: some systems refuse it with EINVAL, others drop it in silence, so it is read back.
"""

from __future__ import annotations

import contextlib
import errno
import os
import termios
import threading
from typing import NoReturn

import serial

from drivers.contract.errors import DeviceOffline
from drivers.transport.stream import PORTION_BYTES, pour, something_came
from kiosk.ipc import Control

_VANISHED = (OSError, termios.error)
"""What a vanished tty raises: pyserial's own errors are OSErrors, tcflush and tcsetattr raise termios.error."""

_PARITY_FLAGS = {"N": 0, "E": termios.PARENB, "O": termios.PARENB | termios.PARODD}


class SerialTransport:
    """A tty or pty at `path`, 8 data bits; `parity` is N, E or O."""

    def __init__(self, path: str, baud: int = 115200, parity: str = "N", stop_bits: int = 1) -> None:
        self._path, self._baud, self._parity, self._stop_bits = path, baud, parity, stop_bits
        self._port: serial.Serial | None = None
        self._opening = threading.Lock()  # who reads and who writes may both find it closed

    def open(self) -> None:
        """Open exclusively."""
        self._opened()

    def close(self) -> None:
        """Close; a port that has vanished is closed too."""
        port, self._port = self._port, None  # two threads may find out at once
        if port is not None:
            with contextlib.suppress(*_VANISHED):
                port.close()

    def write(self, data: bytes, control: Control) -> None:
        """Send all of it."""
        port = self._opened()
        try:
            descriptor = port.fileno()
            pour(descriptor, lambda rest: os.write(descriptor, rest), data, control)
        except OSError as error:
            self._lost(error)

    def read_some(self, within_s: float, control: Control) -> bytes:
        """Read what is there."""
        port = self._opened()
        try:
            descriptor = port.fileno()
            if not something_came(descriptor, within_s, control):
                return b""
            data = os.read(descriptor, PORTION_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            self._lost(error)
        if not data:
            self._lost(OSError("the line was hung up"))
        return data

    def discard_input(self) -> None:
        """Throw away what has arrived."""
        try:
            self._opened().reset_input_buffer()
        except _VANISHED as error:
            self._lost(error)

    def set_baud(self, baud: int) -> None:
        """Change the speed."""
        self._baud = baud
        if self._port is not None:
            try:
                self._port.baudrate = baud
            except _VANISHED as error:
                self._lost(error)

    def _check_line(self, port: serial.Serial) -> None:
        """Whether the parity that was asked for holds; termios.error when it does not."""
        flags = termios.tcgetattr(port.fileno())[2] & (termios.PARENB | termios.PARODD)
        if flags != _PARITY_FLAGS[self._parity]:
            raise termios.error(errno.EINVAL, "it has no such parity")

    def _opened(self) -> serial.Serial:
        with self._opening:
            port = self._port
            if port is None:
                port = self._port = self._open_and_set()
            return port

    def _open_and_set(self) -> serial.Serial:
        try:
            port = serial.Serial(
                self._path,
                self._baud,
                parity=self._parity,
                stopbits=self._stop_bits,
                timeout=0,
                exclusive=True,
            )
        except termios.error as error:
            raise DeviceOffline(self._refusal(error)) from error
        except (OSError, ValueError) as error:
            raise DeviceOffline(f"{self._path} cannot be opened: {error}") from error
        try:
            self._check_line(port)
        except termios.error as error:
            port.close()
            raise DeviceOffline(self._refusal(error)) from error
        return port

    def _refusal(self, error: termios.error) -> str:
        return f"{self._path} does not take {self._baud} 8{self._parity}{self._stop_bits}: {error.args[-1]}"

    def _lost(self, error: Exception) -> NoReturn:
        self.close()
        raise DeviceOffline(f"{self._path} vanished: {error}") from error
