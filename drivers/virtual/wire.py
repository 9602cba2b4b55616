"""The device's end of a wire: a TCP port or a pty, paced like a serial line, that can be pulled out.

Not responsible for any protocol: what arrives goes to `receive`, what the device says is written with `send`.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
import tty
from collections.abc import Callable
from typing import Protocol

_BITS_A_BYTE = 10  # one start, eight data, one stop
_UNREAD_S = 2.0


class Peer(Protocol):
    """One connection to the host."""

    def send(self, data: bytes) -> None:
        """Write to the host; a host that has gone is no error."""


Receive = Callable[[Peer, bytes], None]


class Pacing:
    """Delays writes as a serial line of `baud` would; 0 is as fast as can be."""

    def __init__(self, baud: int = 0, one_byte_at_a_time: bool = False) -> None:
        self.baud, self.one_byte_at_a_time = baud, one_byte_at_a_time

    def write(self, data: bytes, put: Callable[[bytes], None]) -> None:
        """Hand `data` to `put` in portions, at the line's speed."""
        if not self.baud and not self.one_byte_at_a_time:
            put(data)
            return
        portion = 1 if self.one_byte_at_a_time else max(1, self.baud // _BITS_A_BYTE // 200)
        started, sent = time.monotonic(), 0
        for offset in range(0, len(data), portion):
            put(data[offset : offset + portion])
            sent += len(data[offset : offset + portion])
            if self.baud:
                ahead = sent * _BITS_A_BYTE / self.baud - (time.monotonic() - started)
                if ahead > 0:
                    time.sleep(ahead)


class Connection(Protocol):
    """One host that has connected."""

    def serve(self) -> None:
        """Talk until it goes; OSError is no error."""

    def close(self) -> None:
        """Hang up; never raises."""


class ListeningWire:
    """Listens on 127.0.0.1:`port`. Pulled out, it refuses connections and drops the present ones."""

    def __init__(self, port: int, meet: Callable[[socket.socket], Connection]) -> None:
        self._meet = meet
        self._connections: set[Connection] = set()
        self._listener: socket.socket | None = None
        self.port = port
        self.plug()

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._listener is not None

    def plug(self) -> None:
        """Put the cable in."""
        if self._listener is not None:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(4)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def unplug(self) -> None:
        """Pull the cable out."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in list(self._connections):
            connection.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = self._meet(peer)
            self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        try:
            connection.serve()
        except OSError:
            pass
        finally:
            self._connections.discard(connection)
            connection.close()


class TcpWire(ListeningWire):
    """Bytes over TCP, as from a device server."""

    def __init__(self, port: int, receive: Receive, pacing: Pacing) -> None:
        super().__init__(port, lambda peer: _TcpPeer(peer, receive, pacing))

    def send(self, data: bytes) -> None:
        """Write to every host."""
        for peer in list(self._connections):
            assert isinstance(peer, _TcpPeer)
            peer.send(data)


class _TcpPeer:
    def __init__(self, connection: socket.socket, receive: Receive, pacing: Pacing) -> None:
        self.connection, self._receive, self._pacing = connection, receive, pacing
        self._lock = threading.Lock()

    def serve(self) -> None:
        while data := self.connection.recv(4096):
            self._receive(self, data)

    def send(self, data: bytes) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._pacing.write(data, self.connection.sendall)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()


class PtyWire:
    """A pty; `path` is what the host opens. Pulled out, the pty is gone, and comes back under the same link."""

    def __init__(self, link: str, receive: Receive, pacing: Pacing) -> None:
        self._link, self._receive, self._pacing = link, receive, pacing
        self._master = -1
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.plug()

    @property
    def path(self) -> str:
        """The stable path of the tty."""
        return self._link

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._master >= 0

    def plug(self) -> None:
        """Make the tty."""
        if self.plugged:
            return
        if os.path.lexists(self._link) and not os.path.islink(self._link):
            raise FileExistsError(f"{self._link} is there and is not ours to replace")
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)  # what nobody reads is lost, as on a real line
        tty.setraw(slave)
        target = os.ttyname(slave)
        os.close(slave)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._link)
        os.symlink(target, self._link)
        self._stop.clear()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Hang up. The reading thread goes first: closing the descriptor under it would not hang up the line."""
        if not self.plugged:
            return
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        os.close(self._master)
        self._master = -1
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._link)

    def send(self, data: bytes) -> None:
        """Write to the host."""
        with contextlib.suppress(OSError):
            self._pacing.write(data, lambda portion: _write_all(self._master, portion))

    def _read(self) -> None:
        while not self._stop.is_set():
            ready, _, _ = select.select([self._master], [], [], 0.05)
            if not ready:
                continue
            try:
                data = os.read(self._master, 4096)
            except OSError:  # nobody has the other end open (EIO); wait for the next host
                self._stop.wait(0.05)
                continue
            self._receive(self, data)


def _write_all(descriptor: int, data: bytes) -> None:
    while data and select.select([], [descriptor], [], _UNREAD_S)[1]:
        with contextlib.suppress(BlockingIOError):
            data = data[os.write(descriptor, data) :]
