"""The terminal's Ed25519 key, and the slips it signs.

The private key is made at the first start and lives in the encrypted store only. A slip is
`DS1.<base64url of JSON>.<base64url of the signature over "DS1." + the first part>` (docs/line.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from offline_cache.clock import Clock, iso
from offline_cache.disk.database import Database
from offline_cache.trust.signed_text import base64url, from_base64url

SLIP_PREFIX = "DS1."


class SlipFacts(msgspec.Struct, frozen=True):
    """What a slip states: terminal, local number, service, accepted at, start of the payload's SHA-256."""

    t: str
    n: str
    s: str
    a: str
    h: str


@dataclass
class Identity:
    """The terminal's signing key as kept in the store."""

    database: Database
    clock: Clock
    _read_key: Ed25519PrivateKey | None = field(default=None, repr=False)

    def ensure_key(self) -> None:
        """Make the key if there is none; inside a transaction of the caller."""
        if not self.database.read("SELECT one FROM identity"):
            self.database.write(
                "INSERT INTO identity (one, private_key) VALUES (1, ?)",
                (Ed25519PrivateKey.generate().private_bytes_raw(),),
            )

    def public_key(self) -> str:
        """The public key, base64url, 32 bytes."""
        return base64url(self._key().public_key().public_bytes_raw())

    def sign_slip(self, facts: SlipFacts) -> str:
        """The text of a slip's QR code."""
        return self.sign_text(SLIP_PREFIX, facts)

    def sign_text(self, prefix: str, facts: msgspec.Struct) -> str:
        """`PREFIX.<base64url of JSON>.<base64url of the signature over what stands before it>`."""
        signed = prefix + base64url(msgspec.json.encode(facts))
        return f"{signed}.{base64url(self._key().sign(signed.encode('ascii')))}"

    def private_key(self) -> Ed25519PrivateKey:
        """The key itself, for what is signed outside this table; it stays in this process."""
        return self._key()

    def mark_registered(self) -> None:
        """Remember when the centre took our key; inside a transaction of the caller."""
        self.database.write("UPDATE identity SET registered_at = ?", (iso(self.clock.utc()),))

    def _key(self) -> Ed25519PrivateKey:
        if self._read_key is None:  # the store's key never changes while it is open
            raw = self.database.read("SELECT private_key FROM identity")[0][0]
            self._read_key = Ed25519PrivateKey.from_private_bytes(raw)
        return self._read_key


def read_slip(slip: str, public_key: str) -> SlipFacts | None:
    """What a slip states, if the key signed it; None when it did not or the text is no slip."""
    try:
        prefix, body, signature = slip.split(".")
        key = Ed25519PublicKey.from_public_bytes(from_base64url(public_key))
        key.verify(from_base64url(signature), f"{prefix}.{body}".encode("ascii"))
        facts = msgspec.json.decode(from_base64url(body), type=SlipFacts)
    except (ValueError, InvalidSignature, msgspec.DecodeError):
        return None
    return facts if f"{prefix}." == SLIP_PREFIX else None
