"""An independent reader of what goes to a receipt printer: which commands it holds, and whether text is text.

It shares nothing with the driver or the twin; lengths are Epson's. Bitmaps and counted blocks are passed over.
"""

from __future__ import annotations

import re
from collections import Counter

_TEXT = re.compile(rb"(?:[\x20-\x7e]|[\x81-\xfe][\x40-\x7e\x80-\xfe])*")
_LENGTHS = {
    **dict.fromkeys((b"\x1b@", b"\x1c&", b"\x1c."), 2),
    **dict.fromkeys((b"\x1ba", b"\x1bE", b"\x1bd", b"\x1bJ", b"\x1bt", b"\x1d!", b"\x1dV", b"\x1dr", b"\x1da"), 3),
    b"\x1cW": 3,
}


class NotAllowed(Exception):
    """The stream holds a byte that is neither text nor a command we know."""


def commands_in(data: bytes) -> Counter[bytes]:
    """How often each command occurs; NotAllowed at the first byte that should not be there."""
    found: Counter[bytes] = Counter()
    at = 0
    while True:
        matched = _TEXT.match(data, at)
        assert matched is not None
        at = matched.end()
        if at >= len(data):
            return found
        at += _command(data, at, found)


def _command(data: bytes, at: int, found: Counter[bytes]) -> int:
    if data[at] == 0x0A:
        found[b"\n"] += 1
        return 1
    head = data[at : at + 2]
    if head == b"\x1dv":
        found[head] += 1
        return 8 + int.from_bytes(data[at + 4 : at + 6], "little") * int.from_bytes(data[at + 6 : at + 8], "little")
    if head == b"\x1d(":
        found[data[at : at + 3]] += 1
        return 5 + int.from_bytes(data[at + 3 : at + 5], "little")
    if head not in _LENGTHS:
        raise NotAllowed(f"{data[at : at + 4].hex(' ')} at {at}")
    found[head] += 1
    return _LENGTHS[head]
