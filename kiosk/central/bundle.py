"""The form of export and answer files (docs/line.md, "Files"): JSON lines, the last of which signs all before it.

The centre's own reading of that page; nothing is shared with the terminal. Not responsible for what the lines say.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.central.signing import pack, unpack

EXPORT_FORM, ANSWER_FORM = "DOORSTEP-EXPORT 1", "DOORSTEP-ANSWER 1"
LONGEST_LINE = 64 * 1024 * 1024


class BundleError(Exception):
    """The file cannot be taken; one line for whoever carries it."""


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The lines but the last, one by one. BundleError; check the whole file first."""
    for raw in _raw_lines(path):
        line = _decoded(raw)
        if "end" not in line:
            yield line


def demand_signed(path: Path, form: str, public_key: str) -> None:
    """BundleError unless the key has signed every byte of the file."""
    digest, count, end = hashlib.sha256(), 0, None
    for raw in _raw_lines(path):
        if end is not None:
            raise BundleError(f"{path}: something stands behind its end: it was tampered with")
        line = _decoded(raw)
        if "end" in line:
            end = line["end"]
        else:
            digest.update(raw)
            count += 1
    if end is None:
        raise BundleError(f"{path}: its end is missing: copy it again")
    try:
        if (end["sha256"], end["lines"]) != (digest.hexdigest(), count):
            raise BundleError(f"{path}: its content is not what was signed: it was tampered with")
        key = Ed25519PublicKey.from_public_bytes(unpack(public_key))
        key.verify(unpack(end["signature"]), f"{form}\n{end['sha256']}".encode())
    except (InvalidSignature, ValueError, KeyError, TypeError, binascii.Error) as error:
        raise BundleError(f"{path}: not signed by the terminal that it names") from error


def write_signed(path: Path, form: str, lines: Iterable[dict[str, Any]], sign: Callable[[bytes], bytes]) -> None:
    """Write a file of ours, whole or not at all. BundleError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    digest, count = hashlib.sha256(), 0
    try:
        with draft.open("xb") as file:
            for line in lines:
                raw = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(raw)
                count += 1
                file.write(raw)
            sha256 = digest.hexdigest()
            end = {"lines": count, "sha256": sha256, "signature": pack(sign(f"{form}\n{sha256}".encode()))}
            file.write(json.dumps({"end": end}, separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)  # renamed, if all went well


def content_of(text: object) -> bytes:
    """The bytes behind base64. BundleError."""
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BundleError("content that is not base64") from error


def _raw_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while raw := file.readline(LONGEST_LINE):
                yield raw
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}") from error


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        line = json.loads(raw)
    except ValueError:
        line = None
    if not isinstance(line, dict):
        cut = not raw.endswith(b"\n")
        raise BundleError(
            "a line is cut off: copy the file again" if cut else "a line cannot be read: not a file of ours"
        )
    return line
