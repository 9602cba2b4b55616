"""A device server on the network: bytes as they are.

Sockets are opened here, because pyserial's socket:// can neither tell how much is waiting nor notice an unplugged
end in time.
"""

from __future__ import annotations

import select
import socket
from typing import NoReturn

from drivers.contract.errors import DeviceOffline
from drivers.transport.stream import PORTION_BYTES, pour, something_came
from kiosk.ipc import Control


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
            raise DeviceOffline(f"{self.name} cannot be reached: {error}") from error
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
            pour(peer.fileno(), peer.send, data, control)
        except OSError as error:
            self._lost(error)

    def read_some(self, within_s: float, control: Control) -> bytes:
        """Read what is there."""
        peer = self._opened()
        try:
            came = something_came(peer.fileno(), within_s, control)
        except OSError as error:
            self._lost(error)
        return self._receive(peer) if came else b""

    def discard_input(self) -> None:
        """Throw away what has arrived; also notices that the other end has gone."""
        peer = self._opened()
        while select.select([peer], [], [], 0)[0]:
            self._receive(peer)

    def set_baud(self, baud: int) -> None:
        """A socket has no speed."""

    @property
    def name(self) -> str:
        """Who is at the other end."""
        return f"{self._address[0]}:{self._address[1]}"

    def _opened(self) -> socket.socket:
        self.open()
        assert self._socket is not None
        return self._socket

    def _receive(self, peer: socket.socket) -> bytes:
        try:
            data = peer.recv(PORTION_BYTES)
        except OSError as error:
            self._lost(error)
        if not data:
            self._lost(ConnectionResetError("closed by the device"))
        return data

    def _lost(self, error: Exception) -> NoReturn:
        self.close()
        raise DeviceOffline(f"{self.name} vanished: {error}") from error
