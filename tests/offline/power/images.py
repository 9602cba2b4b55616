"""What a power cut can leave of a recorded disk: images, for every position and every policy.

The model is stricter than a file system: what was not synced is there or not, write by write, in any combination,
or in part; and a name (of a new, renamed or removed file) is there or not until *we* synced its folder, even where
the file itself was synced. Disks that lie about a sync and bits that rot are not modelled.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from tests.offline.power.disk import (
    Create,
    DataOp,
    Disk,
    MakeFolder,
    NameOp,
    Op,
    Rename,
    Sync,
    SyncFolder,
    Truncate,
    Unlink,
    Write,
)

TORN_AT = (512, 1024, 2048)

Image = dict[str, bytes | None]
"""What is on the disk: bytes by path; None is a folder."""


class Policy(StrEnum):
    """Which of the operations that were not synced a power cut spares."""

    NONE = "none"
    ALL = "all"
    NAMES_ONLY = "names only"
    DATA_ONLY = "data only"
    SUBSET = "subset"
    TORN = "torn"


@dataclass
class State:
    """What is durable after a position, and what is under way."""

    root: str
    files: dict[int, bytearray] = field(default_factory=dict)
    names: dict[str, int | None] = field(default_factory=dict)
    data: dict[int, list[DataOp]] = field(default_factory=dict)
    name_ops: list[NameOp] = field(default_factory=list)

    def apply(self, op: Op) -> None:
        """One more operation has happened."""
        if isinstance(op, Write | Truncate):
            self.data.setdefault(op.inode, []).append(op)
        elif isinstance(op, Sync):
            for under_way in self.data.pop(op.inode, []):
                if not op.failed:  # after a failure the kernel may call the pages clean and never write them
                    _apply_data(self.files, under_way)
        elif isinstance(op, SyncFolder):
            durable = [name_op for name_op in self.name_ops if _is_in(name_op, op.path)]
            self.name_ops = [name_op for name_op in self.name_ops if name_op not in durable]
            for name_op in durable:
                _apply_name(self.names, name_op)
        else:
            self.name_ops.append(op)

    def image(self, policy: Policy, rng: random.Random) -> Image:
        """One way the disk can look when the power comes back."""
        names = dict(self.names)
        for name_op in self.name_ops:
            if _spares(policy, rng, kept_by=(Policy.ALL, Policy.NAMES_ONLY)):
                _apply_name(names, name_op)
        files = {inode: bytearray(self.files.get(inode, b"")) for inode in names.values() if inode is not None}
        for inode, under_way in self.data.items():
            for op in under_way if inode in files else ():
                if _spares(policy, rng, kept_by=(Policy.ALL, Policy.DATA_ONLY)):
                    _apply_data(files, _torn(op, rng) if policy is Policy.TORN else op)
        return {
            path: None if inode is None else bytes(files[inode])
            for path, inode in names.items()
            if not path.endswith("-shm") and _is_reachable(path, names, self.root)
        }


def start_of(disk: Disk) -> State:
    """The state in which the recording began."""
    return State(str(disk.root), {inode: bytearray(data) for inode, data in disk.files.items()}, dict(disk.names))


def positions(disk: Disk) -> Iterator[tuple[int, State]]:
    """The state after each number of operations, from none to all."""
    state = start_of(disk)
    yield 0, state
    for position, op in enumerate(disk.ops, start=1):
        state.apply(op)
        yield position, state


def _spares(policy: Policy, rng: random.Random, kept_by: tuple[Policy, ...]) -> bool:
    if policy in (Policy.SUBSET, Policy.TORN):
        return rng.random() < (0.5 if policy is Policy.SUBSET else 0.7)
    return policy in kept_by


def _torn(op: DataOp, rng: random.Random) -> DataOp:
    if isinstance(op, Truncate) or rng.random() < 0.4:
        return op
    return Write(op.inode, op.offset, op.data[: rng.choice(TORN_AT)])


def _apply_data(files: dict[int, bytearray], op: DataOp) -> None:
    held = files.setdefault(op.inode, bytearray())
    if isinstance(op, Truncate):
        del held[op.size :]
        return
    end = op.offset + len(op.data)
    if len(held) < end:
        held.extend(bytes(end - len(held)))
    held[op.offset : end] = op.data


def _apply_name(names: dict[str, int | None], op: NameOp) -> None:
    match op:
        case Create(path, inode):
            names[path] = inode
        case MakeFolder(path):
            names[path] = None
        case Unlink(path):
            names.pop(path, None)
        case Rename(path, target):
            for old in [name for name in names if name == path or name.startswith(path + os.sep)]:
                names[target + old.removeprefix(path)] = names.pop(old)


def _is_in(op: NameOp, folder: str) -> bool:
    return os.path.dirname(op.target if isinstance(op, Rename) else op.path) == folder


def _is_reachable(path: str, names: dict[str, int | None], root: str) -> bool:
    return path == root or (path in names and _is_reachable(os.path.dirname(path), names, root))
