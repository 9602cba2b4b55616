"""Dates and what a citizen reads of values: pure arithmetic and formatting, no clock.

Dates are YYYY-MM-DD and months YYYY-MM throughout; "" is no date.
"""

from __future__ import annotations

import calendar
import datetime
import re

from kiosk.views import Language

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def is_date(text: str) -> bool:
    """Whether `text` is a date of the calendar as YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_month(text: str) -> bool:
    """Whether `text` is a month as YYYY-MM."""
    return is_date(f"{text}-01")


def plus_months(day: str, months: int) -> str:
    """The same day of another month, or that month's last day where it has none. Keeps the precision."""
    if not (is_date(day) or is_month(day)):
        return day
    count = int(day[:4]) * 12 + int(day[5:7]) - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        return day
    if len(day) == 7:
        return f"{year:04}-{month + 1:02}"
    last = calendar.monthrange(year, month + 1)[1]
    return f"{year:04}-{month + 1:02}-{min(int(day[8:10]), last):02}"


def age_on(birth: str, day: str) -> int:
    """Whole years (周岁) of somebody born on `birth`, on `day`; -1 when either is no date.

    Reaching an age counts from the birthday itself here, which is how the allowance pages count.
    """
    if not (is_date(birth) and is_date(day)):
        return -1
    return int(day[:4]) - int(birth[:4]) - (day[5:] < birth[5:])


def birth_of(number: str) -> str:
    """The date of birth inside an 18-digit number (GB 11643), or "". The district digits are never judged."""
    digits = number[6:14]
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return day if len(number) == 18 and is_date(day) else ""


def say_date(day: str, language: Language) -> str:
    """2026年3月5日, or 5 March 2026; a month as 2026年3月, or March 2026; anything else unchanged."""
    if is_month(day):
        year, month = int(day[:4]), int(day[5:])
        return f"{_MONTHS[month - 1]} {year}" if language is Language.ENGLISH else f"{year}年{month}月"
    if not is_date(day):
        return day
    year, month, date = int(day[:4]), int(day[5:7]), int(day[8:])
    if language is Language.ENGLISH:
        return f"{date} {_MONTHS[month - 1]} {year}"
    return f"{year}年{month}月{date}日"


def mask_number(number: str) -> str:
    """440103********1234; a short number keeps its last four places."""
    if len(number) >= 15:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    return "*" * max(0, len(number) - 4) + number[-4:]


def mask_name(name: str) -> str:
    """王* : the first character, and a star for each of the others."""
    return name[:1] + "*" * (len(name) - 1)


def money(yuan: int) -> str:
    """¥1,000.00."""
    return f"¥{yuan:,}.00"


def money_fen(fen: int) -> str:
    """¥12.50 from 1250 fen."""
    return f"¥{fen // 100:,}.{fen % 100:02}"


def fen_of(said: str) -> int:
    """1250 from ¥12.50; 0 for what is no amount."""
    found = re.fullmatch(r"¥?([0-9][0-9,]*)(?:\.([0-9]{2}))?", said.strip())
    return int(found[1].replace(",", "")) * 100 + int(found[2] or 0) if found else 0


def weekday_of(day: str) -> int:
    """1 for Monday to 7 for Sunday; 0 for no date. Public holidays are the office's business."""
    return datetime.date.fromisoformat(day).isoweekday() if is_date(day) else 0


def plus_days(day: str, days: int) -> str:
    """Some days later; what is no date unchanged."""
    if not is_date(day):
        return day
    try:
        return (datetime.date.fromisoformat(day) + datetime.timedelta(days=days)).isoformat()
    except OverflowError:
        return day
