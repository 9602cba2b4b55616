"""National codes: are these characters one, by its own check? Pure functions, no tables of what exists.

Sources: GB 11643 (ID number, ISO 7064 MOD 11-2), GB 32100-2015 (credit code, base 31), GB/T 39554.1 (31-digit
implementation code, 33-digit case type), GB/T 36904 (licence identifier, ISO 7064 MOD 37,36), ISO/IEC 7812 (Luhn).
Not responsible for whether a code was ever given out. No district digits are judged: an ID number keeps the code of
the district in which its holder was registered first, also of one that was renamed or merged since.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kiosk.journey.dates import birth_of

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LICENCE = re.compile(r"1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{1,18})\.([0-9A-Z]+)\.([0-9A-Z]{3})\.([0-9A-Z])")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[1-9][0-9]{1,2}-?[2-9][0-9]{6,7}")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(f"[{_PROVINCES}][A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳])")
_NEW_ENERGY = re.compile(f"[{_PROVINCES}][A-HJ-NP-Z](?:[A-HJK][A-HJ-NP-Z0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK])")


class TaskCode(NamedTuple):
    """A 31-digit implementation code (实施编码) in its parts."""

    body: str
    level: str
    basic: str


def is_id_number(number: str) -> bool:
    """Whether 18 places are a resident's number by GB 11643: a real birthday and the right last place."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number) or not birth_of(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17]


def is_credit_code(code: str) -> bool:
    """Whether 18 places are a unified social credit code by GB 32100-2015."""
    if len(code) != 18 or any(sign not in CREDIT_ALPHABET for sign in code):
        return False
    total = sum(CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(code, _CREDIT_WEIGHTS, strict=False))
    return CREDIT_ALPHABET[(31 - total % 31) % 31] == code[17]


def read_task_code(code: str) -> TaskCode | None:
    """The parts of a 31-digit implementation code, or None. Its level digit differs by province: any digit will do."""
    body, rest = code[:18], code[18:]
    if not is_credit_code(body) or not re.fullmatch(r"[0-9]{13}", rest):
        return None
    return TaskCode(body, rest[0], rest[1:])


def is_case_type(code: str) -> bool:
    """Whether a code is a 33-digit case type (业务办理项编码): an implementation code and two digits."""
    return read_task_code(code[:31]) is not None and re.fullmatch(r"[0-9]{2}", code[31:]) is not None


def check_37_36(text: str) -> str:
    """The check character of ISO 7064 MOD 37,36 for digits and capital letters."""
    product = 36
    for sign in text:
        total = (product + _BASE_36.index(sign)) % 36 or 36
        product = total * 2 % 37
    return _BASE_36[(37 - product) % 36]


def is_licence_identifier(identifier: str) -> bool:
    """Whether a text is an electronic licence's identifier (GB/T 36904) with the right last character.

    Some in use name their issuer by another code than a credit code (340100): only a credit code is checked.
    """
    found = _LICENCE.fullmatch(identifier)
    if found is None:
        return False
    kind, issuer, serial, version, check = found.groups()
    if len(issuer) == 18 and not is_credit_code(issuer):
        return False
    return check_37_36(kind + issuer + serial + version) == check


def is_mobile(number: str) -> bool:
    """Whether 11 digits can be a mobile number of the mainland."""
    return _MOBILE.fullmatch(number) is not None


def is_phone(number: str) -> bool:
    """Whether a number can be called: a mobile one, or a fixed one with its area code."""
    return is_mobile(number) or _LANDLINE.fullmatch(number) is not None


def is_plate(plate: str) -> bool:
    """Whether a text is a vehicle plate: seven places, or eight of a new-energy vehicle. I and O are never used."""
    return (_NEW_ENERGY if len(plate) == 8 else _PLATE).fullmatch(plate) is not None


def is_card_number(number: str) -> bool:
    """Whether digits are a bank card's number by its last digit (Luhn). An account number need not be one."""
    if not re.fullmatch(r"[0-9]{13,19}", number):
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
