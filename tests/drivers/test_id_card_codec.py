"""Frames and text blocks of the ID-card reader, byte for byte, and everything that is refused."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract.errors import InvalidMedia, NoMedia, ProtocolError
from drivers.id_card import multi_card, status
from drivers.id_card.codes import nation_name
from drivers.id_card.frames import AnswerParser, encode_request
from drivers.id_card.layouts import decode_text, with_address
from drivers.id_card.numbers import previous_number, valid_number, valid_old_foreigner_number
from drivers.id_card.sam_v import format_sam_id
from tests.drivers.vectors import CARDS, NEW_ADDRESS, REQUESTS, RESIDENT, read_answer

EXPECTED = {
    "resident": {
        "name": "测试甲",
        "sex": "male",
        "nation": "汉",
        "birth": "1949-12-31",
        "address": "北京市朝阳区测试街道1号",
        "number": "11010519491231002X",
        "issuer": "北京市公安局朝阳分局",
        "valid_from": "2020-01-01",
        "valid_to": "long-term",
    },
    "hk_macau_taiwan": {
        "name": "陳測試",
        "sex": "female",
        "number": "810000199408230021",
        "permit_number": "H12345678",
        "issue_count": "01",
    },
    "foreigner_2017": {"english_name": "ZHANGSAN TEST", "number": "CAN110119810803", "nationality": "CAN"},
    "foreigner_2023": {"english_name": "TEST SAUDI NAME", "number": "932682198501010017", "nationality": "SAU"},
}


@pytest.mark.parametrize("layout", CARDS)
def test_every_layout_decodes_to_its_fields(layout: str) -> None:
    answer = AnswerParser().feed(read_answer(layout))
    assert answer is not None
    assert (answer.sw3, len(answer.data)) == (status.OK, 4 + 256 + 1024)
    card = decode_text(answer.data[4:260])
    fields = msgspec.structs.asdict(card)
    assert card.layout == layout
    assert {name: fields[name] for name in EXPECTED[layout]} == EXPECTED[layout]


@pytest.mark.parametrize(("command", "frame"), REQUESTS.items())
def test_requests_are_the_published_frames(command: str, frame: str) -> None:
    assert encode_request(bytes.fromhex(command)) == bytes.fromhex(frame.replace(" ", ""))


def test_the_newest_address_and_the_sam_number_are_read() -> None:
    answer = AnswerParser().feed(NEW_ADDRESS)
    assert answer is not None
    assert with_address(decode_text(RESIDENT), answer.data).address == "广东省广州市天河区测试大道99号"
    sam = AnswerParser().feed(bytes.fromhex("AAAAAA9669001400009005000300 76B1340187D61200B168DE3A0E".replace(" ", "")))
    assert sam is not None
    assert format_sam_id(sam) == "05.03-20230518-0001234567-0987654321"


@pytest.mark.parametrize("noise", [b"\x00", b"\xaa", b"\xaa\xaa", b"\x96\x69\x00"])
def test_noise_in_front_and_one_byte_at_a_time_lose_nothing(noise: bytes) -> None:
    parser = AnswerParser()
    answers = [parser.feed(bytes([byte])) for byte in noise + read_answer("resident")]
    assert [answer for answer in answers if answer is not None][0].data[4:260] == RESIDENT


def test_the_second_of_two_answers_can_be_asked_for() -> None:
    parser = AnswerParser()
    first = parser.feed(bytes.fromhex("AAAAAA9669000400009195") + read_answer("resident"))
    assert first is not None
    assert first.sw3 == status.NO_CONTENT
    second = parser.feed(b"")
    assert second is not None
    assert second.sw3 == status.OK
    assert parser.feed(b"") is None


def test_a_wrong_checksum_is_named_with_both_values() -> None:
    broken = read_answer("resident")[:-1] + b"\x49"
    with pytest.raises(ProtocolError) as caught:
        AnswerParser().feed(broken)
    assert caught.value.evidence == {"cause": "checksum", "expected": "48", "got": "49"}


@pytest.mark.parametrize("length", ["0003", "7FF0", "FFFF", "0000"])
def test_a_length_that_no_answer_has_is_refused(length: str) -> None:
    with pytest.raises(ProtocolError, match="length"):
        AnswerParser().feed(bytes.fromhex("AAAAAA9669" + length + "000090"))


@given(st.binary(max_size=400))
def test_no_stream_of_bytes_is_more_than_a_protocol_error(data: bytes) -> None:
    parser = AnswerParser()
    with contextlib.suppress(ProtocolError):
        answer = parser.feed(data)
        assert answer is None or len(answer.data) <= len(data)


def patched(text: str, offset: int = 0) -> bytes:
    raw = text.encode("utf-16-le", "surrogatepass")
    return RESIDENT[:offset] + raw + RESIDENT[offset + len(raw) :]


@pytest.mark.parametrize("character", ["\n", "\x1b", "\x7f", "\u202e", "\u2066", "\ud800", "\u2028", "\ufffe"])
def test_characters_that_no_card_may_hold_are_refused(character: str) -> None:
    with pytest.raises(InvalidMedia) as caught:
        decode_text(patched(character))
    assert caught.value.evidence["field"] == "name"


@pytest.mark.parametrize("character", ["\ue000", "\U000f0000", "\U000323af", "\U0002fa20"])
def test_characters_that_no_font_of_ours_can_know_stay_for_a_person_to_see(character: str) -> None:
    card = decode_text(patched(character))
    assert card.name.startswith(character)
    assert card.needs_person
    assert not decode_text(RESIDENT).needs_person


@pytest.mark.parametrize("character", ["\U00020000", "\U00030000", "㛃", "·"])
def test_rare_ideographs_and_the_dot_of_long_names_are_names(character: str) -> None:
    assert decode_text(patched(character)).name.startswith(character)


def test_a_newest_address_that_needs_a_person_says_so() -> None:
    data = "\ue000路".ljust(35).encode("utf-16-le")
    assert with_address(decode_text(RESIDENT), data).needs_person
    assert with_address(decode_text(RESIDENT), b"").address == decode_text(RESIDENT).address


@pytest.mark.parametrize(("offset", "field"), [(36, "birth"), (188, "valid_from")])
def test_only_the_end_of_validity_may_be_open(offset: int, field: str) -> None:
    with pytest.raises(InvalidMedia) as caught:
        decode_text(patched("长期".ljust(8), offset))
    assert caught.value.evidence["field"] == field
    assert decode_text(patched("长期".ljust(8), 204)).valid_to == "long-term"


def test_digits_of_other_scripts_are_no_date() -> None:
    with pytest.raises(InvalidMedia, match="date"):
        decode_text(patched("１９４９１２３１", 36))


def test_a_foreigner_s_earlier_number_is_derived_from_the_new_one() -> None:
    assert previous_number("911124198108030024", "CAN", "003") == "CAN110081080336"
    assert valid_old_foreigner_number("CAN110081080336")
    assert not valid_old_foreigner_number("CAN110081080337")
    assert previous_number("911124198108030024", "CAN", "") == ""
    block = CARDS["foreigner_2023"][:250] + "003".encode("utf-16-le")
    assert decode_text(block).previous_number.startswith("SAU32")
    assert decode_text(CARDS["foreigner_2023"]).previous_number == ""


@given(st.text(max_size=20), st.text(max_size=4), st.text(max_size=4))
def test_any_text_is_a_number_or_is_not(number: str, country: str, link: str) -> None:
    assert valid_number(number) in {True, False}
    assert valid_old_foreigner_number(number) in {True, False}
    assert len(previous_number(number, country, link)) in {0, 14, 15}


@pytest.mark.parametrize(
    ("data", "frame"),
    [
        ("3111", "020002311120 03"),
        ("3112", "02000231122303"),
        ("311300C801", "020005311300C801EB03"),
        ("CA0100", "020003CA0100CB03"),
    ],
)
def test_multi_card_requests_are_the_published_frames(data: str, frame: str) -> None:
    assert multi_card.encode(bytes.fromhex(data)) == bytes.fromhex(frame)


@pytest.mark.parametrize(
    ("frame", "cause"),
    [("0200029000 9103", "checksum"), ("02000290009004", "garbage"), ("02FFFF", "length"), ("020001", "length")],
)
def test_a_broken_multi_card_frame_is_named(frame: str, cause: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        multi_card.FrameParser().feed(bytes.fromhex(frame))
    assert caught.value.evidence["cause"] == cause


def test_noise_in_front_of_a_multi_card_frame_is_passed_over_byte_by_byte() -> None:
    parser = multi_card.FrameParser()
    frames = [parser.feed(bytes([byte])) for byte in b"\x00\xaa" + multi_card.encode(b"\x90\x00")]
    assert frames[-1] == b"\x90\x00"


@given(st.binary(max_size=300))
def test_no_stream_is_more_than_a_protocol_error_to_the_multi_card_parser(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        body = multi_card.FrameParser().feed(data)
        assert body is None or len(body) < len(data)


@given(st.binary(min_size=256, max_size=256))
def test_any_256_bytes_are_a_card_or_an_invalid_one(block: bytes) -> None:
    with contextlib.suppress(InvalidMedia):
        card = decode_text(block)
        assert card.name or card.english_name


def test_a_wrong_check_character_or_date_is_an_invalid_card() -> None:
    with pytest.raises(InvalidMedia, match="check character"):
        decode_text(patched("1", 122 + 34))
    with pytest.raises(InvalidMedia, match="date"):
        decode_text(patched("19491341", 36))
    with pytest.raises(InvalidMedia, match="256 bytes"):
        decode_text(RESIDENT[:-1])


@pytest.mark.parametrize("number", ["11010519491231002X", "932682198501010017", "911124198108030024"])
def test_published_numbers_have_right_check_characters(number: str) -> None:
    assert valid_number(number)
    assert not valid_number(number[:-1] + ("1" if number[-1] != "1" else "2"))


def test_codes_that_differ_between_lists_stay_as_they_are() -> None:
    assert (nation_name("01"), nation_name("56"), nation_name("59")) == ("汉", "基诺", "59")


def test_every_published_status_is_a_typed_failure_that_names_it() -> None:
    assert len(status.MEANINGS) == 18  # and 90, 9F, 91 are no failures: 21 in all
    assert isinstance(status.failure(0x80), NoMedia)
    for code in [*status.MEANINGS, 0x77]:
        assert status.failure(code).evidence["sw3"] == f"{code:02X}"


def test_a_card_never_shows_its_content_in_a_log() -> None:
    assert "测试" not in repr(decode_text(RESIDENT))
