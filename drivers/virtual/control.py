"""A tiny HTTP control port for a device process: GET gives its state, POST does something to it. JSON.

Bound to the loopback address; a request from another web page (Origin, Host) is refused.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BODY_LIMIT = 256 * 1024


class Refused(Exception):
    """The request is wrong; the message is shown to whoever sent it."""


@dataclass(frozen=True)
class Reply:
    """What a handler answers: bytes of a media type, or JSON."""

    body: bytes
    media_type: str = "application/json; charset=utf-8"
    status: int = 200

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Reply:
        """A JSON reply."""
        return cls(json.dumps(value, ensure_ascii=False).encode(), status=status)


Handler = Callable[[str, str, Mapping[str, Any]], Reply]
"""(method, path, body) → reply; raises Refused or KeyError (unknown path)."""


class ControlServer:
    """Serves `handler` on 127.0.0.1:`port` (0: any) until closed."""

    def __init__(self, port: int, handler: Handler) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _request_class(handler))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def _request_class(handler: Handler) -> type[BaseHTTPRequestHandler]:
    return type("Request", (_Request,), {"handler": staticmethod(handler)})


class _Request(BaseHTTPRequestHandler):
    """One exchange; `handler` is set by the class made for each server."""

    protocol_version = "HTTP/1.1"
    handler: Handler

    def do_GET(self) -> None:  # http.server's name
        """Show."""
        self._answer("GET")

    def do_POST(self) -> None:
        """Do."""
        self._answer("POST")

    def do_DELETE(self) -> None:
        """Take away."""
        self._answer("DELETE")

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the caller knows what it asked."""

    def _answer(self, method: str) -> None:
        try:
            self._refuse_strangers(method)
            reply = self.handler(method, self.path.split("?")[0], self._body())
        except Refused as error:
            reply = Reply.json({"error": str(error)}, 400)
            self.close_connection = True  # a body that was not read must not be taken for the next request
        except KeyError:
            reply = Reply.json({"error": f"no such path: {self.path}"}, 404)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    def _refuse_strangers(self, method: str) -> None:
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        if host not in {"127.0.0.1", "localhost", "[::1]"}:
            raise Refused("ask by the loopback address")
        origin = self.headers.get("Origin")
        if method != "GET" and origin and origin.split("//")[-1] != self.headers.get("Host"):
            raise Refused("requests of other pages are refused")

    def _body(self) -> Mapping[str, Any]:
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT:
            raise Refused(f"at most {BODY_LIMIT} bytes")
        raw = self.rfile.read(length)
        if not raw:
            return {}
        try:
            body = json.loads(raw)
        except ValueError:
            raise Refused("the body is not JSON") from None
        if not isinstance(body, dict):
            raise Refused("the body is not a JSON object")
        return body
