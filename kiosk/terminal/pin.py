"""Is this the technician's PIN? scrypt against the profile, with a lock after five wrong ones.

Not responsible for what a technician may do. The count lives in memory: a restart of the terminal is written
to the journal, and takes longer than the lock gains.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

TRIES = 5
LOCK_S = 300.0


def hash_pin(pin: str, salt: bytes) -> str:
    """The form that stands in a profile."""
    key = hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return f"scrypt${salt.hex()}${key.hex()}"


class PinGuard:
    """Checks PINs; locks for LOCK_S after TRIES wrong ones in a row."""

    def __init__(self, stored: str, clock: Callable[[], float]) -> None:
        self._salt = bytes.fromhex(stored.split("$")[1])
        self._stored = stored
        self._clock = clock
        self._wrong = 0
        self._locked_until = 0.0

    def check(self, pin: str) -> str:
        """Empty when right; otherwise why not: "wrong" or "locked"."""
        if self._clock() < self._locked_until:
            return "locked"
        if hmac.compare_digest(hash_pin(pin, self._salt), self._stored):
            self._wrong = 0
            return ""
        self._wrong += 1
        if self._wrong >= TRIES:
            self._wrong = 0
            self._locked_until = self._clock() + LOCK_S
            return "locked"
        return "wrong"
