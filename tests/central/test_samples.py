"""The sample people: enough of them, all of them made up right."""

from __future__ import annotations

from drivers.id_card.numbers import valid_number
from drivers.virtual.people import Person, text_block
from tests.central.conftest import PEOPLE

DISTRICTS = {
    "440103",
    "440104",
    "440105",
    "440106",
    "440111",
    "440112",
    "440113",
    "440114",
    "440115",
    "440117",
    "440118",
}


def test_there_are_forty_people_of_all_districts_and_card_layouts() -> None:
    assert len(PEOPLE) >= 40
    assert {person.get("hukou_district") for person in PEOPLE.values()} >= DISTRICTS
    layouts = {person["layout"] for person in PEOPLE.values()}
    assert layouts == {"resident", "hk_macau_taiwan", "foreigner_2017", "foreigner_2023"}


def test_every_number_is_unique_and_ends_in_its_check_character_and_holds_the_birth() -> None:
    numbers = [person["number"] for person in PEOPLE.values()]
    assert len(set(numbers)) == len(numbers)
    for person in PEOPLE.values():
        if person["layout"] != "foreigner_2017":
            assert valid_number(person["number"]), person["id"]
            assert person["birth"].replace("-", "") in person["number"], person["id"]


def test_names_and_addresses_fit_the_chip_and_parents_exist() -> None:
    for person in PEOPLE.values():
        assert len(person.get("name", "").encode("utf-16-le")) <= 30, person["id"]
        assert len(person.get("address", "").encode("utf-16-le")) <= 70, person["id"]
        assert set(person.get("parents", [])) <= set(PEOPLE)


def test_rare_characters_and_long_minority_names_are_among_them() -> None:
    names = "".join(person.get("name", "") for person in PEOPLE.values())
    assert all(rare in names for rare in "㛃䶮𬭎𫗧㭎𬱖𠅤")
    assert max(len(person.get("name", "")) for person in PEOPLE.values()) == 15
    assert "·" in names


def test_every_card_is_256_bytes() -> None:
    known = set(Person.__dataclass_fields__)
    for person in PEOPLE.values():
        assert len(text_block(Person(**{k: str(v) for k, v in person.items() if k in known}))) == 256
