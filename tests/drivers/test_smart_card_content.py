"""What a social-security card may say and what not, a technician's card that lies, answers to reset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract.errors import DeviceError, InvalidMedia
from drivers.smart_card import social_security, technician
from drivers.smart_card.apdu import Send
from drivers.smart_card.atr import kind_of
from drivers.virtual.smart_card_applets import CARDS


def card(**fields: object) -> Send:
    return CARDS["social_security"](fields).answer


@pytest.mark.parametrize("birth", ["00000000", "19491399", "20010229", "FFFFFFFF"])
def test_a_day_that_no_calendar_has_is_no_birth_date(birth: str) -> None:
    assert social_security.read(card(birth=birth)).birth == ""


@pytest.mark.parametrize("number", ["F" * 18, " " * 18, "\0" * 18])
def test_a_card_that_was_never_filled_in_is_invalid(number: str) -> None:
    with pytest.raises(InvalidMedia):
        social_security.read(card(number=number))


@pytest.mark.parametrize("name", ["\u3000\u3000", "张\u2028三", "张\u202e三", "张\n三"])
def test_a_name_that_is_blank_or_steers_the_screen_is_invalid(name: str) -> None:
    with pytest.raises(InvalidMedia):
        social_security.read(card(name=name))


def test_blanks_around_a_name_are_padding() -> None:
    assert social_security.read(card(name="张㛃\u3000")).name == "张㛃"


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=12))
def test_a_technicians_card_that_answers_anything_proves_nothing(answers: list[bytes]) -> None:
    turn = iter(answers)
    with pytest.raises(DeviceError):
        technician.prove(lambda command: next(turn, b"\x90\x00"), bytes(32), "246810")


def test_a_signature_of_another_challenge_proves_nothing() -> None:
    send = CARDS["technician"]({}).answer
    old = technician.prove(send, bytes(32), "246810").signature

    def replayed(command: bytes) -> bytes:
        return old + b"\x90\x00" if command[1] == 0x88 else send(command)

    with pytest.raises(InvalidMedia):
        technician.prove(replayed, bytes(31) + b"\x01", "246810")


@pytest.mark.parametrize(
    ("atr", "kind"),
    [
        ("3B8F8001804F0CA000000306030001000000006A", "a contactless card answers"),
        ("3B68000073C84000009000", "a contact card answers (T=0)"),
        ("3BF81300008131FE454A434F5076323431B7", "a contact card answers (T=1)"),
        ("", "answers to reset with nothing that a card says"),
    ],
)
def test_an_answer_to_reset_tells_how_a_card_talks(atr: str, kind: str) -> None:
    assert kind_of(bytes.fromhex(atr)) == kind


@given(st.binary(max_size=40))
def test_any_answer_to_reset_is_one_short_phrase(atr: bytes) -> None:
    assert 0 < len(kind_of(atr)) < 80
