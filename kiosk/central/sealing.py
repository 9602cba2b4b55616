"""The centre's sealing keys: terminals seal payloads and evidence to the newest, the centre opens with any of them.

Each key is a file `sealing-NNNN.key` beside `centre.key`, readable by its owner only; a key that was replaced stays, so
that what lay on a terminal for months can still be opened. The wire form stands in docs/line.md: a header line (magic,
version, suite, key id), then what the suite makes. Header and purpose are bound to the seal, so what was sealed for one
transaction opens for no other. A suite is one class and one line of `SUITES`. Not responsible for what is inside.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.models import SealingKeyRow
from kiosk.central.signing import CentreKey, KeyFileError, make_secret, pack, read_secret

MEDIA_TYPE = "application/vnd.doorstep.sealed"
MAGIC, VERSION = "DOORSTEP-SEALED", "1"
UNKNOWN_KEY, UNKNOWN_SUITE, BROKEN = "unknown_sealing_key", "unknown_suite", "seal_broken"
_HEADER = re.compile(rb"DOORSTEP-SEALED ([0-9]{1,4}) ([a-z0-9-]{1,60}) ([0-9a-f]{16})\n")
_HEADER_BYTES = 120
_FILE = re.compile(r"sealing-(\d{4})\.key")


class SealError(Exception):
    """Something sealed that cannot be opened; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Suite(Protocol):
    """One way to seal and open. Keys are bytes in the suite's own form."""

    name: str

    def new_key(self) -> bytes:
        """A new private key."""

    def public_of(self, private: bytes) -> bytes:
        """The public half. ValueError for bytes that are no key."""

    def open(self, private: bytes, info: bytes, box: bytes) -> bytes:
        """What was sealed under `info`. SealError."""


class HpkeX25519:
    """RFC 9180, base mode, single shot, no AAD: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305."""

    name = "hpke-x25519-chacha20poly1305"
    _suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)

    def new_key(self) -> bytes:
        """32 bytes."""
        return X25519PrivateKey.generate().private_bytes_raw()

    def public_of(self, private: bytes) -> bytes:
        """32 bytes."""
        return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def open(self, private: bytes, info: bytes, box: bytes) -> bytes:
        """`box` is the encapsulated key (32 bytes) and the ciphertext."""
        try:
            return self._suite.decrypt(box, X25519PrivateKey.from_private_bytes(private), info)
        except InvalidTag:
            raise SealError(BROKEN) from None


SUITES: dict[str, Suite] = {suite.name: suite for suite in (HpkeX25519(),)}
NEW_KEYS_SUITE = HpkeX25519.name


@dataclass(frozen=True)
class SealingKey:
    """A key that terminals may have sealed to."""

    number: int
    suite: Suite
    private: bytes

    def __repr__(self) -> str:
        return f"SealingKey({self.id})"

    @property
    def public(self) -> bytes:
        """What terminals seal to."""
        return self.suite.public_of(self.private)

    @property
    def id(self) -> str:
        """Names the key on the line: the start of the SHA-256 of its public half."""
        return hashlib.sha256(self.public).hexdigest()[:16]

    def published(self, signer: CentreKey, at: datetime.datetime) -> str:
        """DK1.<content>.<signature>, as docs/line.md describes it."""
        content = {"k": self.id, "s": self.suite.name, "x": pack(self.public), "a": at.isoformat(timespec="seconds")}
        return signer.sign_text("DK1", content)


class SealingKeys:
    """The keys of a data folder. Read again when a terminal names one that was made meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = read_keys(folder)

    @property
    def newest(self) -> SealingKey:
        """What terminals are to seal to. KeyFileError when there is none."""
        if not self._keys:
            raise KeyFileError(f"{self._folder} holds no sealing key")
        return self._keys[-1]

    def read_again(self) -> None:
        """Look for keys that were made meanwhile. KeyFileError."""
        self._keys = read_keys(self._folder)

    @property
    def ids(self) -> list[str]:
        """All keys, oldest first."""
        return [key.id for key in self._keys]

    def add(self) -> SealingKey:
        """Make a key that takes the place of the newest; durable when this returns. KeyFileError.

        Where two processes do so in the same moment there is one, and both are given it.
        """
        suite = SUITES[NEW_KEYS_SUITE]
        number = self._keys[-1].number + 1 if self._keys else 1
        make_secret(_file(self._folder, number), f"{suite.name} {suite.new_key().hex()}\n".encode())
        self.read_again()
        return self.newest

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """The plaintext of something sealed for `purpose` ("transaction KEY"). SealError."""
        header = _HEADER.match(sealed[:_HEADER_BYTES])
        if header is None:
            raise SealError(BROKEN)
        version, suite, key_id = (part.decode() for part in header.groups())
        if version != VERSION or suite not in SUITES:
            raise SealError(UNKNOWN_SUITE)
        key = self._find(key_id)
        if key is None:
            self.read_again()
            key = self._find(key_id)
        if key is None:
            raise SealError(UNKNOWN_KEY)
        if key.suite.name != suite:
            raise SealError(BROKEN)
        return key.suite.open(key.private, header[0] + purpose.encode(), sealed[header.end() :])

    def _find(self, key_id: str) -> SealingKey | None:
        return next((key for key in self._keys if key.id == key_id), None)


def read_keys(folder: Path) -> list[SealingKey]:
    """The keys of a folder, oldest first. KeyFileError for a file that others may read or that holds no key."""
    numbers = sorted(int(found[1]) for path in folder.glob("sealing-*.key") if (found := _FILE.fullmatch(path.name)))
    return [_read(folder, number) for number in numbers]


def bind_sealing(session: Session, keys: SealingKeys, now: datetime.datetime, adopt: bool = False) -> None:
    """See that this folder holds every key that the database's servers have published; make the first of all.

    KeyFileError when one is missing: what terminals have sealed to it could not be opened here. `adopt`: the operator
    says that it is lost for good.
    """
    keys.read_again()  # another server may have made one while we waited for our turn
    known = set(session.scalars(select(SealingKeyRow.id)))
    if not known and not keys.ids:
        keys.add()
    for missing in sorted(known - set(keys.ids)):
        if not adopt:
            raise KeyFileError(
                f"sealing key {missing} is not here; copy sealing-*.key from the other server or from the backup, "
                "or say --replace-key if it is lost"
            )
        session.delete(session.get_one(SealingKeyRow, missing))
    if not keys.ids:
        keys.add()
    session.add_all(SealingKeyRow(id=new, made_at=now) for new in keys.ids if new not in known)


def _file(folder: Path, number: int) -> Path:
    return folder / f"sealing-{number:04}.key"


def _read(folder: Path, number: int) -> SealingKey:
    path = _file(folder, number)
    try:
        name, text = read_secret(path).decode("ascii").split()
        key = SealingKey(number, SUITES[name], bytes.fromhex(text))
        key.suite.public_of(key.private)
    except (ValueError, KeyError):
        raise KeyFileError(f"{path} holds no sealing key; put its backup back") from None
    return key
