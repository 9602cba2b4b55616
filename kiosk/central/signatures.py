"""Checks that a request is what an enrolled terminal signed, now, once: HTTP Message Signatures (RFC 9421).

Covered: method, authority, path, query, the digest of the body and the idempotency key. Not responsible for what the
terminal may do (kiosk.central.routes_terminal), nor for making keys known (kiosk.central.enrolment).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from starlette.datastructures import Headers

from kiosk.central.refusals import Refusal
from kiosk.central.signing import unpack

TAG = "doorstep"
COVERED = ("@method", "@authority", "@path", "@query")
LONGEST_S = 60
"""A signature may say that it is valid this long, and is not believed longer."""
SKEW_S = 60
"""How far the terminal's idea of the time may be off ours."""
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_CHALLENGE = {"WWW-Authenticate": "Signature"}


@dataclass(frozen=True)
class Incoming:
    """A request as it came. `url` is absolute, with the authority that the terminal named."""

    method: str
    url: str
    headers: Headers
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Proven:
    """Who signed, and the nonce that may not come again before `expires_at` (UTC, aware)."""

    terminal: str
    nonce: str
    expires_at: datetime.datetime


class _ClockOffError(InvalidSignature):
    """Signed, but not now."""


class _Keys(HTTPSignatureKeyResolver):
    """`trouble`: why the key could not be looked up; the library would take that for a bad signature."""

    def __init__(self, find: Callable[[str], str]) -> None:
        self._find = find
        self.trouble: Exception | None = None

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        try:
            found = self._find(key_id)
        except Exception as error:
            self.trouble = error
            raise
        return Ed25519PublicKey.from_public_bytes(unpack(found)) if found else None

    def resolve_private_key(self, key_id: str) -> bytes:
        raise AssertionError("the centre signs nothing with it")


class _Verifier(HTTPMessageVerifier):
    """The library's, with our clock."""

    now: datetime.datetime

    def validate_created_and_expires(self, sig_input: Any, max_age: object = None) -> None:
        created, expires = sig_input.params.get("created"), sig_input.params.get("expires")
        if type(created) is not int or type(expires) is not int or not 0 < expires - created <= LONGEST_S:
            raise InvalidSignature("created and expires are asked for, at most a minute apart")
        if not created - SKEW_S <= self.now.timestamp() <= expires + SKEW_S:
            raise _ClockOffError("not now")


def demand_signature(request: Incoming, find_key: Callable[[str], str], now: datetime.datetime) -> Proven:
    """Who signed the request; Refusal 401 (`unknown_terminal`, `clock`). `find_key`: a terminal's public key or ""."""
    keys = _Keys(find_key)
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    verifier.now = now
    required = COVERED + (("idempotency-key",) if "idempotency-key" in request.headers else ())
    try:
        found = verifier.verify(request, max_age=None, expect_tag=TAG, require_components=required, body=request.body)
    except _ClockOffError:
        raise Refusal(401, "clock", _CHALLENGE) from None
    except (InvalidSignature, ValueError):
        if keys.trouble is not None:
            raise keys.trouble from None
        raise Refusal(401, "unknown_terminal", _CHALLENGE) from None
    parameters = found[0].parameters
    nonce = str(parameters.get("nonce", ""))
    if len(found) != 1 or not _NONCE.fullmatch(nonce):
        raise Refusal(401, "unknown_terminal", _CHALLENGE)
    ends = datetime.datetime.fromtimestamp(int(parameters["expires"]) + SKEW_S, datetime.UTC)
    return Proven(str(parameters["keyid"]), nonce, ends)
