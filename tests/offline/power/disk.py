"""Records what the store does to its disk, below the cipher, and lets operations fail when a test wants it.

SQLite's cipher is a VFS of its own ("multipleciphers-NAME" over NAME), so a layer registered as NAME sees exactly
the bytes that a disk would get. What the store does beside SQLite (key file, renames, folder syncs) goes through
`os` and is recorded there. Not responsible for what a power cut leaves of it (`images`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import apsw

LAYER = "recorded"


@dataclass(frozen=True)
class Create:
    """A name for a new file."""

    path: str
    inode: int


@dataclass(frozen=True)
class MakeFolder:
    """A name for a new folder."""

    path: str


@dataclass(frozen=True)
class Rename:
    """A name becomes another, replacing what had it."""

    path: str
    target: str


@dataclass(frozen=True)
class Unlink:
    """A name goes away."""

    path: str


@dataclass(frozen=True)
class SyncFolder:
    """Names in this folder are durable."""

    path: str


@dataclass(frozen=True)
class Write:
    """Bytes at an offset."""

    inode: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Truncate:
    """A new length."""

    inode: int
    size: int


@dataclass(frozen=True)
class Sync:
    """The file's bytes are durable; or, after a failure, what was not yet durable never will be."""

    inode: int
    failed: bool = False


NameOp = Create | MakeFolder | Rename | Unlink
DataOp = Write | Truncate
Op = NameOp | DataOp | Sync | SyncFolder

Fault = Callable[[str], int]
"""Asked before each operation, by its name (write, truncate, sync, create, rename, sync_folder): an errno, or 0."""


def no_fault(operation: str) -> int:
    """A disk in good health."""
    return 0


@dataclass
class Disk:
    """The recording of one folder. `files` and `names` are its state when the recording began."""

    root: Path
    fault: Fault = no_fault
    ops: list[Op] = field(default_factory=list)
    files: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int | None] = field(default_factory=dict)
    live: dict[str, int] = field(default_factory=dict)
    seen: int = 0

    def holds(self, path: str) -> bool:
        """Whether a path is in the recorded folder."""
        return path.startswith(f"{self.root}{os.sep}")

    def ask(self, operation: str, path: str) -> None:
        """Fail an operation if the test wants so."""
        if number := self.fault(operation):
            raise OSError(number, os.strerror(number), path)

    def inode(self, path: str) -> int:
        """The file under a name now; a new one if there is none."""
        if path not in self.live:
            self.seen += 1
            self.live[path] = self.seen
            self.ops.append(Create(path, self.seen))
        return self.live[path]

    def note_rename(self, path: str, target: str) -> None:
        """A file or folder has another name."""
        self.ops.append(Rename(path, target))
        for old in [name for name in self.live if name == path or name.startswith(path + os.sep)]:
            self.live[target + old.removeprefix(path)] = self.live.pop(old)

    def note_unlink(self, path: str) -> None:
        """A name is gone."""
        self.ops.append(Unlink(path))
        self.live.pop(path, None)

    @contextlib.contextmanager
    def recording(self) -> Iterator[Disk]:
        """Record until the end of the block; stores must be opened inside it."""
        self.names[str(self.root)] = None
        for path in sorted(self.root.rglob("*")):
            if path.is_dir():
                self.names[str(path)] = None
            elif not path.name.endswith("-shm"):
                self.seen += 1
                self.names[str(path)] = self.live[str(path)] = self.seen
                self.files[self.seen] = path.read_bytes()
        with _installed(self), contextlib.ExitStack() as patches:
            calls = _OsCalls(self)
            for name in calls.NAMES:
                patches.enter_context(mock.patch.object(os, name, getattr(calls, name)))
            yield self


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int]) -> None:
        self._path = os.path.abspath(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._disk = disk = _layer().disk
        fresh = not os.path.exists(self._path)
        if disk and fresh:
            _ask(disk, "create", self._path)
        super().__init__("unix", name, flags)
        self._inode = disk.inode(self._path) if disk else 0

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._disk:
            _ask(self._disk, "write", self._path)
        super().xWrite(data, offset)
        if self._disk:
            self._disk.ops.append(Write(self._inode, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        if self._disk:
            _ask(self._disk, "truncate", self._path)
        super().xTruncate(size)
        if self._disk:
            self._disk.ops.append(Truncate(self._inode, size))

    def xSync(self, flags: int) -> None:
        if self._disk:
            try:
                _ask(self._disk, "sync", self._path)
            except BaseException:
                self._disk.ops.append(Sync(self._inode, failed=True))
                raise
            self._disk.ops.append(Sync(self._inode))
        # No real sync: what is durable is decided by the recording.


def _ask(disk: Disk, operation: str, path: str) -> None:
    try:
        disk.ask(operation, path)
    except OSError as error:
        raise (apsw.FullError if error.errno == errno.ENOSPC else apsw.IOError)(str(error)) from error


class _Layer(apsw.VFS):
    def __init__(self) -> None:
        super().__init__(LAYER, "unix")
        self.disk: Disk | None = None

    def xOpen(self, name: Any, flags: list[int]) -> _File:
        return _File(name, flags)

    def xDelete(self, name: str, sync: bool) -> None:
        super().xDelete(name, sync)
        if self.disk and not name.endswith("-shm"):
            self.disk.note_unlink(os.path.abspath(name))  # SQLite ignores a folder sync that fails: so do we


_LAYERS: list[_Layer] = []  # one for the life of the process: the cipher's layer above it keeps a pointer to it


def _layer() -> _Layer:
    if not _LAYERS:
        _LAYERS.append(_Layer())
        apsw.Connection(":memory:", vfs=f"multipleciphers-{LAYER}").close()  # SQLite3MC makes its layer over ours
    return _LAYERS[0]


@contextlib.contextmanager
def _installed(disk: Disk) -> Iterator[None]:
    layer = _layer()
    assert layer.disk is None
    layer.disk = disk
    apsw.set_default_vfs(f"multipleciphers-{LAYER}")
    try:
        yield
    finally:
        apsw.set_default_vfs("multipleciphers-unix")
        layer.disk = None


class _OsCalls:
    """Replacements of the calls of `os` that change a disk."""

    NAMES = ("open", "write", "fsync", "rename", "replace", "unlink", "mkdir", "rmdir")

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._real: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in self.NAMES}

    def open(self, path: Any, flags: int, *rest: Any, **more: Any) -> int:
        name = os.path.abspath(path)
        fresh = self._disk.holds(name) and bool(flags & os.O_CREAT) and not os.path.exists(name)
        if fresh:
            self._disk.ask("create", name)
        descriptor: int = self._real["open"](path, flags, *rest, **more)
        if fresh:
            self._disk.inode(name)
        return descriptor

    def write(self, descriptor: int, data: Any) -> int:
        name = _name_of(descriptor)
        if not self._disk.holds(name):
            return int(self._real["write"](descriptor, data))
        self._disk.ask("write", name)
        offset = os.lseek(descriptor, 0, os.SEEK_CUR)
        count = int(self._real["write"](descriptor, data))
        self._disk.ops.append(Write(self._disk.inode(name), offset, bytes(data[:count])))
        return count

    def fsync(self, descriptor: int) -> None:
        name = _name_of(descriptor)
        if not self._disk.holds(name) and name != str(self._disk.root):
            self._real["fsync"](descriptor)
        elif stat.S_ISDIR(os.fstat(descriptor).st_mode):
            self._disk.ask("sync_folder", name)
            self._disk.ops.append(SyncFolder(name))
        else:
            self._disk.ask("sync", name)
            self._disk.ops.append(Sync(self._disk.inode(name)))

    def rename(self, path: Any, target: Any, **more: Any) -> None:
        old, new = os.path.abspath(path), os.path.abspath(target)
        if self._disk.holds(old):
            self._disk.ask("rename", old)
        self._real["rename"](path, target, **more)
        if self._disk.holds(old):
            self._disk.note_rename(old, new)

    replace = rename

    def unlink(self, path: Any, **more: Any) -> None:
        name = os.path.abspath(path)
        self._real["unlink"](path, **more)
        if self._disk.holds(name):
            self._disk.note_unlink(name)

    def rmdir(self, path: Any, **more: Any) -> None:
        self._real["rmdir"](path, **more)
        if self._disk.holds(os.path.abspath(path)):
            self._disk.note_unlink(os.path.abspath(path))

    def mkdir(self, path: Any, *rest: Any, **more: Any) -> None:
        self._real["mkdir"](path, *rest, **more)
        if self._disk.holds(os.path.abspath(path)):
            self._disk.ops.append(MakeFolder(os.path.abspath(path)))


def _name_of(descriptor: int) -> str:
    return os.readlink(f"/proc/self/fd/{descriptor}")
