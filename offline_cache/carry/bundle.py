"""The form of export and answer files (docs/line.md, "Files"): JSON lines, the last of which signs all before it.

Not responsible for what the lines say (offline_cache.carry.exporting).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from offline_cache.carry.removable import MediumError, medium_errors
from offline_cache.trust.signed_text import base64url, from_base64url

EXPORT_FORM = "DOORSTEP-EXPORT 1"
ANSWER_FORM = "DOORSTEP-ANSWER 1"
LONGEST_LINE = 64 * 1024 * 1024

Line = dict[str, msgspec.Raw]
"""One member: what kind of line it is."""


class End(msgspec.Struct, frozen=True):
    """The last line: how many lines stand before it, their SHA-256 (hex), and the signature over form and SHA-256."""

    lines: int
    sha256: str
    signature: str


def sealed_lines(
    form: str, lines: Iterable[Line | dict[str, object]], sign: Callable[[bytes], bytes]
) -> Iterator[bytes]:
    """The bytes of a file, line by line; the last one made by `sign`."""
    digest, count = hashlib.sha256(), 0
    for line in lines:
        raw = msgspec.json.encode(line) + b"\n"
        digest.update(raw)
        count += 1
        yield raw
    sha256 = digest.hexdigest()
    yield msgspec.json.encode({"end": End(count, sha256, base64url(sign(signed_bytes(form, sha256))))}) + b"\n"


def signed_bytes(form: str, sha256: str) -> bytes:
    """What is signed."""
    return f"{form}\n{sha256}".encode("ascii")


def read_lines(path: Path, form: str, public_key: bytes) -> list[Line]:
    """All lines but the last, in their order, if the key (32 bytes) has signed them. Raises MediumError."""
    lines: list[Line] = []
    digest, end = hashlib.sha256(), None
    with medium_errors(), path.open("rb") as file:
        while raw := file.readline(LONGEST_LINE):
            if end is not None:
                raise MediumError("file_tampered", "something stands behind its end")
            line = _line(raw)
            if "end" in line:
                end = line["end"]
            else:
                digest.update(raw)
                lines.append(line)
    if end is None:
        raise MediumError("file_truncated", "its end is missing")
    _check(end, digest.hexdigest(), len(lines), form, public_key)
    return lines


def _line(raw: bytes) -> Line:
    try:
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError as error:
        reason = "file_tampered" if raw.endswith(b"\n") else "file_truncated"
        raise MediumError(reason, "a line cannot be read") from error


def _check(end: msgspec.Raw, sha256: str, count: int, form: str, public_key: bytes) -> None:
    try:
        said = msgspec.json.decode(end, type=End)
        if (said.sha256, said.lines) != (sha256, count):
            raise MediumError("file_tampered", "its content is not what was signed")
        signature = from_base64url(said.signature)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed_bytes(form, sha256))
    except (InvalidSignature, ValueError, msgspec.DecodeError) as error:
        raise MediumError("file_foreign", "not signed by whom we know, or of another form") from error
