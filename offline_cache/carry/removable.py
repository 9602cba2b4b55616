"""A file written to a removable medium so that it is whole under its name, or not there; and what media do to us.

Not responsible for what is in it (offline_cache.carry.bundle).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from offline_cache.contract import StoreFailure
from offline_cache.errors import StoreError

_REASONS = {
    errno.ENOSPC: "medium_full",
    errno.EDQUOT: "medium_full",
    errno.EFBIG: "medium_full",
    errno.EROFS: "medium_read_only",
    errno.EACCES: "medium_read_only",
    errno.EPERM: "medium_read_only",
    errno.ENOENT: "no_such_folder",
    errno.ENOTDIR: "no_such_folder",
    errno.EEXIST: "file_exists",
}
_PIECE = 1024 * 1024


class MediumError(StoreError):
    """The medium, or a file on it.

    `reason` is one of medium_full, medium_read_only, medium_gone (unplugged, or it fails), medium_altered (what was
    read back is not what was written), no_such_folder, file_exists; and those of files: file_truncated, file_tampered,
    file_foreign, file_unknown_form.
    """

    def as_failure(self) -> StoreFailure:
        """Kind medium."""
        return StoreFailure("medium", self.reason)


@contextlib.contextmanager
def medium_errors() -> Iterator[None]:
    """Turn what a medium does into MediumError."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, "medium_gone")
        raise MediumError(reason, error.strerror or "") from error


def write_whole(target: Path, pieces: Iterable[bytes]) -> int:
    """Write `target`: temporary name, fsync, read back from the medium, rename, fsync of the folder; its length.

    Raises MediumError; then there is no file of that name, and of the temporary one as far as the medium allows.
    """
    draft = target.with_name(f".{target.name}.part")
    with medium_errors():
        if target.exists():
            raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
        try:
            length, digest = _write(draft, pieces)
            if _digest(draft) != digest:
                raise MediumError("medium_altered")
            draft.rename(target)
            _sync_folder(target.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
    return length


def _write(draft: Path, pieces: Iterable[bytes]) -> tuple[int, bytes]:
    length, digest = 0, hashlib.sha256()
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        for piece in pieces:
            digest.update(piece)
            length += len(piece)
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # so that reading back asks the medium
    finally:
        os.close(descriptor)
    return length, digest.digest()


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.digest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
