"""The centre's key: signs what the centre acknowledges, and guards the SMS codes in the database.

One Ed25519 seed in the data folder, readable by its owner only, made at the first start. Servers of one database must
share it: copy the file. It is not in the database, so a stolen database alone opens no code.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from kiosk.central.models import CentreIdentity

FILE = "centre.key"
SEED_BYTES = 32


class KeyFileError(Exception):
    """The centre's key cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Receipt:
    """What the centre owes an answer for: this key and these bytes became this case."""

    key: str
    terminal: str
    status: int
    case_number: str
    received_at: datetime.datetime
    payload_sha256: str
    """Of the bytes that the terminal sent; empty when the centre no longer knows it."""


class CentreKey:
    """Signs and checks; nothing of it is ever shown but the public half."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._code_secret = HKDF(SHA256(), 32, None, b"doorstep centre, SMS codes").derive(seed)
        self.public = pack(self._private.public_key().public_bytes_raw())

    def sign(self, receipt: Receipt) -> str:
        """DR1.<content>.<signature>, as docs/line.md describes it."""
        content = {
            "k": receipt.key,
            "t": receipt.terminal,
            "c": receipt.status,
            "n": receipt.case_number,
            "a": receipt.received_at.isoformat(timespec="seconds"),
            "h": receipt.payload_sha256,
        }
        return self.sign_text("DR1", content)

    def sign_time(self, now: datetime.datetime, nonce: str) -> str:
        """DT1.<content>.<signature>: the time (aware) for whoever asked with this nonce."""
        return self.sign_text("DT1", {"t": round(now.timestamp(), 3), "n": nonce})

    def sign_text(self, prefix: str, content: Mapping[str, object]) -> str:
        """<prefix>.<base64url of JSON>.<base64url of the signature over what stands before it>."""
        signed = f"{prefix}.{pack(json.dumps(content, separators=(',', ':')).encode())}"
        return f"{signed}.{pack(self._private.sign(signed.encode()))}"

    def sign_bytes(self, data: bytes) -> bytes:
        """A signature over a file of ours (kiosk.central.bundle)."""
        return self._private.sign(data)

    def read(self, text: str) -> Receipt | None:
        """The receipt behind a text of ours; None when we have not signed it."""
        signed, _, signature = text.rpartition(".")
        try:
            self._private.public_key().verify(unpack(signature), signed.encode())
            content = json.loads(unpack(signed.removeprefix("DR1.")))
            at = datetime.datetime.fromisoformat(content["a"])
            return Receipt(content["k"], content["t"], content["c"], content["n"], at, content["h"])
        except (InvalidSignature, ValueError, KeyError, binascii.Error):
            return None

    def code_hash(self, salt: str, code: str) -> str:
        """What the database keeps of a code: without the key's file it cannot be tried out."""
        return hmac.new(self._code_secret, f"{salt}:{code}".encode(), hashlib.sha256).hexdigest()


def load_key(folder: Path) -> CentreKey:
    """The key of a data folder, made when there is none yet; KeyFileError."""
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    make_secret(path, secrets.token_bytes(SEED_BYTES))
    seed = read_secret(path)
    if len(seed) != SEED_BYTES:
        raise KeyFileError(f"{path} is not a key of {SEED_BYTES} bytes; put its backup back")
    return CentreKey(seed)


def bind(session: Session, key: CentreKey, adopt: bool = False) -> None:
    """Note whose database this is; KeyFileError for another key, unless the operator says that it has been replaced."""
    known = session.get(CentreIdentity, 1)
    if known is None:
        session.add(CentreIdentity(id=1, public_key=key.public))
    elif known.public_key != key.public:
        if not adopt:
            raise KeyFileError(
                f"the database belongs to servers with another {FILE}; copy theirs, or say --replace-key if it is lost"
            )
        known.public_key = key.public


def make_secret(path: Path, content: bytes) -> bool:
    """Make a file for its owner only, durable under its name or not there; False if it was there. KeyFileError."""
    if path.exists():
        return False
    try:
        return _make(path, content)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error


def read_secret(path: Path) -> bytes:
    """The content of a file that only its owner may read. KeyFileError."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyFileError(f"others may read {path}; make it private: chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error


def _make(path: Path, content: bytes) -> bool:
    """Of several processes one wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)
    made = True
    try:
        os.link(draft, path)
    except FileExistsError:
        made = False
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return made


def pack(data: bytes) -> str:
    """base64url without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unpack(text: str) -> bytes:
    """The bytes behind `pack`. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
