"""A stand-in for the centre on a real socket: keeps docs/line.md, and misbehaves on command.

Not the centre: it knows just enough to tell the terminal's right behaviour from its wrong one. A misfortune
is queued with `next(...)` and strikes one request.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.offline.blob_desk import BlobDesk
from tests.offline.centre_key import SIGNING, published

HEADER = ("Doorstep-Centre", "1")
CODE = "0123-4567-89AB-CDEF"
"""The one-time code that every stub has given out."""


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class CentreStub:
    """State of the stub. `effects` counts what each idempotency key did; it must never be above 1."""

    seen: list[Seen] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, bytes] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    entry_answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    signing: Ed25519PrivateKey = SIGNING
    now_s: float | None = None
    orders: list[dict[str, str]] = field(default_factory=list)
    done: list[dict[str, str]] = field(default_factory=list)
    bad_status: Callable[[_Handler], bool] | None = None
    desk: BlobDesk = field(default_factory=BlobDesk)
    misfortunes: deque[Callable[[_Handler], bool]] = field(default_factory=deque)
    always: Callable[[_Handler], bool] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    release: threading.Event = field(default_factory=threading.Event)

    def start(self, port: int = 0) -> CentreStub:
        """Listen on a port of 127.0.0.1."""
        self.server = _Server(("127.0.0.1", port), _Handler)
        self.server.stub = self
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Cut the line: nobody listens any more."""
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def next(self, *misfortunes: Callable[[_Handler], bool]) -> None:
        """Let these strike the next transactions, one each."""
        self.misfortunes.extend(misfortunes)

    def posted(self, path: str = "/v1/transactions") -> list[Seen]:
        """Requests of one path so far."""
        with self.lock:
            return [one for one in self.seen if one.path == path]

    def wait_posted(self, count: int, path: str = "/v1/transactions", within_s: float = 10.0) -> list[Seen]:
        """Wait until `count` requests of one path came."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.posted(path)) >= count, within_s), (
                f"{len(self.posted(path))} of {count} requests came"
            )
        return self.posted(path)

    def note(self, seen: Seen) -> None:
        """A request came."""
        with self.lock:
            self.seen.append(seen)
        with self.arrived:
            self.arrived.notify_all()

    def sent(self, key: str) -> list[bytes]:
        """The bodies that came under a key, alone or in batches."""
        alone = [one.body for one in self.posted() if one.headers.get("Idempotency-Key") == key]
        return alone + [body for one, body in self.in_batches() if one == key]

    def in_batches(self) -> list[tuple[str, bytes]]:
        """(key, body) of what came in batches."""
        batches = [json.loads(one.body)["entries"] for one in self.posted("/v1/batches")]
        return [(entry["key"], base64.b64decode(entry["body"])) for batch in batches for entry in batch]

    @property
    def public_key(self) -> str:
        return pack(self.signing.public_key().public_bytes_raw())

    def signed(self, kind: str, content: object) -> str:
        """A signed text of the centre: kind, content, signature."""
        text = f"{kind}.{pack(json.dumps(content).encode())}"
        return f"{text}.{pack(self.signing.sign(text.encode()))}"

    def enrolled(self, terminal: str, public_key: str) -> dict[str, str]:
        """The answer to a terminal that knows CODE."""
        self.keys.append(public_key)
        return {
            "signing_key": self.public_key,
            "proof": proof("centre", terminal, public_key, self.public_key),
            "sealing": published(self.signing),
        }

    def receipt(self, terminal: str, key: str, case: str, body: bytes, status: int = 201) -> str:
        """The signed text that goes with an acknowledgement of these bytes."""
        facts = {"k": key, "t": terminal, "c": status, "n": case, "a": "2026-01-01T00:00:00"}
        return self.signed("DR1", facts | {"h": hashlib.sha256(body).hexdigest()})

    def commit(self, key: str, body: bytes) -> bool:
        """Do the effect once; False when another body stands under the key."""
        with self.lock:
            if key not in self.bodies:
                self.bodies[key] = body
                self.effects[key] += 1
            return self.bodies[key] == body


def proof(*words: str) -> str:
    """What whoever knows CODE can make of these words (docs/line.md)."""
    secret = HKDF(SHA256(), 32, None, b"doorstep enrolment").derive(CODE.replace("-", "").encode())
    return pack(hmac.new(secret, "\0".join(words).encode(), hashlib.sha256).digest())


def pack(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    stub: CentreStub

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A terminal that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    @property
    def stub(self) -> CentreStub:
        return self.server.stub

    def log_message(self, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        if self._struck(self.stub.always):
            return
        self.stub.note(Seen("GET", self.path, dict(self.headers), b""))
        if self.path == "/v1/centre":
            self.answer(200, {"public_key": self.stub.public_key, "sealing": published(self.stub.signing)})
            return
        if self.path.startswith("/v1/blobs/"):
            self.key = self.headers.get("Idempotency-Key", "")
            self.stub.desk.get(self)
            return
        if self.path.startswith("/v1/transactions/"):
            self._find(self.path.rpartition("/")[2])
            return
        nonce = parse_qs(urlsplit(self.path).query).get("nonce", [""])[0]
        now_s = time.time() if self.stub.now_s is None else self.stub.now_s
        signed = self.stub.signed("DT1", {"t": now_s, "n": nonce})
        self.answer(200, {"centre": "stub", "now": "2026-01-01T00:00:00Z", "time": signed})

    def _find(self, key: str) -> None:
        if key not in self.stub.bodies:
            self.answer(404, {"reason": "never_seen"})
            return
        case = {"case_number": f"CASE-{key[-6:]}", "state": "received", "received_at": "2026-01-01T00:00:00Z"}
        receipt = self.stub.receipt(self.terminal, key, case["case_number"], self.stub.bodies[key])
        self.answer(200, case, [("Idempotency-Key", key), ("Doorstep-Receipt", receipt)])

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.key = self.headers.get("Idempotency-Key", "")
        if self._struck(self.stub.always):
            return
        self.stub.note(Seen("POST", self.path, dict(self.headers), self.body))
        if self.path.endswith("/enrolment"):
            self._enrol(self.path.split("/")[3], json.loads(self.body))
            return
        if self.path == "/v1/terminals/status":
            self._status(json.loads(self.body))
            return
        if self.path.endswith("/heads"):
            self.answer(200, {"problem": ""})
            return
        if self.path.endswith("/digests"):
            self.answer(200, {"unknown": [], "different": []})
            return
        misfortune = None
        with contextlib.suppress(IndexError):
            misfortune = self.stub.misfortunes.popleft()
        if not self._struck(misfortune):
            self.take_batch() if self.path == "/v1/batches" else self.take()

    def _status(self, status: dict[str, Any]) -> None:
        if self._struck(self.stub.bad_status):
            return
        done = {one["id"] for one in status["done"]}
        self.stub.orders = [order for order in self.stub.orders if order["id"] not in done]
        self.stub.done += status["done"]
        self.answer(200, {"orders": self.stub.orders})

    @property
    def terminal(self) -> str:
        """Who signed the request."""
        return self.headers.get("Signature-Input", "").partition('keyid="')[2].partition('"')[0]

    def take_batch(self) -> None:
        """The centre's right answer to a batch: each entry as if it had come alone."""
        verdicts = []
        for entry in json.loads(self.body)["entries"]:
            key, body = entry["key"], base64.b64decode(entry["body"])
            verdict = {"key": key, **self.stub.entry_answers.pop(key, {})}
            if "status" not in verdict:
                if self.stub.commit(key, body):
                    case = f"CASE-{key[-6:]}"
                    receipt = self.stub.receipt(self.terminal, key, case, body)
                    verdict |= {"status": 201, "case_number": case, "state": "received", "receipt": receipt}
                else:
                    verdict |= {"status": 422, "reason": "other_body"}
            verdicts.append(verdict)
        self.answer(201, {"verdicts": verdicts})

    def do_PATCH(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.key = self.headers.get("Idempotency-Key", "")
        if self._struck(self.stub.always):
            return
        self.stub.note(Seen("PATCH", self.path, dict(self.headers), self.body))
        self.stub.desk.patch(self)

    def _enrol(self, terminal: str, asked: dict[str, str]) -> None:
        if asked["proof"] != proof("terminal", terminal, asked["public_key"]):
            self.answer(403, {"reason": "wrong_code"})
        else:
            self.answer(200, self.stub.enrolled(terminal, asked["public_key"]))

    def take(self, status: int = 201) -> None:
        """The centre's right answer to a transaction."""
        if not self.stub.commit(self.key, self.body):
            self.answer(422, {"reason": "other_body"}, [("Idempotency-Key", self.key)])
            return
        case = f"CASE-{self.key[-6:]}"
        receipt = self.stub.receipt(self.terminal, self.key, case, self.body, status)
        self.answer(
            status,
            {"case_number": case, "state": "received", "received_at": "2026-01-01T00:00:00Z"},
            [("Idempotency-Key", self.key), ("Doorstep-Receipt", receipt)],
        )

    def answer(self, status: int, body: object, headers: Sequence[tuple[str, str]] = (), ours: bool = True) -> None:
        """Answer with JSON, or with the bytes given."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in [*headers, *([HEADER] if ours else []), ("Content-Length", str(len(data)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def hang_up(self) -> None:
        """Cut the connection."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _struck(self, misfortune: Callable[[_Handler], bool] | None) -> bool:
        return misfortune is not None and misfortune(self)


Misfortune = Callable[[_Handler], bool]


def lost_answer(handler: _Handler) -> bool:
    """The effect happens, the answer does not arrive."""
    if handler.path == "/v1/batches":
        for entry in json.loads(handler.body)["entries"]:
            handler.stub.commit(entry["key"], base64.b64decode(entry["body"]))
    else:
        handler.stub.commit(handler.key, handler.body)
    handler.hang_up()
    return True


def captive_portal(handler: _Handler) -> bool:
    """Somebody else answers 200 to everything."""
    handler.answer(200, b"<html>Please log in</html>", [("Content-Type", "text/html")], ours=False)
    return True


def forged_receipt(handler: _Handler) -> bool:
    """201 with a receipt, but not from the centre."""
    handler.answer(201, {"case_number": "X", "state": "received", "received_at": ""}, ours=False)
    return True


def taken_for_now(handler: _Handler) -> bool:
    """202: taken, not decided yet."""
    handler.take(202)
    return True


def unsigned(handler: _Handler) -> bool:
    """The effect happens, and the answer carries no receipt."""
    handler.stub.commit(handler.key, handler.body)
    case = {"case_number": f"CASE-{handler.key[-6:]}", "state": "received", "received_at": ""}
    handler.answer(201, case, [("Idempotency-Key", handler.key)])
    return True


def answers(status: int, body: object = b"", *headers: tuple[str, str]) -> Misfortune:
    """The centre itself answers this."""

    def strike(handler: _Handler) -> bool:
        handler.answer(status, body, list(headers))
        return True

    return strike


def silent(handler: _Handler) -> bool:
    """No answer until the test ends."""
    handler.stub.release.wait(20)
    handler.hang_up()
    return True


def endless(handler: _Handler) -> bool:
    """A body that does not end."""
    handler.send_response(200)
    handler.send_header(*HEADER)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while not handler.stub.release.is_set():
            handler.wfile.write(b"x" * 65536)
    handler.close_connection = True
    return True
