"""Hash chains: what makes an edited, missing or reordered record visible.

A chain alone does not show that its last records were cut off; the centre's highest number per terminal does.
Where a damaged file cost records, a *bridge* names the gap, so that what was saved stays verifiable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

GENESIS = bytes(32)
_canonical = msgspec.json.Encoder(order="deterministic")

Record = tuple[int, bytes, bytes, tuple[Any, ...]]
"""Number, the hash it names as its predecessor's, its own hash, its values."""


@dataclass(frozen=True)
class Bridge:
    """Over a gap: the record after `after` is `next`, and names `previous`."""

    after: int
    next: int
    previous: bytes


def link(previous: bytes, values: Iterable[Any]) -> bytes:
    """SHA-256 over the previous record's hash and this record's values as JSON (bytes in base64)."""
    return hashlib.sha256(previous + _canonical.encode(list(values))).digest()


def stands_alone(record: Record) -> bool:
    """Whether a record is what was once written, whatever became of its neighbours."""
    _, previous, recorded, values = record
    return link(previous, values) == recorded


def first_break(records: Iterable[Record], bridges: Mapping[int, Bridge] | None = None) -> int | None:
    """Number of the first record that does not follow its predecessor; None when all do. `bridges` by `after`."""
    place = follower(0, GENESIS, bridges or {})
    for record in records:
        number, previous, recorded, _ = record
        if (number, previous) != place or not stands_alone(record):
            return place[0]
        place = follower(number, recorded, bridges or {})
    return None


def follower(number: int, own: bytes, bridges: Mapping[int, Bridge]) -> tuple[int, bytes]:
    """Number and predecessor's hash of the record that must follow record `number`."""
    bridge = bridges.get(number)
    return (bridge.next, bridge.previous) if bridge else (number + 1, own)


def gaps(records: Iterable[Record], skip_to: int) -> list[Bridge]:
    """The bridges that records which stand alone need; none is numbered below `skip_to` after the last one."""
    found, last, own = [], 0, GENESIS
    for number, previous, recorded, _ in records:
        if number != last + 1:
            found.append(Bridge(last, number, previous))
        last, own = number, recorded
    if skip_to > last + 1:
        found.append(Bridge(last, skip_to, own))
    return found
