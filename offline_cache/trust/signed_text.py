"""The centre's signed texts: `PREFIX.<base64url of JSON>.<base64url of an Ed25519 signature over all before it>`.

`DR1.` a receipt, `DT1.` a time, `DK1.` a sealing key (docs/line.md). Not responsible for which key to believe.
"""

from __future__ import annotations

import base64
import binascii
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST = 4096
_T = TypeVar("_T", bound=msgspec.Struct)


def read_signed(prefix: str, text: str, public_key: bytes, kind: type[_T]) -> _T | None:
    """What the text says, if the key (32 bytes) signed it under this prefix (`DR1.`); None otherwise."""
    signed, _, signature = text.rpartition(".")
    if len(text) > LONGEST or not text.isascii() or not signed.startswith(prefix):
        return None
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(from_base64url(signature), signed.encode("ascii"))
        return msgspec.json.decode(from_base64url(signed.removeprefix(prefix)), type=kind)
    except (InvalidSignature, ValueError, msgspec.DecodeError):  # also a key that is none
        return None


def base64url(data: bytes) -> str:
    """RFC 4648 §5 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes behind `base64url`. Raises ValueError, also for characters that are not of its alphabet."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
