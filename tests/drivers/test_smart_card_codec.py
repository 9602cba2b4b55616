"""APDUs, status words and TLV, and what three kinds of cards say, without a reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract.errors import DeviceError, DeviceFault, InvalidMedia, PinBlocked, ProtocolError, WrongPin
from drivers.smart_card import bank, social_security, technician, tlv
from drivers.smart_card.apdu import Apdu, Send, decode_answer, demand, exchange, failure
from drivers.virtual.smart_card_applets import CARDS


def card(kind: str, **fields: object) -> Send:
    return CARDS[kind](fields).answer


def test_commands_are_the_bytes_of_the_documents() -> None:
    assert Apdu(0x00, 0xA4, 0x04, 0x00, social_security.SSSE).encode() == bytes.fromhex(
        "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
    )
    assert Apdu(0x00, 0xA4, 0x02, 0x00, b"\xef\x06").encode() == bytes.fromhex("00A4020002EF06")
    assert Apdu(0x00, 0xB2, 0x08, 0x00, le=0x14).encode() == bytes.fromhex("00B2080014")
    assert Apdu(0x00, 0xA4, 0x04, 0x00, bank.CONTACTLESS, 0).encode() == bytes.fromhex(
        "00A404000E325041592E5359532E444446303100"
    )


def test_a_command_says_nothing_of_its_data_in_a_log() -> None:
    assert "246810" not in repr(Apdu(0, 0x20, 0, 0x80, b"246810"))
    with pytest.raises(ValueError, match="255"):
        Apdu(0, 0xD6, 0, 0, bytes(256)).encode()


@pytest.mark.parametrize(
    ("sw", "error"),
    [
        (0x63C2, WrongPin),
        (0x63C0, PinBlocked),
        (0x6983, PinBlocked),
        (0x6A82, InvalidMedia),
        (0x6D00, InvalidMedia),
        (0x6E00, InvalidMedia),
        (0x6982, DeviceFault),
        (0x6F00, DeviceFault),
        (0x1234, DeviceFault),
    ],
)
def test_each_status_word_is_a_typed_error(sw: int, error: type[DeviceError]) -> None:
    assert type(failure(sw)) is error
    assert failure(sw).evidence["sw"] == f"{sw:04X}"


def test_the_tries_left_are_told() -> None:
    assert failure(0x63C2).evidence["tries_left"] == "2"


def test_halves_are_put_together_and_a_wrong_length_is_asked_again() -> None:
    script = {
        bytes.fromhex("00B2010400"): bytes.fromhex("6C05"),
        bytes.fromhex("00B2010405"): bytes.fromhex("41426103"),
        bytes.fromhex("00C0000003"): bytes.fromhex("4344459000"),
    }
    assert exchange(script.__getitem__, Apdu(0, 0xB2, 1, 4, le=0)).data == b"ABCDE"


@pytest.mark.parametrize("loop", ["6110", "6C10"])
def test_a_card_that_never_ends_is_a_protocol_error(loop: str) -> None:
    with pytest.raises(ProtocolError):
        exchange(lambda command: bytes.fromhex(loop), Apdu(0, 0xB2, 1, 4, le=0))


@given(st.binary(max_size=300))
def test_any_answer_is_an_answer_or_a_protocol_error(raw: bytes) -> None:
    try:
        assert decode_answer(raw).sw <= 0xFFFF
    except ProtocolError:
        assert len(raw) < 2


@given(st.binary(max_size=400))
def test_any_bytes_are_data_objects_or_a_protocol_error(data: bytes) -> None:
    try:
        found = list(tlv.parse(data))
    except ProtocolError:
        return
    assert sum(len(value) for _, value in found) <= len(data)


@given(st.lists(st.tuples(st.sampled_from([0x5A, 0x9F38, 0x84, 0x50]), st.binary(max_size=200)), max_size=6))
def test_what_was_written_is_read(objects: list[tuple[int, bytes]]) -> None:
    from drivers.virtual.smart_card_applets import tlv as write

    assert list(tlv.parse(b"".join(write(tag, value) for tag, value in objects))) == objects


@given(st.sampled_from([social_security.read, bank.read]), st.lists(st.binary(max_size=60), min_size=1, max_size=30))
def test_a_card_that_answers_anything_is_read_or_refused(read: Callable[[Send], object], answers: list[bytes]) -> None:
    turn = iter(answers)
    kind = ""
    try:
        read(lambda command: next(turn, b"\x6a\x82"))
    except DeviceError as error:
        kind = error.kind
    assert kind in {"", "protocol", "invalid_media", "fault", "wrong_pin", "pin_blocked"}


@pytest.mark.parametrize("t0", [False, True])
def test_a_social_security_card_is_read(t0: bool) -> None:
    read = social_security.read(card("social_security", t0=t0, name="张㛃", nation="11", sex="2"))
    assert (read.name, read.number, read.card_number) == ("张㛃", "11010519491231002X", "A12345678")
    assert (read.sex, read.nation, read.birth, read.birth_place) == ("female", "11", "1949-12-31", "440106")


@pytest.mark.parametrize("fields", [{}, {"t0": True}, {"contact": True}, {"format_2": True}, {"pdol": False}])
def test_a_bank_card_tells_its_number_masked(fields: dict[str, object]) -> None:
    read = bank.read(card("bank", **fields))
    assert (read.masked, read.kind, read.number) == ("622202*********0128", "debit", "")
    assert bank.read(card("bank", **fields), whole_number=True).number == "6222021234567890128"


def test_a_bank_number_with_a_wrong_check_digit_is_refused() -> None:
    with pytest.raises(InvalidMedia):
        bank.read(card("bank", number="6222021234567890129"))


def test_nothing_of_a_card_is_in_its_repr() -> None:
    assert "622202" not in repr(bank.read(card("bank"), whole_number=True))
    assert "测试" not in repr(social_security.read(card("social_security")))


@pytest.mark.parametrize("kind", ["social_security", "bank", "technician", "foreign"])
def test_a_card_of_another_kind_is_invalid(kind: str) -> None:
    readers: dict[str, Callable[[Send], object]] = {
        "social_security": social_security.read,
        "bank": bank.read,
        "technician": lambda send: technician.prove(send, bytes(32), "246810"),
    }
    for other, read in readers.items():
        if other != kind:
            with pytest.raises(InvalidMedia):
                read(card(kind))


def test_a_technician_proves_with_the_right_pin_only() -> None:
    send = card("technician")
    with pytest.raises(WrongPin) as caught:
        technician.prove(send, bytes(32), "000000")
    assert caught.value.evidence["tries_left"] == "2"
    proof = technician.prove(send, bytes(range(32)), "246810")
    assert (proof.serial, len(proof.public_key)) == ("T-0001", 65)
    for pin in ("1111", "1111", "1111"):
        with pytest.raises((WrongPin, PinBlocked)):
            technician.prove(send, bytes(32), pin)
    with pytest.raises(PinBlocked):
        technician.prove(send, bytes(32), "246810")


def test_a_card_that_signs_with_another_key_than_it_shows_is_none_of_ours() -> None:
    with pytest.raises(InvalidMedia) as caught:
        technician.prove(card("technician", forged=True), bytes(32), "246810")
    assert caught.value.evidence["cause"] == "forged"


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "١٢٣٤"])
def test_a_pin_that_no_card_could_take_is_refused(pin: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        technician.padded_pin(pin)


def test_demand_is_for_success_only() -> None:
    with pytest.raises(DeviceFault):
        demand(lambda command: b"\x6f\x00", Apdu(0, 0xA4, 4, 0))
