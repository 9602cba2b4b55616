"""National codes against published ones, and against every single mistake in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journey import codes
from kiosk.journey.catalogue import load_catalogue
from kiosk.texts import load_texts
from tests.journeys.citizen import CONFIG

ROOT = "1.2.156.3005.2."
LICENCES = (
    f"{ROOT}11100000000013338W011.11430000006122244L.20230000403.001.U",
    f"{ROOT}11100000000013338W009.11330105002500287C.2025052201.002.0",
    f"{ROOT}11100000MB03271699022.340100.000000016.001.9",
)
BODIES = ("11370800MB28559184", "11430000006122244L", "11330105002500287C", "11100000000013338W", "11100000MB03271699")


def test_the_standards_own_id_number_is_right() -> None:
    assert codes.is_id_number("11010519491231002X")
    assert not codes.is_id_number("110105194912310021")
    assert not codes.is_id_number("11010519491331002X")
    assert not codes.is_id_number("11010519491231002x")
    assert not codes.is_id_number("110105491231002")


@pytest.mark.parametrize("prefix", ["440102", "440107", "440116", "440183", "440184", "440103", "999999"])
def test_no_district_of_an_id_number_is_ever_refused(prefix: str) -> None:
    ways = [f"{prefix}19410709124{last}" for last in "0123456789X"]
    assert sum(map(codes.is_id_number, ways)) == 1


@pytest.mark.parametrize("body", BODIES)
def test_published_credit_codes_are_right_and_any_one_wrong_place_is_noticed(body: str) -> None:
    assert codes.is_credit_code(body)
    for place, sign in enumerate(body):
        for other in codes.CREDIT_ALPHABET:
            if other != sign:
                assert not codes.is_credit_code(body[:place] + other + body[place + 1 :])


def test_a_credit_code_never_holds_letters_that_look_like_digits() -> None:
    for sign in "IOSVZ":
        assert not codes.is_credit_code(sign + BODIES[0][1:])


def test_an_implementation_code_is_read_into_its_parts() -> None:
    code = "11370800MB285591843370117002011"
    assert codes.read_task_code(code) == ("11370800MB28559184", "3", "370117002011")
    assert codes.read_task_code(code[:-1]) is None
    assert codes.read_task_code("11370800MB285591853370117002011") is None
    assert codes.is_case_type(f"{code}01")
    assert not codes.is_case_type(code)
    assert not codes.is_case_type(f"{code}0A")


def test_published_licence_identifiers_have_the_right_last_character() -> None:
    for identifier in LICENCES:
        assert codes.is_licence_identifier(identifier)
        assert not codes.is_licence_identifier(identifier[:-1] + "Z")


def test_the_sample_of_a_manual_is_refused() -> None:
    wrong = f"{ROOT}11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
    assert codes.check_37_36("11100000000013661B006113700000045046442209FA4E88F9E4C878F3E9BED2CE7EA49001") == "D"
    assert not codes.is_licence_identifier(wrong)
    assert codes.is_licence_identifier(f"{wrong[:-1]}D")


@given(st.text(max_size=80))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    judged = [codes.is_id_number(text), codes.is_credit_code(text), codes.is_case_type(text), codes.is_plate(text)]
    judged += [codes.is_licence_identifier(ROOT + text), codes.is_phone(text), codes.is_card_number(text)]
    assert set(judged) <= {True, False}


@pytest.mark.parametrize(
    "plate", ["粤A12345", "粤AF12345", "粤AD1234F"[:7], "粤Z1234港", "京A1234警", "粤A12345D", "粤BDA1234"]
)
def test_plates_of_the_road_are_taken(plate: str) -> None:
    assert codes.is_plate(plate)


@pytest.mark.parametrize("plate", ["粤I12345", "粤A1234O", "A12345", "粤A1234", "粤AZ12345", "奥A12345", "粤A123456"])
def test_other_plates_are_not(plate: str) -> None:
    assert not codes.is_plate(plate)


def test_telephones_and_bank_cards() -> None:
    assert all(map(codes.is_phone, ("13800000000", "020-83123456", "02083123456", "0755-2345678")))
    assert not any(map(codes.is_phone, ("12800000000", "1380000000", "83123456", "020-12345678", "")))
    assert codes.is_card_number("4111111111111111")
    assert not codes.is_card_number("4111111111111112")
    assert not codes.is_card_number("4111 1111 1111 1111")


def test_the_districts_are_those_in_use() -> None:
    districts = load_catalogue(CONFIG, load_texts(CONFIG / "texts")).districts
    assert len(districts) == 11
    assert (districts["440117"].name.hans, districts["440118"].name.hans) == ("从化区", "增城区")
    assert not districts.keys() & {"440107", "440108", "440109", "440110", "440116"}
