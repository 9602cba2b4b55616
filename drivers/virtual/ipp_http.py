"""IPP's carrier at a virtual printer: HTTP on a port, with everything that can go wrong on a wire."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BODY_LIMIT = 64 * 1024 * 1024
DRIP_S = 0.05


@dataclass(frozen=True)
class HttpReply:
    """What goes out; `drip` sends one byte at a time."""

    body: bytes
    status: int = 200
    drip: bool = False


class IppListener:
    """Listens on a port that survives being unplugged. `answer` turns a body into a reply; None: hang up."""

    def __init__(self, port: int, answer: Callable[[bytes], HttpReply | None]) -> None:
        self.port, self._answer = port, answer
        self._server: ThreadingHTTPServer | None = None
        self._lock = threading.Lock()
        self.ended = threading.Event()

    @property
    def plugged(self) -> bool:
        """Whether anybody can connect."""
        return self._server is not None

    def plug(self) -> None:
        """Listen."""
        with self._lock:
            if self._server is None:
                self.ended = threading.Event()
                self._server = _Server(("127.0.0.1", self.port), _request_class(self))
                self.port = self._server.server_address[1]
                threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def unplug(self) -> None:
        """Be gone; answers that are under way are not given."""
        with self._lock:
            server, self._server = self._server, None
            if server is not None:
                self.ended.set()
                server.shutdown()
                server.server_close()

    def reply(self, body: bytes) -> HttpReply | None:
        """The reply to a request, unless the cable is out by then."""
        ended = self.ended
        answer = self._answer(body)
        return None if ended.is_set() else answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False


class _Request(BaseHTTPRequestHandler):
    """One connection; `listener` is set by the class made for each printer."""

    protocol_version = "HTTP/1.1"
    listener: IppListener

    def do_POST(self) -> None:  # http.server's name
        """An IPP request."""
        reply = self.listener.reply(self._body())
        if reply is None:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if not reply.drip:
            self.wfile.write(reply.body)
            return
        for value in reply.body:
            if self.listener.ended.wait(DRIP_S):
                return
            self.wfile.write(bytes([value]))

    def handle(self) -> None:
        """A client that hangs up in the middle is nothing to report."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def finish(self) -> None:
        """The same for what is still in the buffer."""
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the caller knows what it asked."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), BODY_LIMIT))
        body = bytearray()
        while length := int(self.rfile.readline(64).split(b";")[0] or b"0", 16):
            body += self.rfile.read(min(length, BODY_LIMIT - len(body)))
            self.rfile.readline(8)
        self.rfile.readline(8)
        return bytes(body)


def _request_class(listener: IppListener) -> type[BaseHTTPRequestHandler]:
    return type("Request", (_Request,), {"listener": listener})
