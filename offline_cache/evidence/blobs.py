"""Files of sealed evidence, each named by the SHA-256 of its bytes and by the transaction that it belongs to.

A file is durable, name and all, before the entry that needs it is committed; one without an entry is what a crash
left, and is swept. The transaction's id in the name lets a salvage find what a damaged table forgot. Not responsible
for when a file is sent (offline_cache.evidence.pieces).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from offline_cache.disk.database import disk_errors
from offline_cache.disk.keys import make_folder, sync_folder

_NAME = re.compile(r"([0-9a-f]{64})\.([0-9a-f-]{36})")


@dataclass(frozen=True)
class Blob:
    """A file: which bytes, of which transaction."""

    sha256: bytes
    transaction_id: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.sha256.hex()}.{self.transaction_id}"


@dataclass(frozen=True)
class Blobs:
    """The folder `blobs`. Every method raises StoreUnavailable when the disk fails."""

    folder: Path

    def put(self, transaction_id: str, contents: Iterable[bytes]) -> list[Blob]:
        """Make files durable, all before this returns."""
        made = []
        with disk_errors():
            for content in contents:
                make_folder(self.folder)
                blob = Blob(hashlib.sha256(content).digest(), transaction_id)
                _write(self.folder / blob.name, content)
                made.append(blob)
            if made:
                sync_folder(self.folder)
        return made

    def read(self, blob: Blob) -> bytes | None:
        """The bytes; None when the file is gone or is not what it was."""
        try:
            content = (self.folder / blob.name).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).digest() == blob.sha256 else None

    def holds(self, blob: Blob, length: int) -> bool:
        """Whether the file is there with its length; its bytes are checked before they are sent."""
        try:
            return (self.folder / blob.name).stat().st_size == length
        except OSError:
            return False

    def found(self) -> Iterator[Blob]:
        """Whatever lies there under a name of ours."""
        if self.folder.is_dir():
            for path in sorted(self.folder.iterdir()):
                if name := _NAME.fullmatch(path.name):
                    yield Blob(bytes.fromhex(name[1]), name[2])

    def remove(self, blobs: Iterable[Blob]) -> int:
        """Forget files; how many there were. Durable when this returns."""
        count = 0
        with disk_errors():
            for blob in blobs:
                with contextlib.suppress(FileNotFoundError):
                    (self.folder / blob.name).unlink()
                    count += 1
            if count:
                sync_folder(self.folder)
        return count


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
