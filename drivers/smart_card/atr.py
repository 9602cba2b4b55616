"""What an answer to reset tells a technician: which way a card talks to its reader. Pure; names no card.

A contactless card has none of its own: its reader makes one up, 3B 8n 80 01 … (PC/SC part 3, 3.1.3.2.3).
"""

from __future__ import annotations

_DIRECT, _INVERSE = 0x3B, 0x3F


def kind_of(atr: bytes) -> str:
    """One phrase; for whatever bytes there are."""
    if not atr or atr[0] not in {_DIRECT, _INVERSE}:
        return "answers to reset with nothing that a card says"
    if len(atr) > 3 and atr[0] == _DIRECT and atr[1] & 0xF0 == 0x80 and atr[2:4] == b"\x80\x01":
        return "a contactless card answers"
    protocols = _protocols(atr)
    return f"a contact card answers (T={', T='.join(str(number) for number in protocols)})"


def _protocols(atr: bytes) -> list[int]:
    """The T of each TDi (ISO 7816-3, 8.2.3), at most four; T=0 where none is told."""
    found: list[int] = []
    offset, follows = 2, atr[1] >> 4 if len(atr) > 1 else 0
    while follows & 8 and len(found) < 4:
        offset += (follows & 7).bit_count()
        if offset >= len(atr):
            break
        if atr[offset] & 0x0F not in found:
            found.append(atr[offset] & 0x0F)
        follows = atr[offset] >> 4
        offset += 1
    return found or [0]
