"""Seals what a citizen told us to the centre's key, so that this terminal cannot read its own queue.

The wire form stands in docs/line.md: a header line, then what the suite makes. Header and purpose are bound to the
seal, so that what was sealed for one transaction opens for no other. There is nothing here that opens. A suite (SM2 and
SM4, say) is one class and one line of `SEALERS`. Not responsible for whose key it is (`centre_trust`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from offline_cache.errors import NotEnrolled

SEALED = "application/vnd.doorstep.sealed"
PLAIN = "application/json"
"""Media types of a payload; stores of the first schemas kept it plain, and what they hold is sent as it is."""

NOT_ENROLLED = "not_enrolled"
"""Why nothing is accepted before a key of the centre is known."""

_MAGIC, _VERSION = "DOORSTEP-SEALED", "1"


@dataclass(frozen=True)
class SealTo:
    """The centre's key: its id on the line, the suite it is for, and its bytes."""

    key_id: str
    suite: str
    public_key: bytes


class Sealer(Protocol):
    """One way to seal."""

    suite: str

    def seal(self, public_key: bytes, info: bytes, plaintext: bytes) -> bytes:
        """`plaintext` for the holder of the key's private half only; opens under the same `info` only."""


class HpkeX25519:
    """RFC 9180, base mode, single shot, no AAD: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305."""

    suite = "hpke-x25519-chacha20poly1305"
    _hpke = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)

    def seal(self, public_key: bytes, info: bytes, plaintext: bytes) -> bytes:
        """The encapsulated key (32 bytes) and the ciphertext; other bytes at every call."""
        return self._hpke.encrypt(plaintext, _x25519(public_key), info)


@lru_cache(maxsize=4)
def _x25519(public_key: bytes) -> X25519PublicKey:
    return X25519PublicKey.from_public_bytes(public_key)


SEALERS: dict[str, Sealer] = {sealer.suite: sealer for sealer in (HpkeX25519(),)}


def can_seal(to: SealTo | None) -> bool:
    """Whether there is a key, of a suite that we have."""
    return to is not None and to.suite in SEALERS


def seal(to: SealTo | None, purpose: str, plaintext: bytes) -> bytes:
    """The bytes that are kept and posted. `purpose` is `transaction KEY` or `evidence KEY`.

    Raises NotEnrolled while no key of the centre is known, or its suite is not one of ours.
    """
    if to is None or not can_seal(to):
        raise NotEnrolled(NOT_ENROLLED)
    header = f"{_MAGIC} {_VERSION} {to.suite} {to.key_id}\n".encode("ascii")
    return header + SEALERS[to.suite].seal(to.public_key, header + purpose.encode("ascii"), plaintext)
