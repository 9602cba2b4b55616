"""Runs the centre's application on a listening socket, with a bound on the time that a request may take to arrive.

A client that sends its request byte by byte holds one connection, no thread, and is cut off at the bound.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from fastapi import FastAPI

BACKLOG = 2048


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that waits for a whole request, but not for ever. An idle connection ends by uvicorn's own timer."""

    request_s = 120.0
    """From the first byte (or the connection) to the last byte of the body; 32 MiB at 2.3 Mbit/s."""
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take bytes; wait on while the request is not whole."""
        super().data_received(data)
        if self.conn.their_state in {h11.IDLE, h11.SEND_BODY}:
            self._wait()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.request_s, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def listen(port: int) -> socket.socket:
    """A listening socket on the loopback address; OSError."""
    return socket.create_server(("127.0.0.1", port), backlog=BACKLOG)


def run_server(app: FastAPI, listener: socket.socket) -> None:
    """Answer until SIGTERM or SIGINT."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app, http=PatientProtocol, log_config=None, access_log=False, timeout_graceful_shutdown=3, backlog=BACKLOG
    )
    uvicorn.Server(config).run(sockets=[listener])
