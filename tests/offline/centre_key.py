"""The keys of a centre that tests play, and what only that centre can do: open what a terminal sealed.

Written from docs/line.md; nothing of the terminal's code is used but to pin the keys.
"""

from __future__ import annotations

import base64
import hashlib
import json

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_cache.store import Store

SUITE = "hpke-x25519-chacha20poly1305"
SIGNING = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"test centre, signing").digest())
SEALING = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"test centre, sealing").digest())
PUBLIC = SEALING.public_key().public_bytes_raw()
KEY_ID = hashlib.sha256(PUBLIC).hexdigest()[:16]
HPKE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def published(signing: Ed25519PrivateKey = SIGNING, suite: str = SUITE, public: bytes = PUBLIC) -> str:
    """The text in which a centre publishes its sealing key."""
    key_id = hashlib.sha256(public).hexdigest()[:16]
    content = {"k": key_id, "s": suite, "x": _pack(public), "a": "2026-01-01T00:00:00"}
    text = f"DK1.{_pack(json.dumps(content).encode())}"
    return f"{text}.{_pack(signing.sign(text.encode()))}"


def pin(store: Store, signing: Ed25519PrivateKey = SIGNING, suite: str = SUITE, public: bytes = PUBLIC) -> Store:
    """Do what an enrolment does: from now on the store seals to this centre. The same store, for convenience."""
    if store.trust.keys() is None:
        with store.database.transaction():
            store.trust.pin(signing.public_key().public_bytes_raw())
            assert store.trust.take_sealing_key(published(signing, suite, public))
    return store


def opened(sealed: bytes, purpose: str) -> bytes:
    """What only the centre can read; InvalidTag for what was sealed for another purpose."""
    header, _, box = sealed.partition(b"\n")
    assert header == f"DOORSTEP-SEALED 1 {SUITE} {KEY_ID}".encode()
    return HPKE.decrypt(box, SEALING, header + b"\n" + purpose.encode())


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
