"""The small pages of one question: an address is a district, a street and a door; each with its own check.

One page asks one thing, so a question of several parts is asked part by part. Checks are given as soon as a part is:
a text key of config/texts, or "". Names are never called illegal: any letter of any script will do.
Not responsible for the question's own rules (kiosk.journey.asking).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from kiosk.journey import codes
from kiosk.journey.model import QuestionStep

Page = Literal["choice", "choices", "date", "month", "text"]
Pad = Literal["chinese", "latin", "number", "phone", "id_number", "code", "plate"]
Check = Callable[[str], str]
OUTSIDE = "outside"
"""The answer to "which district": none of this city."""


def _anything(value: str) -> str:
    return ""


class Part(NamedTuple):
    """One page. `title` is a text key, "" for the question's own title; `length` 0 leaves it to the question."""

    name: str
    page: Page
    title: str = ""
    pad: Pad = "chinese"
    length: int = 0
    check: Check = _anything
    districts: bool = False
    after: str = ""


def _digits(value: str) -> str:
    return "" if value.isascii() and value.replace(".", "", 1).isdigit() else "field.number"


def _phone(value: str) -> str:
    return "" if codes.is_phone(value) else "field.phone"


def _id_number(value: str) -> str:
    return "" if codes.is_id_number(value) else "field.id_number"


def _any_document(value: str) -> str:
    """A number with a resident's length must be right; other documents have other numbers."""
    if len(value) == 18:
        return _id_number(value)
    return "" if 5 <= len(value) <= 20 and value.isascii() and value.isalnum() else "field.document"


def _account(value: str) -> str:
    return "" if value.isascii() and value.isdigit() and 12 <= len(value) <= 30 else "field.account"


def _plate(value: str) -> str:
    return "" if codes.is_plate(value) else "field.plate"


def _credit_code(value: str) -> str:
    return "" if codes.is_credit_code(value) else "field.credit_code"


def _latin(value: str) -> str:
    return "" if value.isascii() else "field.latin"


def _name(value: str) -> str:
    letters = [sign for sign in value if unicodedata.category(sign)[0] in "LM"]
    digits = any(unicodedata.category(sign)[0] == "N" for sign in value)
    return "" if len(letters) >= 2 and not digits else "field.name"


def _door(value: str) -> str:
    return "" if len(value) >= 3 else "field.door"


_SIMPLE: dict[str, Part] = {
    "choice": Part("", "choice"),
    "choices": Part("", "choices"),
    "date": Part("", "date"),
    "month": Part("", "month"),
    "text": Part("", "text"),
    "latin": Part("", "text", pad="latin", check=_latin),
    "number": Part("", "text", pad="number", check=_digits),
    "phone": Part("", "text", pad="phone", length=13, check=_phone),
    "id_number": Part("", "text", pad="id_number", length=18, check=_id_number),
    "account": Part("", "text", pad="number", length=30, check=_account),
    "plate": Part("", "text", pad="plate", length=8, check=_plate),
}


def parts_of(step: QuestionStep, given: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts of a question, as far as what was given already decides them."""
    match step.ask:
        case "period" | "months":
            page: Page = "date" if step.ask == "period" else "month"
            return Part("first", page, "field.first"), Part("last", page, "field.last", after="first")
        case "address":
            return _address(step, given)
        case "person":
            number = Part("number", "text", "field.person_number", "id_number", 20, _id_number)
            if step.anywhere:
                number = number._replace(pad="code", check=_any_document)
            return Part("name", "text", "field.person_name", "chinese", 40, _name), number
        case "company":
            code = Part("code", "text", "field.company_code", "code", 18, _credit_code)
            return code, Part("name", "text", "field.company_name", "chinese", 60, _name)
        case _:
            return (_SIMPLE[step.ask],)


def _address(step: QuestionStep, given: Mapping[str, str]) -> tuple[Part, ...]:
    district = Part("district", "choice", "field.district", districts=True)
    street = Part("street", "text", "field.street", "chinese", 20)
    door = Part("detail", "text", "field.detail", "chinese", 60, _door)
    if step.anywhere and given.get("district") == OUTSIDE:
        return district, Part("city", "text", "field.city", "chinese", 30), door
    return district, street, door


def tidy(part: Part, value: str) -> str:
    """What was written as it is kept: composed, without control characters; codes in capitals and without gaps."""
    written = unicodedata.normalize("NFC" if part.pad in {"chinese", "latin"} else "NFKC", value)
    kept = "".join(sign for sign in written if unicodedata.category(sign)[0] != "C").strip()
    return "".join(kept.split()).upper() if part.page == "text" and part.pad not in {"chinese", "latin"} else kept
