"""Which years, months and days can still be chosen between two bounds. Pure; knows no Qt.

Dates are (year, month, day) parts; 0 stands for a part that is not chosen yet.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from typing import Literal

DIRECT_YEARS = 24  # more years than this are reached through their decade

Part = Literal["year", "month", "day"]


@dataclass(frozen=True)
class PartialDate:
    """What has been chosen so far."""

    year: int = 0
    month: int = 0
    day: int = 0

    def with_part(self, part: Part, number: int) -> PartialDate:
        """The same with `part` chosen; a day that this month does not have is forgotten."""
        changed = replace(self, year=number) if part == "year" else self
        changed = replace(changed, month=number) if part == "month" else changed
        changed = replace(changed, day=number) if part == "day" else changed
        if changed.year and changed.month and changed.day > calendar.monthrange(changed.year, changed.month)[1]:
            return replace(changed, day=0)
        return changed


@dataclass(frozen=True)
class Bounds:
    """`earliest` and `latest` as YYYY-MM-DD or YYYY-MM; both may be chosen. ValueError for anything else."""

    earliest: tuple[int, ...]
    latest: tuple[int, ...]
    precision: Literal["day", "month"]

    @classmethod
    def read(cls, earliest: str, latest: str, precision: Literal["day", "month"]) -> Bounds:
        """From the words of a view."""
        first, last = (tuple(int(part) for part in text.split("-")) for text in (earliest, latest))
        wanted = 3 if precision == "day" else 2
        if len(first) < 2 or len(last) < 2 or first > last:
            raise ValueError(f"{earliest!r} to {latest!r} is not a span of dates")
        first = (first + (1,))[:wanted]
        last = (last + (31,))[:wanted]
        return cls(first, last, precision)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is asked, in order."""
        return ("year", "month", "day") if self.precision == "day" else ("year", "month")

    @property
    def years(self) -> range:
        """Years with anything to choose."""
        return range(self.earliest[0], self.latest[0] + 1)

    @property
    def decades(self) -> list[tuple[int, int]]:
        """First and last year of each decade that has years to choose."""
        firsts = range(self.years[0] // 10 * 10, self.years[-1] + 1, 10)
        return [(max(first, self.years[0]), min(first + 9, self.years[-1])) for first in firsts]

    def months(self, chosen: PartialDate) -> set[int]:
        """Months of the chosen year."""
        return {m for m in range(1, 13) if self.earliest[:2] <= (chosen.year, m) <= self.latest[:2]}

    def days(self, chosen: PartialDate) -> set[int]:
        """Days of the chosen month."""
        last = calendar.monthrange(chosen.year, chosen.month)[1]
        every = range(1, last + 1)
        return {d for d in every if self.earliest <= (chosen.year, chosen.month, d) <= self.latest}

    def settle(self, chosen: PartialDate) -> PartialDate:
        """`chosen` without the parts that lie outside."""
        if chosen.year not in self.years:
            return PartialDate()
        if chosen.month not in self.months(chosen):
            return PartialDate(chosen.year)
        if self.precision == "month":
            return PartialDate(chosen.year, chosen.month)
        return chosen if chosen.day in self.days(chosen) else PartialDate(chosen.year, chosen.month)

    def open_part(self, chosen: PartialDate) -> Part | None:
        """The first part that is still to be chosen; None when the date is whole."""
        given = {"year": chosen.year, "month": chosen.month, "day": chosen.day}
        return next((part for part in self.parts if not given[part]), None)


def read_partial(text: str) -> PartialDate:
    """A value of a view as parts; an empty or strange one gives nothing chosen."""
    try:
        numbers = [int(part) for part in text.split("-")]
    except ValueError:
        return PartialDate()
    return PartialDate(*numbers[:3])


def write(chosen: PartialDate, precision: Literal["day", "month"]) -> str:
    """YYYY-MM-DD or YYYY-MM."""
    month = f"{chosen.year:04}-{chosen.month:02}"
    return month if precision == "month" else f"{month}-{chosen.day:02}"
