"""Business time: what day it is as far as that can be known, whatever the wall clock says.

The centre signs its time with our nonce (docs/line.md). In the same boot, business time is that plus what the monotonic
clock counted since; a wall clock that jumps changes nothing. Before the first contact of a boot it is the larger of the
wall clock and the newest signed time: then nobody vouches for it, and nothing is expired by it.
"""

from __future__ import annotations

import datetime
import threading
from dataclasses import dataclass, field

from offline_cache.clock import Clock, boot_id
from offline_cache.disk.database import Database

SUSPECT_S = 300.0
"""A wall clock this far from the centre's time is wrong."""
LONGEST_AWAY_S = 400 * 86400.0
"""A wall clock further ahead of the last signed time, with no contact since, is not believed either."""
KEEP_EVERY_S = 300.0
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class SignedMoment:
    """A time that the centre signed (seconds since 1970), and the monotonic clock when it was heard in a boot."""

    signed_s: float
    boot_id: str
    monotonic_s: float


@dataclass
class TrustedTime:
    """A clock (offline_cache.clock.Clock) whose `utc` is business time. Safe to read from every thread."""

    clock: Clock
    boot: str = field(default_factory=boot_id)
    _moment: SignedMoment | None = None
    _kept_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def utc(self) -> datetime.datetime:
        """Business time, aware, UTC."""
        moment = self._moment
        if moment is None:
            return self.clock.utc()
        if moment.boot_id == self.boot:
            return _EPOCH + datetime.timedelta(seconds=self._elapsed_to(moment))
        return max(self.clock.utc(), _EPOCH + datetime.timedelta(seconds=moment.signed_s))

    def schedule_s(self) -> float:
        """As of the clock below."""
        return self.clock.schedule_s()

    def monotonic_s(self) -> float:
        """As of the clock below."""
        return self.clock.monotonic_s()

    @property
    def vouched(self) -> bool:
        """Whether the centre's signature stands behind `utc`: only then may time run out for anything."""
        return self._moment is not None and self._moment.boot_id == self.boot

    @property
    def suspect(self) -> bool:
        """Whether the wall clock is wrong as far as we can tell: a technician should look."""
        moment, wall_s = self._moment, self.clock.utc().timestamp()
        if moment is None:
            return False
        if moment.boot_id == self.boot:
            return abs(wall_s - self._elapsed_to(moment)) > SUSPECT_S
        return not moment.signed_s - SUSPECT_S <= wall_s <= moment.signed_s + LONGEST_AWAY_S

    @property
    def trust(self) -> str:
        """One word for technicians and the centre: suspect, vouched or unvouched."""
        if self.suspect:
            return "suspect"
        return "vouched" if self.vouched else "unvouched"

    def hear(self, signed_s: float) -> bool:
        """The centre has just answered our nonce with this signed time. Whether it should be kept on disk now.

        The centre read its clock before its answer came, so business time is never ahead of the centre's.
        """
        heard = SignedMoment(signed_s, self.boot, self.clock.monotonic_s())
        with self._lock:
            before = self._moment
            self._moment = heard
        return before is None or before.boot_id != self.boot or signed_s - self._kept_s > KEEP_EVERY_S

    def load(self, database: Database) -> None:
        """Take the newest moment from the disk, unless a newer one was heard."""
        rows = database.read("SELECT signed_s, boot_id, monotonic_s FROM centre_time")
        with self._lock:
            if rows and self._moment is None:
                self._moment = SignedMoment(*rows[0])
                self._kept_s = self._moment.signed_s

    def keep(self, database: Database) -> None:
        """Write the newest moment down; inside a transaction of the caller."""
        moment = self._moment
        if moment is not None:
            database.write(
                "INSERT OR REPLACE INTO centre_time VALUES (1, ?, ?, ?)",
                (moment.signed_s, moment.boot_id, moment.monotonic_s),
            )
            self._kept_s = moment.signed_s

    def _elapsed_to(self, moment: SignedMoment) -> float:
        return moment.signed_s + self.clock.monotonic_s() - moment.monotonic_s
