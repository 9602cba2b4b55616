"""What this terminal believes of its centre: the key that signs, and the key that payloads are sealed to.

Pinned once, at enrolment (`enrolment`). A sealing key may be replaced by one that the pinned signing key
has signed; the signing key only by another enrolment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from offline_cache.clock import Clock, iso
from offline_cache.disk.database import Database
from offline_cache.trust.signed_text import from_base64url, read_signed

SEALING_PREFIX = "DK1."
KEY_BYTES = 32


class SealingKey(msgspec.Struct, frozen=True):
    """What a `DK1.` text states: key id, suite, the public key (base64url), since when."""

    k: str
    s: str
    x: str
    a: str


@dataclass(frozen=True)
class CentreKeys:
    """The pinned centre. `sealing_key` is empty until the centre has told us one."""

    signing_key: bytes
    sealing_key_id: str = ""
    suite: str = ""
    sealing_key: bytes = b""


@dataclass
class CentreTrust:
    """The table `centre_trust`; one row, or none before the enrolment."""

    database: Database
    clock: Clock
    _known: CentreKeys | None = field(default=None, repr=False)

    def keys(self) -> CentreKeys | None:
        """What is pinned; None before the enrolment."""
        if self._known is None:
            rows = self.database.read("SELECT signing_key, sealing_key_id, suite, sealing_key FROM centre_trust")
            self._known = CentreKeys(*rows[0]) if rows else None
        return self._known

    def pin(self, signing_key: bytes) -> None:
        """Believe this centre from now on, and none before it; inside a transaction of the caller."""
        known = self.keys()
        if known is not None and known.signing_key == signing_key:
            return
        self._known = None
        self.database.write("DELETE FROM centre_trust")
        self.database.write(
            "INSERT INTO centre_trust (one, signing_key, pinned_at) VALUES (1, ?, ?)",
            (signing_key, iso(self.clock.utc())),
        )

    def take_sealing_key(self, text: str) -> bool:
        """Seal to this key from now on, if the pinned centre signed it; inside a transaction. Whether it did."""
        known = self.keys()
        stated = read_signed(SEALING_PREFIX, text, known.signing_key, SealingKey) if known is not None else None
        try:
            raw = from_base64url(stated.x) if stated is not None else b""
        except ValueError:
            raw = b""
        if stated is None or len(raw) != KEY_BYTES or not stated.k or not stated.s:
            return False
        if known is not None and (known.sealing_key_id, known.suite, known.sealing_key) == (stated.k, stated.s, raw):
            return True
        self._known = None
        self.database.write(
            "UPDATE centre_trust SET sealing_key_id = ?, suite = ?, sealing_key = ?", (stated.k, stated.s, raw)
        )
        return True
