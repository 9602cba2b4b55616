"""Check digits of the numbers on cards. Pure.

Residents, permits and foreigners since 2023: 18 characters, MOD 11-2 (GB 11643, ISO 7064). Foreigners before: three
letters and twelve digits, the last of which is the sum of value times 7, 3, 1 in turn, mod 10 (A=10 … Z=35, "<"=0).
"""

from __future__ import annotations

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_OLD_WEIGHTS = (7, 3, 1)
_OLD_LENGTH, _LINK_LENGTH = 15, 3


def valid_number(number: str) -> bool:
    """Whether an 18-character number ends in its MOD 11-2 check character."""
    if len(number) != 18 or not _digits(number[:17]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return number[17].upper() == _CHECKS[total % 11]


def valid_old_foreigner_number(number: str) -> bool:
    """Whether a number of the 2017 card ends in its check digit."""
    return len(number) == _OLD_LENGTH and number[-1] == old_check_digit(number[:-1])


def old_check_digit(body: str) -> str:
    """The check digit of the fourteen characters before it; empty when they cannot have one."""
    values = [_value(sign) for sign in body]
    if len(body) != _OLD_LENGTH - 1 or None in values:
        return ""
    return str(sum(value * _OLD_WEIGHTS[place % 3] for place, value in enumerate(values) if value) % 10)


def previous_number(number: str, country: str, link: str) -> str:
    """The number of a foreigner's 2017 card from that of her 2023 card, its country and its three linking digits.

    Empty when the card names no link. Source: a vendor's demo; example CAN, 911124198108030024, 003 → CAN110081080336.
    """
    if len(link) != _LINK_LENGTH or not _digits(link) or len(country) != 3 or len(number) != 18:
        return ""
    body = country + number[1:3] + link[:2] + number[8:14] + link[2]
    return body + old_check_digit(body)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _value(sign: str) -> int | None:
    if sign == "<":
        return 0
    if sign.isascii() and sign.isdigit():
        return int(sign)
    return ord(sign) - ord("A") + 10 if "A" <= sign <= "Z" else None
