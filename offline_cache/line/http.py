"""One HTTP exchange with the centre, bounded in time and size, and checked to be with the centre.

Not responsible for what is asked or answered (offline_cache.line.central). Each exchange has a connection of its
own: a kept-alive one may be dead without our knowing, and a transaction must not be lost in it. The blocking
work runs in a thread, so that the caller is free at its deadline even while a name is being resolved; the
socket is then shut down, which ends that thread too.
"""

from __future__ import annotations

import contextlib
import email.utils
import logging
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter

from kiosk.ipc import Control, DeadlineExceeded
from offline_cache.errors import NoLine, NotInTime
from offline_cache.trust.request_signature import RequestSigner

log = logging.getLogger(__name__)

SMALL_ANSWER_BYTES = 1024 * 1024
CALLS_AT_ONCE = 12
CONNECT_S = 5.0
_SMALL_REQUEST_BYTES = 64 * 1024
_SLICE_S = 0.05


@dataclass(frozen=True)
class CentreAddress:
    """Where the centre is, and who we are there. `ca_file` replaces the system's certificate authorities."""

    url: str
    terminal: str
    ca_file: Path | None = None


@dataclass(frozen=True)
class Request:
    """What to ask. `key` is the idempotency key, `cap_bytes` the longest answer that is read, `tag` (ETag)
    what we have already."""

    method: str
    path: str
    body: bytes | None = None
    key: str = ""
    cap_bytes: int = SMALL_ANSWER_BYTES
    tag: str = ""
    media_type: str = "application/json"

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path.split('/')[2]})"


@dataclass(frozen=True)
class Reply:
    """What the centre itself answered. `key` is the idempotency key it echoed."""

    status: int
    body: bytes
    key: str
    retry_after_s: float
    tag: str = ""
    receipt: str = ""

    def __repr__(self) -> str:
        return f"Reply({self.status})"


@dataclass
class _Wire:
    """The socket of one exchange: how far it came, and the way to cut it."""

    connected: bool = False
    aborted: bool = False
    sock: socket.socket | None = None

    def attach(self, sock: socket.socket) -> None:
        self.sock = sock
        self.connected = True
        if self.aborted:
            self.abort()

    def abort(self) -> None:
        self.aborted = True
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _Attempt:
    """One exchange in its own thread; `done` is set when `reply` or `error` stands."""

    def __init__(self) -> None:
        self.wire = _Wire()
        self.done = threading.Event()
        self.reply: Reply | None = None
        self.error: NoLine | None = None


class Exchanger:
    """Carries out exchanges. `on_exchange` hears how long each took in seconds, or None when it failed."""

    def __init__(
        self, address: CentreAddress, on_exchange: Callable[[float | None], None], signer: RequestSigner
    ) -> None:
        self.address = address
        self._signer = signer
        self._on_exchange = on_exchange
        self._slots = threading.BoundedSemaphore(CALLS_AT_ONCE)

    def exchange(self, request: Request, control: Control) -> Reply:
        """Ask and wait for the answer.

        Raises NoLine, NotInTime (both say in `sent` whether the request may have arrived), and Cancelled.
        """
        control.check()
        began_s = time.monotonic()
        attempt = self._start(request, control.remaining_s)
        try:
            while not attempt.done.wait(_SLICE_S):
                control.check()
        except DeadlineExceeded:
            self._on_exchange(None)
            raise NotInTime("no_answer", sent=attempt.wire.connected) from None
        finally:
            if not attempt.done.is_set():
                attempt.wire.abort()
        if attempt.reply is None:
            self._on_exchange(None)
            raise attempt.error or NoLine("broken", sent=True)
        if len(request.body or b"") <= _SMALL_REQUEST_BYTES and len(attempt.reply.body) <= _SMALL_REQUEST_BYTES:
            self._on_exchange(time.monotonic() - began_s)
        return attempt.reply

    def _start(self, request: Request, within_s: float) -> _Attempt:
        if not self._slots.acquire(blocking=False):
            raise NoLine("too_many_calls")
        attempt = _Attempt()
        threading.Thread(target=self._run, args=(attempt, request, within_s), name="centre-call", daemon=True).start()
        return attempt

    def _prepared(self, request: Request) -> requests.PreparedRequest:
        headers = {
            "X-Request-Id": str(uuid.uuid4()),
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # the size limit counts what arrives, so nothing may unfold
            "Connection": "close",
            "User-Agent": "doorstep-terminal",
        }
        if request.body is not None:
            headers["Content-Type"] = request.media_type
        if request.key:
            headers["Idempotency-Key"] = request.key
        if request.tag:
            headers["If-None-Match"] = request.tag
        url = self.address.url.rstrip("/") + request.path
        prepared = requests.Request(request.method, url, headers, data=request.body).prepare()
        self._signer.sign(prepared)
        return prepared

    def _run(self, attempt: _Attempt, request: Request, within_s: float) -> None:
        try:
            attempt.reply = self._ask(attempt.wire, request, within_s)
        except NoLine as error:
            attempt.error = error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            log.info("%r failed: %s", request, type(error).__name__)
            attempt.error = NoLine(
                "no_connection" if not attempt.wire.connected else "broken", sent=attempt.wire.connected
            )
        finally:
            self._slots.release()
            attempt.done.set()

    def _ask(self, wire: _Wire, request: Request, within_s: float) -> Reply:
        with requests.Session() as session:
            session.trust_env = False  # no proxy and no .netrc from the environment: .netrc replaces our header
            adapter = _WatchedAdapter(wire)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            response = session.send(
                self._prepared(request),
                timeout=(min(CONNECT_S, within_s), within_s + 1),  # the caller's own deadline comes first
                allow_redirects=False,
                stream=True,
                verify=str(self.address.ca_file) if self.address.ca_file else True,
            )
            with contextlib.closing(response):
                if response.headers.get("Doorstep-Centre") != "1":
                    raise NoLine("not_the_centre", f"status {response.status_code}", sent=True)
                return Reply(
                    response.status_code,
                    _read_body(response, request.cap_bytes),
                    response.headers.get("Idempotency-Key", ""),
                    _retry_after_s(response.headers),
                    response.headers.get("ETag", "")[:80],
                    response.headers.get("Doorstep-Receipt", ""),
                )


class _WatchedAdapter(HTTPAdapter):
    """Tells `wire` when a connection stands, and gives it the socket."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool of one exchange, with connections that report themselves."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _watched(pool.ConnectionCls, self._wire)
        return pool


def _watched(base: type[Any], wire: _Wire) -> type[Any]:
    def connect(self: Any) -> None:
        base.connect(self)  # TCP and, with https, TLS: until here no byte of the request has left
        wire.attach(self.sock)

    return type("Watched", (base,), {"connect": connect})


def _read_body(response: requests.Response, cap_bytes: int) -> bytes:
    body = b""
    while chunk := response.raw.read(64 * 1024, decode_content=False):
        body += chunk
        if len(body) > cap_bytes:
            raise NoLine("answer_too_long", sent=True)
    return body


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds of `Retry-After`: a count, or a date against the answer's own `Date` (ours may be wrong)."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = email.utils.parsedate_to_datetime(text)
        return max(0.0, (until - email.utils.parsedate_to_datetime(headers.get("Date", ""))).total_seconds())
    except (ValueError, TypeError):
        return 0.0
