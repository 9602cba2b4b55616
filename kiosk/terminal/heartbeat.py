"""Signs of life to whoever supervises this process (sd_notify: one datagram)."""

from __future__ import annotations

import contextlib
import os
import socket


class Heartbeat:
    """Sends READY=1 and WATCHDOG=1 to $NOTIFY_SOCKET; does nothing where nobody listens."""

    def __init__(self) -> None:
        path = os.environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def ready(self) -> None:
        """Start-up is over."""
        self._send(b"READY=1\nWATCHDOG=1")

    def beat(self) -> None:
        """Still alive, and still useful."""
        self._send(b"WATCHDOG=1")

    def close(self) -> None:
        """No more signs."""
        self._socket.close()

    def _send(self, data: bytes) -> None:
        if self._address:
            with contextlib.suppress(OSError):
                self._socket.sendto(data, self._address)
