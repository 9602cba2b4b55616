"""A device server on the network: bytes as they are.

Sockets are opened here, because pyserial's socket:// can neither tell how much is waiting nor notice an unplugged
end in time, and because connecting, too, has to end when the caller's deadline does.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import threading
import time
from typing import NoReturn

from drivers.contract.errors import DeviceOffline
from drivers.transport.stream import PORTION_BYTES, SLICE_S, pour, something_came
from kiosk.ipc import Control


class SocketTransport:
    """A device server at `host`:`port` (JetDirect printers, serial-to-network boxes, virtual devices)."""

    def __init__(self, host: str, port: int, connect_s: float = 2.0) -> None:
        self._address, self._connect_s = (host, port), connect_s
        self._socket: socket.socket | None = None
        self._opening = threading.Lock()  # who reads and who writes may both find it closed

    def open(self) -> None:
        """Connect."""
        self.opened(Control(self._connect_s + SLICE_S))

    def opened(self, control: Control) -> socket.socket:
        """The connection, made when there is none, as long as `control` allows."""
        with self._opening:
            peer = self._socket
            if peer is None:
                try:
                    peer = self._socket = self._connect(control)
                except OSError as error:
                    raise DeviceOffline(f"{self.name} cannot be reached: {error}") from error
            return peer

    def close(self) -> None:
        """Disconnect."""
        peer, self._socket = self._socket, None
        if peer is not None:
            peer.close()

    def write(self, data: bytes, control: Control) -> None:
        """Send all of it."""
        peer = self.opened(control)
        try:
            pour(peer.fileno(), peer.send, data, control)
        except OSError as error:
            self._lost(error)

    def read_some(self, within_s: float, control: Control) -> bytes:
        """Read what is there."""
        peer = self.opened(control)
        try:
            came = something_came(peer.fileno(), within_s, control)
        except OSError as error:
            self._lost(error)
        return self._receive(peer) if came else b""

    def discard_input(self) -> None:
        """Throw away what has arrived; also notices that the other end has gone."""
        self.open()
        peer = self._socket
        while peer is not None and select.select([peer], [], [], 0)[0]:
            self._receive(peer)

    def set_baud(self, baud: int) -> None:
        """A socket has no speed."""

    @property
    def name(self) -> str:
        """Who is at the other end."""
        return f"{self._address[0]}:{self._address[1]}"

    def _connect(self, control: Control) -> socket.socket:
        """To the first of the host's addresses."""
        family, kind, protocol, _, address = socket.getaddrinfo(*self._address, type=socket.SOCK_STREAM)[0]
        peer = socket.socket(family, kind, protocol)
        try:
            peer.setblocking(False)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            failed = peer.connect_ex(address)
            ends = time.monotonic() + self._connect_s
            while failed == errno.EINPROGRESS:
                control.check()
                if select.select([], [peer], [], min(SLICE_S, control.remaining_s))[1]:
                    failed = peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                elif time.monotonic() >= ends:
                    failed = errno.ETIMEDOUT
            if failed:
                raise OSError(failed, os.strerror(failed))
        except BaseException:
            peer.close()
            raise
        return peer

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
