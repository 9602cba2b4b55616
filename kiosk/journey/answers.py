"""What an answer is worth: its typed value, how it is stored as one line of text, how a citizen reads it.

Simple answers are stored as they are; those of several parts as canonical JSON of the values below, so that whoever
receives them (the office, the centre's pages) reads the same names. "" is no answer.
Not responsible for asking (kiosk.journey.asking) nor for judging (kiosk.journey.parts).
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from kiosk.journey.dates import mask_number, say_date
from kiosk.journey.model import QuestionStep
from kiosk.journey.rules import Value
from kiosk.views import Language

_S = TypeVar("_S", bound=msgspec.Struct)


class Period(msgspec.Struct, frozen=True):
    """From `first` to `last`, both included: two dates, or two months."""

    first: str = ""
    last: str = ""

    def __repr__(self) -> str:
        return "Period()"


class Address(msgspec.Struct, frozen=True):
    """Where somebody lives. `district` is a code of the city, or "" when `city` names another place."""

    city: str = ""
    district: str = ""
    street: str = ""
    detail: str = ""

    def __repr__(self) -> str:
        return "Address()"


class PersonAnswer(msgspec.Struct, frozen=True):
    """Somebody else: name and number of the ID document."""

    name: str = ""
    number: str = ""

    def __repr__(self) -> str:
        return "PersonAnswer()"


class Company(msgspec.Struct, frozen=True):
    """A company by its credit code, and the name its people use."""

    code: str = ""
    name: str = ""

    def __repr__(self) -> str:
        return "Company()"


OF_PARTS: dict[str, type[msgspec.Struct]] = {
    "period": Period,
    "months": Period,
    "address": Address,
    "person": PersonAnswer,
    "company": Company,
}
"""The kinds of question whose answer has parts."""

_ids = msgspec.json.Decoder(tuple[str, ...])
_entries = msgspec.json.Decoder(tuple[dict[str, str], ...])


def read_parts(ask: str, stored: str) -> dict[str, str]:
    """The parts of a stored answer by name; empty ones for none, and for what cannot be read."""
    kind = OF_PARTS[ask]
    return {name: str(getattr(_decoded(kind, stored), name)) for name in kind.__struct_fields__}


def _decoded(kind: type[_S], stored: str) -> _S:
    try:
        return msgspec.json.decode(stored or "{}", type=kind)
    except msgspec.MsgspecError:
        return kind()


def store_parts(ask: str, parts: dict[str, str]) -> str:
    """Parts as they are stored."""
    kind = OF_PARTS[ask]
    return msgspec.json.encode(kind(**{name: parts.get(name, "") for name in kind.__struct_fields__})).decode()


def read_ids(stored: str) -> tuple[str, ...]:
    """The chosen ids of a stored multiple choice."""
    try:
        return _ids.decode(stored or "[]")
    except msgspec.DecodeError:
        return ()


def store_ids(ids: tuple[str, ...]) -> str:
    """Chosen ids as they are stored."""
    return msgspec.json.encode(ids).decode()


def read_entries(stored: str) -> tuple[dict[str, str], ...]:
    """The entries of a stored group: each a stored answer by field."""
    try:
        return _entries.decode(stored or "[]")
    except msgspec.DecodeError:
        return ()


def store_entries(entries: tuple[dict[str, str], ...]) -> str:
    """Entries of a group as they are stored."""
    return msgspec.json.encode(entries).decode() if entries else ""


def worth(ask: str, stored: str) -> Value:
    """What rules see of an answer: text, a list of ids, or a map of parts."""
    if ask == "choices":
        return [*read_ids(stored)]
    if ask in OF_PARTS:
        return dict[str, Value](read_parts(ask, stored))
    return stored


def say_parts(step: QuestionStep, stored: str, language: Language, district: str) -> str:
    """An answer of several parts as a citizen reads it; `district` is the name of its district."""
    if not stored:
        return ""
    parts = read_parts(step.ask, stored)
    match step.ask:
        case "address":
            places = (parts["city"], district, parts["street"], parts["detail"])
            joint = ", " if language is Language.ENGLISH else ""
            shown = [place for place in places if place]
            return joint.join(reversed(shown) if language is Language.ENGLISH else shown)
        case "person":
            return f"{parts['name']}  {mask_number(parts['number'])}"
        case "company":
            return f"{parts['name']}  {parts['code']}"
        case _:
            return f"{say_date(parts['first'], language)} – {say_date(parts['last'], language)}"
