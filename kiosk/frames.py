"""The one-slot picture that a camera process shares with the screen: a file on tmpfs, mapped by both.

Not responsible for capturing or painting. The writer alternates between two halves and bumps a sequence
number last, so that a reader sees whole pictures; a reader that finds the number moved drops its copy.
Layout (little endian): 8 bytes magic, u64 sequence, u32 width, u32 height, then two slots of
MAX_WIDTH*MAX_HEIGHT*3 bytes RGB888; picture n lies in slot n % 2.
"""

from __future__ import annotations

import mmap
import os
import struct
from dataclasses import dataclass

MAGIC = b"DSFRAME1"
MAX_WIDTH, MAX_HEIGHT = 1280, 960
_SLOT_BYTES = MAX_WIDTH * MAX_HEIGHT * 3
_HEAD = struct.Struct("<8sQII")
_SIZE = 4096 + 2 * _SLOT_BYTES


@dataclass(frozen=True, repr=False)
class Picture:
    """One RGB888 picture; `sequence` grows by one with each."""

    sequence: int
    width: int
    height: int
    rgb: bytes


class FrameWriter:
    """Owned by the camera process. `path` should lie on tmpfs: frames never reach a disk."""

    def __init__(self, path: str) -> None:
        self._sequence = 0
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.ftruncate(descriptor, _SIZE)
        self._map = mmap.mmap(descriptor, _SIZE)
        os.close(descriptor)

    def write(self, width: int, height: int, rgb: bytes) -> None:
        """Publish one picture of `width` by `height` pixels."""
        if width > MAX_WIDTH or height > MAX_HEIGHT or len(rgb) != width * height * 3:
            raise ValueError(f"picture {width}x{height} with {len(rgb)} bytes does not fit")
        sequence = self._sequence + 1
        offset = 4096 + (sequence % 2) * _SLOT_BYTES
        self._map[offset : offset + len(rgb)] = rgb
        self._map[: _HEAD.size] = _HEAD.pack(MAGIC, sequence, width, height)
        self._sequence = sequence

    def wipe(self) -> None:
        """Overwrite both slots and the head with zeros."""
        self._map[:] = bytes(_SIZE)
        self._sequence = 0

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
        offset = 4096 + (sequence % 2) * _SLOT_BYTES
        rgb = self._map[offset : offset + width * height * 3]
        _, now, _, _ = _HEAD.unpack(self._map[: _HEAD.size])
        return Picture(sequence, width, height, rgb) if now - sequence <= 1 else None

    def close(self) -> None:
        """Unmap."""
        self._map.close()
