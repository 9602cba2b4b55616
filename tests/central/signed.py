"""A terminal's signature as docs/line.md describes it, written by hand: nothing is the terminal's or the centre's."""

from __future__ import annotations

import base64
import datetime
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from requests import PreparedRequest
from requests.auth import AuthBase
from sqlalchemy.orm import Session

from kiosk.central.models import Terminal, TerminalKey


def now_utc() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass
class SigningTerminal(AuthBase):
    """Signs as `terminal`; use it as `auth=`. `changes` replace members of the signature's parameters."""

    terminal: str
    now: Callable[[], datetime.datetime] = now_utc
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    changes: dict[str, str | int | None] = field(default_factory=dict)
    without: str = ""

    @property
    def public_key(self) -> str:
        return base64.urlsafe_b64encode(self.private.public_key().public_bytes_raw()).decode().rstrip("=")

    def enrolled(self, session: Session) -> SigningTerminal:
        """Known to the centre from now on."""
        session.merge(Terminal(id=self.terminal, public_key=self.public_key))
        since = datetime.datetime(2026, 1, 1)
        session.merge(TerminalKey(terminal=self.terminal, public_key=self.public_key, since=since))
        return self

    def headers(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
        """What a signed request carries beside its own headers."""
        parts = urlsplit(url)
        values = {
            "@method": method,
            "@authority": parts.netloc,
            "@path": parts.path,
            "@query": f"?{parts.query}",
        }
        added = {}
        if body is not None:
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            added["Content-Digest"] = values["content-digest"] = f"sha-256=:{digest}:"
        if "Idempotency-Key" in headers:
            values["idempotency-key"] = headers["Idempotency-Key"]
        values.pop(self.without, "")
        names = " ".join(f'"{name}"' for name in values)
        parameters = f"({names}){self._parameters()}"
        base = "".join(f'"{name}": {value}\n' for name, value in values.items())
        signature = self.private.sign(f'{base}"@signature-params": {parameters}'.encode())
        added["Signature-Input"] = f"t={parameters}"
        added["Signature"] = f"t=:{base64.b64encode(signature).decode()}:"
        return added

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        method, url = request.method or "", request.url or ""
        assert body is None or isinstance(body, bytes)
        request.headers.update(self.headers(method, url, request.headers, body))
        return request

    def _parameters(self) -> str:
        created = int(self.now().timestamp())
        members: dict[str, str | int | None] = {
            "created": created,
            "expires": created + 60,
            "nonce": secrets.token_urlsafe(16),
            "keyid": self.terminal,
            "alg": "ed25519",
            "tag": "doorstep",
        }
        members |= self.changes
        written = {name: f'"{value}"' if isinstance(value, str) else value for name, value in members.items()}
        return "".join(f";{name}={value}" for name, value in written.items() if value is not None)
