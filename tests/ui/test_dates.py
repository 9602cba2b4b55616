"""Which dates can be chosen."""

from __future__ import annotations

import pytest

from ui.dates import Bounds, PartialDate, read_partial, write

DAYS = Bounds.read("2024-02-10", "2026-11-23", "day")


def test_the_first_and_the_last_month_are_cut_to_the_bounds() -> None:
    assert DAYS.months(PartialDate(2024)) == set(range(2, 13))
    assert DAYS.months(PartialDate(2026)) == set(range(1, 12))
    assert DAYS.days(PartialDate(2024, 2)) == set(range(10, 30))
    assert DAYS.days(PartialDate(2026, 11)) == set(range(1, 24))


def test_a_day_that_the_new_month_lacks_is_forgotten() -> None:
    assert PartialDate(2025, 1, 31).with_part("month", 2) == PartialDate(2025, 2)
    assert PartialDate(2024, 2, 29).with_part("year", 2025) == PartialDate(2025, 2)


def test_parts_outside_the_bounds_are_dropped() -> None:
    assert DAYS.settle(PartialDate(2024, 1, 5)) == PartialDate(2024)
    assert DAYS.settle(PartialDate(1999, 5, 5)) == PartialDate()
    assert DAYS.settle(PartialDate(2026, 11, 24)) == PartialDate(2026, 11)


def test_decades_cover_exactly_the_years_in_bounds() -> None:
    bounds = Bounds.read("1906-01-01", "1956-11-23", "day")
    assert bounds.decades[0] == (1906, 1909)
    assert bounds.decades[-1] == (1950, 1956)
    assert sum(last - first + 1 for first, last in bounds.decades) == len(bounds.years)


def test_months_need_no_day() -> None:
    months = Bounds.read("2010-01", "2026-10", "month")
    assert months.open_part(PartialDate(2020, 5)) is None
    assert write(PartialDate(2020, 5), "month") == "2020-05"
    assert write(PartialDate(2020, 5, 3), "day") == "2020-05-03"


@pytest.mark.parametrize(
    ("text", "parts"), [("", (0, 0, 0)), ("2024", (2024, 0, 0)), ("2024-03-05", (2024, 3, 5)), ("soon", (0, 0, 0))]
)
def test_values_are_read_as_far_as_they_go(text: str, parts: tuple[int, int, int]) -> None:
    assert read_partial(text) == PartialDate(*parts)


@pytest.mark.parametrize(("first", "last"), [("2026-01-01", "2025-01-01"), ("", "2025-01-01"), ("x", "y")])
def test_bounds_that_leave_nothing_are_refused(first: str, last: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Bounds.read(first, last, "day")
