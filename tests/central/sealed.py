"""Seals as a terminal does, from docs/line.md alone: nothing of the terminal's or the centre's code is used."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from tests.central.terminals import unpack

MEDIA_TYPE = "application/vnd.doorstep.sealed"
SUITE = "hpke-x25519-chacha20poly1305"
_HPKE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True)
class SealTo:
    """A centre's published key."""

    key_id: str
    public: bytes
    suite: str = SUITE

    @classmethod
    def read(cls, published: str, public_key: str) -> SealTo:
        """From the answer of GET /v1/centre; InvalidSignature when the centre has not signed it."""
        signed, _, signature = published.rpartition(".")
        Ed25519PublicKey.from_public_bytes(unpack(public_key)).verify(unpack(signature), signed.encode())
        content = json.loads(unpack(signed.removeprefix("DK1.")))
        return cls(content["k"], unpack(content["x"]), content["s"])

    def seal(self, plaintext: bytes, purpose: str) -> bytes:
        """The bytes on the line."""
        header = f"DOORSTEP-SEALED 1 {self.suite} {self.key_id}\n".encode()
        public = X25519PublicKey.from_public_bytes(self.public)
        return header + _HPKE.encrypt(plaintext, public, header + purpose.encode())
