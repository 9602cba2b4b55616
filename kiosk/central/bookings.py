"""Places of bookings: how many there are for a half-day of a place, and taking one in the case's own transaction.

A booking is a transaction that answers `place`, `day` and `half` (config/services/shared/booking.toml). Not responsible
for which places and days a terminal offers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from kiosk.central.models import BookedHalf
from kiosk.central.schemas import TransactionIn


class HalfDay(NamedTuple):
    """Half a day at a place."""

    place: str
    day: str
    half: str


@dataclass(frozen=True)
class Quotas:
    """How many may come in half a day: to a place by its id, else `default`."""

    default: int
    places: Mapping[str, int] = field(default_factory=dict)

    def of(self, wanted: HalfDay) -> int:
        """The most."""
        return self.places.get(wanted.place, self.default)


def load_quotas(path: Path) -> Quotas:
    """Read `default` and the table `places`."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Quotas(int(table["default"]), {place: int(most) for place, most in table.get("places", {}).items()})


def half_day_of(body: TransactionIn) -> HalfDay | None:
    """What a transaction books; None when it is no booking."""
    said = {answer.name: answer.value for answer in body.answers}
    wanted = HalfDay(said.get("place", ""), said.get("day", ""), said.get("half", ""))
    return wanted if all(wanted) and all(len(part) <= 40 for part in wanted) else None


def take(session: Session, wanted: HalfDay, quotas: Quotas, promised: bool) -> bool:
    """Take a place; False when there is none. What was promised before a restore is taken over the quota."""
    half = session.get(BookedHalf, wanted, with_for_update=True, populate_existing=True)
    if half is None:
        half = BookedHalf(place=wanted.place, day=wanted.day, half=wanted.half, taken=0)
        session.add(half)
        session.flush()  # the loser of a race for the first row begins anew (Database.run)
    if half.taken >= quotas.of(wanted) and not promised:
        return False
    half.taken += 1
    return True
