"""Names of transactions: the UUIDv7 that is the idempotency key, and the local number that can be said aloud.

The local number is `<terminal>-<sequence>-<check>`, for example `TH0001-000042-2`:

- terminal: the terminal's id without its city (`GZ-TH-0001` gives `TH0001`);
- sequence: the terminal's own count, at least six digits, never used twice;
- check: one digit by Damm's method over all that stands before it, letters counted as 10 to 35. It finds
  every single wrong digit and every swap of two neighbouring digits.
"""

from __future__ import annotations

import functools
import re
import secrets
import uuid

# H. M. Damm, "Total anti-symmetrische Quasigruppen" (2004): the quasigroup of order 10.
_ROWS = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_DAMM = tuple(tuple(int(digit) for digit in row) for row in _ROWS)
_TRANSACTION_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_LOCAL_NUMBER = re.compile(r"([A-Z0-9]{1,12})-(\d{6,})-(\d)")


def new_transaction_id(at_ms: int) -> str:
    """A UUIDv7 (RFC 9562 §5.7) made at `at_ms` milliseconds since 1970."""
    value = (at_ms & (1 << 48) - 1) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return str(uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62)))


def is_transaction_id(text: str) -> bool:
    """Whether this is a UUIDv7 in its usual small letters."""
    return _TRANSACTION_ID.fullmatch(text) is not None


def local_number(terminal: str, sequence: int) -> str:
    """The number on the slip of transaction `sequence` of `terminal`."""
    stem = f"{terminal_stem(terminal)}-{sequence:06d}"
    return f"{stem}-{check_digit(stem)}"


def terminal_stem(terminal: str) -> str:
    """The terminal's id without its city and its dashes."""
    groups = terminal.upper().split("-")
    return "".join(groups[1:] if len(groups) > 1 else groups)


def is_local_number(text: str) -> bool:
    """Whether the form and the check digit are right."""
    match = _LOCAL_NUMBER.fullmatch(text)
    return match is not None and check_digit(f"{match[1]}-{match[2]}") == match[3]


def check_digit(text: str) -> str:
    """Damm's check digit over the letters and digits of `text`."""
    interim = 0
    for character in text:
        if character.isalnum():
            for digit in _digits(character):
                interim = _DAMM[interim][digit]
    return str(interim)


@functools.lru_cache(maxsize=64)
def _digits(character: str) -> tuple[int, ...]:
    return tuple(int(digit) for digit in str(int(character, 36)))
