"""Room for what was promised: a file of real blocks that is given up when the disk is full, and made again later.

While it is given up, new transactions are refused: the room is for the journal, and for recording the centre's
answers to what waits. Not responsible for who filled the disk.
"""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from offline_cache.disk.database import disk_errors
from offline_cache.disk.keys import sync_folder
from offline_cache.errors import StoreUnavailable

log = logging.getLogger(__name__)

LOW_DISK_BYTES = 64 * 1024 * 1024
NO_DISK_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Room:
    """What a disk has: bytes free, the reserve's size, and whether the reserve is there."""

    free: int
    reserve: int
    held: bool

    @property
    def accepting(self) -> bool:
        """Whether new transactions are taken: never out of what the reserve gave up."""
        return self.free >= NO_DISK_BYTES + (0 if self.held else self.reserve)

    @property
    def problem(self) -> str:
        """disk_full, disk_low (a warning: still accepting), or nothing."""
        if not self.accepting:
            return "disk_full"
        return "disk_low" if self.free < LOW_DISK_BYTES else ""

    @property
    def can_hold_again(self) -> bool:
        """Whether there is room for the reserve and, beside it, for more than a warning."""
        return not self.held and self.free >= self.reserve + LOW_DISK_BYTES


class Reserve:
    """The reserve file. `size` 0 means none is kept."""

    def __init__(self, file: Path, size: int) -> None:
        self._file, self._size = file, size

    def room(self) -> Room:
        """How the disk stands; one that cannot be asked counts as full."""
        folder = self._file.parent
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent  # before the first start
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            free = 0
        return Room(free, self._size, self._held())

    def release(self) -> bool:
        """Give the room up, for a full disk; False if there was none to give."""
        try:
            self._file.unlink()
        except OSError:
            return False
        log.error("disk full: the reserve is used")
        return True

    def restore(self) -> bool:
        """Make the file again where there is room; whether it was made now."""
        if not self.room().can_hold_again:
            return False
        try:
            with disk_errors():
                self._make()
        except StoreUnavailable as error:
            log.warning("no reserve: %s", error)
            return False
        return True

    def _held(self) -> bool:
        try:
            status = self._file.stat()
        except OSError:
            return not self._size
        return status.st_size >= self._size

    def _make(self) -> None:
        # Random bytes: neither holes nor compression can turn them into a promise that the disk does not keep.
        fresh = self._file.with_name(self._file.name + ".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            for start in range(0, self._size, _CHUNK_BYTES):
                _write_all(descriptor, os.urandom(min(_CHUNK_BYTES, self._size - start)))
            os.fsync(descriptor)
        except BaseException:
            fresh.unlink()
            raise
        finally:
            os.close(descriptor)
        fresh.rename(self._file)
        sync_folder(self._file.parent)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
