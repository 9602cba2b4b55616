"""A TCP relay that counts the bytes of each direction: what a terminal's line really carries, without IP's own."""

from __future__ import annotations

import contextlib
import socket
import threading


class Relay:
    """Listens on `port` and hands everything on to another port of this machine."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self.sent = self.received = 0
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def reset(self) -> None:
        """Count from nothing."""
        with self._lock:
            self.sent = self.received = 0

    def close(self) -> None:
        """Take no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                for source, sink, sending in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._carry, args=(source, sink, sending), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, sending: bool) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                with self._lock:
                    self.sent += len(part) if sending else 0
                    self.received += 0 if sending else len(part)
                sink.sendall(part)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        if not sending:
            source.close()
            sink.close()
