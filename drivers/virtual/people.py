"""Sample people and the chip text of their cards: our own encoder of the four layouts. 演示 only."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

BLOCK_BYTES = 256


@dataclass(frozen=True)
class Person:
    """One record of config/samples/people.toml, as far as a card holds it."""

    id: str
    layout: str
    name: str = ""
    english_name: str = ""
    sex: str = "0"
    nation: str = "01"
    birth: str = ""
    address: str = ""
    number: str = ""
    issuer: str = ""
    valid_from: str = ""
    valid_to: str = ""
    permit_number: str = ""
    issue_count: str = ""
    nationality: str = ""
    link: str = ""
    note: str = ""
    hukou_district: str = ""


def load_people(path: Path) -> dict[str, Person]:
    """All sample people by id."""
    known = {field.name for field in fields(Person)}
    records = tomllib.loads(path.read_text(encoding="utf-8")).get("person", [])
    people = (Person(**{key: str(value) for key, value in record.items() if key in known}) for record in records)
    return {person.id: person for person in people}


def text_block(person: Person) -> bytes:
    """The 256 bytes that the chip holds."""
    block = bytearray("\u0020".encode("utf-16-le") * (BLOCK_BYTES // 2))
    for offset, size, text in _PLACES[person.layout](person):
        raw = text.encode("utf-16-le")[:size]
        block[offset : offset + len(raw)] = raw
    return bytes(block)


def address_block(address: str) -> bytes:
    """A newest-address answer: 70 bytes."""
    return address.encode("utf-16-le")[:70].ljust(70, b"\x20\x00")[:70]


_Places = list[tuple[int, int, str]]


def _day(date: str) -> str:
    return "长期" if date == "long-term" else date.replace("-", "")


def _chinese(person: Person) -> _Places:
    return [
        (0, 30, person.name),
        (30, 2, person.sex),
        (36, 16, _day(person.birth)),
        (52, 70, person.address),
        (122, 36, person.number),
        (158, 30, person.issuer),
        (188, 16, _day(person.valid_from)),
        (204, 16, _day(person.valid_to)),
    ]


def _resident(person: Person) -> _Places:
    return [*_chinese(person), (32, 4, person.nation)]


def _permit(person: Person) -> _Places:
    return [*_chinese(person), (220, 18, person.permit_number), (238, 4, person.issue_count), (248, 2, "J")]


def _foreigner_2017(person: Person) -> _Places:
    return [
        (0, 120, person.english_name),
        (120, 2, person.sex),
        (122, 30, person.number),
        (152, 6, person.nationality),
        (158, 30, person.name),
        (188, 16, _day(person.valid_from)),
        (204, 16, _day(person.valid_to)),
        (220, 16, _day(person.birth)),
        (236, 4, "01"),
        (240, 8, person.issuer[:4]),
        (248, 2, "I"),
    ]


def _foreigner_2023(person: Person) -> _Places:
    return [
        (0, 30, person.name),
        (30, 2, person.sex),
        (32, 4, person.issue_count or "00"),
        (36, 16, _day(person.birth)),
        (52, 70, person.english_name[:35]),
        (122, 36, person.number),
        (188, 16, _day(person.valid_from)),
        (204, 16, _day(person.valid_to)),
        (220, 22, person.english_name[35:46]),
        (242, 6, person.nationality),
        (248, 2, "Y"),
        (250, 6, person.link),
    ]


_PLACES = {
    "resident": _resident,
    "hk_macau_taiwan": _permit,
    "foreigner_2017": _foreigner_2017,
    "foreigner_2023": _foreigner_2023,
}
LAYOUTS: Mapping[str, str] = {
    "resident": "居民身份证",
    "hk_macau_taiwan": "港澳台居民居住证",
    "foreigner_2017": "外国人永久居留身份证（2017）",
    "foreigner_2023": "外国人永久居留身份证（2023）",
}
