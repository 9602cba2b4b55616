"""Signs what the terminal sends: HTTP Message Signatures (RFC 9421) with the terminal's Ed25519 key.

Not responsible for which requests are sent. What is covered, and the tag, are the line's (docs/line.md).
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms
from requests import PreparedRequest

TAG = "doorstep"
LABEL = "terminal"
VALID_S = 60
COVERED = ("@method", "@authority", "@path", "@query")


class _OneKey(HTTPSignatureKeyResolver):
    """There is one key, whatever it is called."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return self._key

    def resolve_public_key(self, key_id: str) -> bytes:
        raise AssertionError("the terminal verifies nothing with it")


class RequestSigner:
    """Signs requests for `terminal`, dated by `now`; until `use` it signs nothing, and the centre says 401."""

    def __init__(self, terminal: str, now: Callable[[], datetime.datetime]) -> None:
        self._terminal, self._now = terminal, now
        self._signer: HTTPMessageSigner | None = None

    def use(self, key: Ed25519PrivateKey) -> None:
        """Sign with this key from now on."""
        self._signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_OneKey(key))

    def sign(self, request: PreparedRequest) -> None:
        """Add `Content-Digest`, `Signature-Input` and `Signature`."""
        if self._signer is None:
            return
        created = self._now()
        covered = COVERED + (("idempotency-key",) if "Idempotency-Key" in request.headers else ())
        body = request.body if isinstance(request.body, bytes) else None
        self._signer.sign(
            request,
            key_id=self._terminal,
            created=created,
            expires=created + datetime.timedelta(seconds=VALID_S),
            nonce=secrets.token_urlsafe(16),
            label=LABEL,
            tag=TAG,
            covered_component_ids=covered,
            body=body,
        )
