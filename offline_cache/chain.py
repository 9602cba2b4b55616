"""Hash chains: what makes an edited, missing or reordered record visible.

A chain alone does not show that its last records were cut off; the centre's highest number per terminal does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

GENESIS = bytes(32)
_canonical = msgspec.json.Encoder(order="deterministic")


def link(previous: bytes, values: Iterable[Any]) -> bytes:
    """SHA-256 over the previous record's hash and this record's values as JSON (bytes in base64)."""
    return hashlib.sha256(previous + _canonical.encode(list(values))).digest()


def first_break(records: Iterable[tuple[int, bytes, bytes, tuple[Any, ...]]]) -> int | None:
    """Number of the first record (number, previous, hash, values) that does not follow; None when all do."""
    expected_number, expected_previous = 1, GENESIS
    for number, previous, recorded, values in records:
        if number != expected_number or previous != expected_previous or link(previous, values) != recorded:
            return expected_number
        expected_number, expected_previous = number + 1, recorded
    return None
