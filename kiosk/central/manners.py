"""What holds for every answer, whatever the route: who may ask, how much, our header, and no values in the log."""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.central.refusals import Refusal

log = logging.getLogger(__name__)

BODY_LIMIT = 32 * 1024 * 1024
OPEN_PATHS = frozenset({"/v1/health"})
_FIXED = {
    "Doorstep-Centre": "1",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address of a check page holds its code
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
}


class Manners:
    """ASGI middleware. `identify` names the terminal behind an Authorization header, or raises Refusal."""

    def __init__(self, app: ASGIApp, identify: Callable[[str], str], body_limit: int = BODY_LIMIT) -> None:
        self._app, self._identify, self._body_limit = app, identify, body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        answer = _Answer(send, Headers(scope=scope).get("x-request-id", ""))
        metered = _Meter(receive, answer, self._body_limit)
        try:
            await self._admit(scope, self._body_limit)
            await self._app(scope, metered.receive, answer.send)
        except Refusal as refusal:
            await answer.refuse(scope, receive, refusal.status, refusal_body(refusal), refusal.headers)
        except Exception as error:
            _log_fault(scope, error)
            if answer.status:
                raise  # half an answer is out; only closing the connection tells
            await answer.refuse(scope, receive, 500, {"reason": "fault"})
        _log_request(scope, answer.status, started)

    async def _admit(self, scope: Scope, limit: int) -> None:
        """Before a byte of the body is read: who is it, and how long will it be?"""
        headers, path = Headers(scope=scope), scope["path"]
        if path.startswith("/v1/") and path not in OPEN_PATHS:
            terminal = await run_in_threadpool(self._identify, headers.get("authorization", ""))
            scope.setdefault("state", {})["terminal"] = terminal
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > limit:
            raise Refusal(413, "too_large")


class _Answer:
    """The way out: adds our headers, and lets a 413 take the place of what the route made of a cut body."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._request_id = send, request_id
        self.status = 0
        self.too_large = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = MutableHeaders(scope=message)
            for name, value in _FIXED.items():
                headers[name] = value
            if 0 < len(self._request_id) <= 64 and self._request_id.isascii() and self._request_id.isprintable():
                headers["X-Request-Id"] = self._request_id
        await self._send(message)

    async def refuse(
        self, scope: Scope, receive: Receive, status: int, body: object, headers: Mapping[str, str] | None = None
    ) -> None:
        await JSONResponse(body, status, headers)(scope, receive, self.send)


class _Meter:
    """The way in: counts, because a body in chunks does not say its length."""

    def __init__(self, receive: Receive, answer: _Answer, limit: int) -> None:
        self._receive, self._answer, self._left = receive, answer, limit

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise Refusal(413, "too_large")
        return message


def refusal_body(refusal: Refusal) -> dict[str, object]:
    """The JSON of a refusal."""
    return {"reason": refusal.reason, **refusal.members}


def reason_of(status: int) -> str:
    """A reason word for a status that the framework chose, such as 404 → not_found."""
    return HTTPStatus(status).name.lower()


def _route(scope: Scope) -> str:
    """The route's pattern, never the path: a path can hold a code."""
    return str(getattr(scope.get("route"), "path", "-"))


def _log_request(scope: Scope, status: int, started: float) -> None:
    level = logging.INFO if scope["method"] != "GET" or status >= 400 else logging.DEBUG
    took_ms = (time.monotonic() - started) * 1000
    terminal = scope.get("state", {}).get("terminal", "-")
    log.log(level, "%s %s %s from %s in %.0f ms", scope["method"], _route(scope), status, terminal, took_ms)


def _log_fault(scope: Scope, error: Exception) -> None:
    """Type and frames; an exception's message may hold a citizen's data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s %s failed: %s\n%s", scope["method"], _route(scope), type(error).__name__, frames)


def compact(body: object) -> str:
    """JSON without spaces."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
