"""The ring of pictures that a camera process shares with the screen: a file on tmpfs, mapped by both.

Not responsible for capturing or painting. The writer goes round SLOTS places and bumps a sequence number last, so that
a reader sees whole pictures; a reader whose picture may have been overwritten while it copied drops its copy.
Layout (little endian): 8 bytes magic, u64 sequence, u32 width, u32 height, then SLOTS places of
MAX_WIDTH*MAX_HEIGHT*3 bytes RGB888; picture n lies in place n % SLOTS.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"DSFRAME2"
MAX_WIDTH, MAX_HEIGHT = 1280, 960
SLOTS = 4
_SLOT_BYTES = MAX_WIDTH * MAX_HEIGHT * 3
_HEAD = struct.Struct("<8sQII")
_HEAD_BYTES = 4096
_SIZE = _HEAD_BYTES + SLOTS * _SLOT_BYTES
_IN_MEMORY = {"tmpfs", "ramfs"}


def in_memory(path: str) -> bool:
    """Whether a file at `path` would lie in memory and never on a disk."""
    folder = Path(path).resolve().parent
    kind, longest = "", -1
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(" - ")
        mount = Path(before.split()[4].replace("\\040", " "))
        if folder.is_relative_to(mount) and len(mount.parts) >= longest:
            kind, longest = after.split()[0], len(mount.parts)
    return kind in _IN_MEMORY


def wipe_leftover(path: str) -> None:
    """Overwrite and remove the file, whoever left it. A link is removed; where it points stays as it is."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISREG(os.lstat(path).st_mode):
            descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
            with open(descriptor, "wb") as file:  # by a descriptor: nothing is cut off under a reader that maps it
                file.write(bytes(min(os.fstat(descriptor).st_size, _SIZE)))
        os.unlink(path)


@dataclass(frozen=True, repr=False)
class Picture:
    """One RGB888 picture; `sequence` grows by one with each."""

    sequence: int
    width: int
    height: int
    rgb: bytes


class FrameWriter:
    """Owned by the camera process. Whether `path` lies in memory is for the owner to see to (`in_memory`)."""

    def __init__(self, path: str) -> None:
        self._sequence = 0
        self._used = 0
        # Never truncated: a reader may have it mapped. Never through a link: the folder may be open to others.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        os.ftruncate(descriptor, _SIZE)
        self._map = mmap.mmap(descriptor, _SIZE)
        os.close(descriptor)

    def write(self, width: int, height: int, rgb: bytes) -> None:
        """Publish one picture of `width` by `height` pixels."""
        if width > MAX_WIDTH or height > MAX_HEIGHT or len(rgb) != width * height * 3:
            raise ValueError(f"picture {width}x{height} with {len(rgb)} bytes does not fit")
        sequence = self._sequence + 1
        offset = _HEAD_BYTES + (sequence % SLOTS) * _SLOT_BYTES
        self._used = max(self._used, len(rgb))
        self._map[offset : offset + len(rgb)] = rgb
        self._map[: _HEAD.size] = _HEAD.pack(MAGIC, sequence, width, height)
        self._sequence = sequence

    def wipe(self) -> None:
        """Overwrite the head and every place with zeros; the head first, so that no reader takes half a wipe."""
        self._map[: _HEAD.size] = bytes(_HEAD.size)
        blank = bytes(self._used)
        for slot in range(SLOTS):
            offset = _HEAD_BYTES + slot * _SLOT_BYTES
            self._map[offset : offset + len(blank)] = blank
        self._sequence = self._used = 0

    def close(self) -> None:
        """Wipe and unmap."""
        self.wipe()
        self._map.close()


class FrameReader:
    """Owned by the screen process."""

    def __init__(self, path: str) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            self._map = mmap.mmap(descriptor, _SIZE, prot=mmap.PROT_READ)
        finally:
            os.close(descriptor)

    def latest(self, after: int = 0) -> Picture | None:
        """The newest picture if its sequence differs from `after`; None when there is none or it was torn."""
        magic, sequence, width, height = _HEAD.unpack(self._map[: _HEAD.size])
        if magic != MAGIC or sequence == after or sequence == 0:
            return None
        if not (0 < width <= MAX_WIDTH and 0 < height <= MAX_HEIGHT):
            return None  # the screen trusts sizes when it paints: a writer gone mad must not take it along
        offset = _HEAD_BYTES + (sequence % SLOTS) * _SLOT_BYTES
        rgb = self._map[offset : offset + width * height * 3]
        _, now, *size = _HEAD.unpack(self._map[: _HEAD.size])
        # While `now` is shown, `now + 1` is being written: our place is safe as long as that is another one.
        whole = 0 <= now - sequence <= SLOTS - 2 and (now > sequence or size == [width, height])
        return Picture(sequence, width, height, rgb) if whole else None

    def close(self) -> None:
        """Unmap."""
        self._map.close()
