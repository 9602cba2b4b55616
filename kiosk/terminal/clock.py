"""Business time and fresh ids for the shell. The only place of the terminal's process that reads a clock."""

from __future__ import annotations

import datetime
import secrets
import time
import uuid


class SystemClock:
    """The machine's own clock, in Guangzhou's time (UTC+8, no daylight saving)."""

    _zone = datetime.timezone(datetime.timedelta(hours=8))

    def today(self) -> str:
        """YYYY-MM-DD."""
        return datetime.datetime.now(self._zone).date().isoformat()

    def hour(self) -> int:
        """0 to 23."""
        return datetime.datetime.now(self._zone).hour

    def new_id(self) -> str:
        """A fresh UUIDv7 (RFC 9562): 48 bits of milliseconds, 74 random bits."""
        millis = time.time_ns() // 1_000_000
        value = (millis << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
        return str(uuid.UUID(int=value))
