"""Dates, ages and masks: what a citizen reads, and the ages that conditions rest on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journey.dates import (
    age_on,
    birth_of,
    is_date,
    is_month,
    mask_name,
    mask_number,
    money,
    plus_months,
    say_date,
)
from kiosk.views import Language


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("1956-03-05", "2026-03-04", 69),
        ("1956-03-05", "2026-03-05", 70),
        ("1956-02-29", "2026-02-28", 69),
        ("1956-02-29", "2026-03-01", 70),
        ("", "2026-03-05", -1),
        ("1956-03-05", "soon", -1),
    ],
)
def test_an_age_is_reached_on_the_birthday(birth: str, day: str, age: int) -> None:
    assert age_on(birth, day) == age


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-03-31", -1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-03", -11, "2025-04"),
        ("2026-12", 1, "2027-01"),
        ("0001-01-01", -1, "0001-01-01"),
        ("nonsense", 3, "nonsense"),
        ("", 3, ""),
    ],
)
def test_months_are_counted_and_never_leave_the_calendar(day: str, months: int, then: str) -> None:
    assert plus_months(day, months) == then


@given(st.dates(), st.integers(-600, 600))
def test_a_moved_date_is_a_date(day: object, months: int) -> None:
    assert is_date(plus_months(str(day), months))


@given(st.text(max_size=12))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    is_month(text)
    assert age_on(text, "2026-01-01") >= -1 or is_date(text)
    assert say_date(text, Language.SIMPLIFIED)[:1] == text[:1] or is_date(text) or is_month(text)
    assert len(mask_number(text)) == len(text)
    assert len(mask_name(text)) == len(text)


def test_the_birth_in_a_number_is_read_whatever_the_district() -> None:
    assert birth_of("440116194107091240") == "1941-07-09"  # a retired district code
    assert birth_of("440106194113091240") == ""
    assert birth_of("G12345678") == ""


@pytest.mark.parametrize(
    ("day", "language", "said"),
    [
        ("2026-03-05", Language.SIMPLIFIED, "2026年3月5日"),
        ("2026-03-05", Language.TRADITIONAL, "2026年3月5日"),
        ("2026-03-05", Language.ENGLISH, "5 March 2026"),
        ("2026-03", Language.SIMPLIFIED, "2026年3月"),
        ("2026-03", Language.ENGLISH, "March 2026"),
        ("long-term", Language.ENGLISH, "long-term"),
    ],
)
def test_dates_are_said_as_people_say_them(day: str, language: Language, said: str) -> None:
    assert say_date(day, language) == said


def test_names_and_numbers_are_masked() -> None:
    assert mask_number("440103199001011234") == "440103********1234"
    assert mask_number("12345678") == "****5678"
    assert mask_name("王秀英") == "王**"
    assert money(1000) == "¥1,000.00"
