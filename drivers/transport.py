"""A byte pipe to a device: a tty, a pty, or a socket. Every read has a deadline and a way out.

Not responsible for frames. pyserial opens ttys; sockets are opened here, because pyserial's socket:// can
neither tell how much is waiting nor notice an unplugged end in time. `inter_byte_timeout` of a pty is ignored
by the kernel, so framing is always done by the driver.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import termios
import time
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

import serial

from drivers.contract.errors import DeviceOffline, DeviceTimeout
from kiosk.ipc import Control

SLICE_S = 0.1
"""How long one wait may last before the cancel token is looked at again."""
STALLED_S = 5.0
PORTION_BYTES = 4096
_VANISHED = (OSError, termios.error)
"""What a vanished tty raises: pyserial's own errors are OSErrors, tcflush and tcsetattr raise termios.error."""


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


class SerialTransport:
    """A tty or pty at `path`, 8 data bits, no parity unless `parity` says so, 1 stop bit."""

    def __init__(self, path: str, baud: int = 115200, parity: str = "N") -> None:
        self._path, self._baud, self._parity = path, baud, parity
        self._port: serial.Serial | None = None

    def open(self) -> None:
        """Open exclusively."""
        if self._port is not None:
            return
        try:
            self._port = serial.Serial(
                self._path,
                self._baud,
                parity=self._parity,
                timeout=SLICE_S,
                exclusive=True,
            )
        except (OSError, ValueError) as error:
            raise DeviceOffline(f"{self._path} cannot be opened: {error}") from error

    def close(self) -> None:
        """Close; a port that has vanished is closed too."""
        if self._port is not None:
            with contextlib.suppress(*_VANISHED):
                self._port.close()
            self._port = None

    def write(self, data: bytes, control: Control) -> None:
        """Send all of it."""
        descriptor = self._opened().fileno()
        try:
            _pour(descriptor, lambda rest: os.write(descriptor, rest), data, control)
        except OSError as error:
            self._lost(error)

    def read_some(self, within_s: float, control: Control) -> bytes:
        """Read what is there."""
        port, ends = self._opened(), time.monotonic() + within_s
        try:
            while True:
                control.check()
                if first := port.read(1):
                    return bytes(first + port.read(port.in_waiting))
                if time.monotonic() >= ends:
                    return b""
        except _VANISHED as error:
            self._lost(error)
            raise AssertionError from error  # _lost always raises

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

    def _opened(self) -> serial.Serial:
        self.open()
        assert self._port is not None
        return self._port

    def _lost(self, error: Exception) -> None:
        self.close()
        raise DeviceOffline(f"{self._path} vanished: {error}") from error


class SocketTransport:
    """A device server at `host`:`port` (JetDirect printers, serial-to-network boxes, virtual devices)."""

    def __init__(self, host: str, port: int, connect_s: float = 2.0) -> None:
        self._address, self._connect_s = (host, port), connect_s
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Connect."""
        if self._socket is not None:
            return
        try:
            self._socket = socket.create_connection(self._address, self._connect_s)
        except OSError as error:
            raise DeviceOffline(f"{self._name} cannot be reached: {error}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)

    def close(self) -> None:
        """Disconnect."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def write(self, data: bytes, control: Control) -> None:
        """Send all of it."""
        peer = self._opened()
        try:
            _pour(peer.fileno(), peer.send, data, control)
        except OSError as error:
            self._lost(error)

    def read_some(self, within_s: float, control: Control) -> bytes:
        """Read what is there."""
        peer, ends = self._opened(), time.monotonic() + within_s
        while True:
            control.check()
            left = ends - time.monotonic()
            ready, _, _ = select.select([peer], [], [], max(0.0, min(SLICE_S, left)))
            if ready:
                return self._receive(peer)
            if left <= 0:
                return b""

    def discard_input(self) -> None:
        """Throw away what has arrived; also notices that the other end has gone."""
        peer = self._opened()
        while select.select([peer], [], [], 0)[0]:
            self._receive(peer)

    def set_baud(self, baud: int) -> None:
        """A socket has no speed."""

    @property
    def _name(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"

    def _opened(self) -> socket.socket:
        self.open()
        assert self._socket is not None
        return self._socket

    def _receive(self, peer: socket.socket) -> bytes:
        try:
            data = peer.recv(4096)
        except OSError as error:
            self._lost(error)
        if not data:
            self._lost(ConnectionResetError("closed by the device"))
        return data

    def _lost(self, error: Exception) -> None:
        self.close()
        raise DeviceOffline(f"{self._name} vanished: {error}") from error


def _pour(descriptor: int, send: Callable[[bytes], int], data: bytes, control: Control) -> None:
    """Send in portions: the deadline is on progress, since a long slip at 9600 baud takes a minute."""
    moved = time.monotonic()
    while data:
        control.check()
        if select.select([], [descriptor], [], SLICE_S)[1]:
            with contextlib.suppress(BlockingIOError):
                data = data[send(data[:PORTION_BYTES]) :]
                moved = time.monotonic()
        if time.monotonic() - moved > STALLED_S:
            raise DeviceTimeout("the device does not take what is written")


def open_transport(url: str, baud: int = 115200) -> Transport:
    """The transport that `url` names: a path, serial:/path, socket://host:port or tcp://host:port."""
    parts = urlsplit(url)
    if parts.scheme in {"socket", "tcp"}:
        try:
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise ValueError(f"{url!r}: {error}") from None
        if not host or (port is None and parts.scheme == "socket"):
            raise ValueError(f"{url!r} needs a host and a port, for example {parts.scheme}://127.0.0.1:9100")
        return SocketTransport(host, port or 9100)
    path = parts.path if parts.scheme == "serial" else url
    if not path.startswith("/"):
        raise ValueError(f"{url!r} is neither a device path nor socket://host:port nor tcp://host:port")
    return SerialTransport(path, baud)
