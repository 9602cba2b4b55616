"""The IPP codec: what the twin's own codec writes is read, and nothing that comes crashes it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.contract.errors import ProtocolError
from drivers.document_printer.ipp import (
    BOOLEAN,
    ENUM,
    INTEGER,
    JOB_GROUP,
    KEYWORD,
    NAME,
    PRINTER_GROUP,
    RANGE,
    Attribute,
    Operation,
    decode_answer,
    encode_request,
)
from drivers.virtual import ipp_codec
from drivers.virtual.ipp_codec import IppRequest, read_request, write_answer

ASKED = IppRequest((2, 0), Operation.GET_PRINTER_ATTRIBUTES, 7)
NUMBERS = st.integers(-(2**31), 2**31 - 1)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = {
    INTEGER: NUMBERS,
    ENUM: NUMBERS,
    BOOLEAN: st.booleans(),
    RANGE: st.tuples(NUMBERS, NUMBERS),
    NAME: WORDS,
    KEYWORD: WORDS,
}


@st.composite
def attributes(draw: st.DrawFn) -> Attribute:
    tag = draw(st.sampled_from(sorted(VALUES)))
    name = draw(st.from_regex(r"[a-z][a-z-]{0,20}", fullmatch=True))
    return Attribute(tag, name, tuple(draw(st.lists(VALUES[tag], min_size=1, max_size=4))))


@settings(max_examples=300)
@given(st.lists(attributes(), max_size=6, unique_by=lambda one: one.name), st.binary(max_size=40))
def test_a_request_is_read_by_the_twin_s_own_codec(job: list[Attribute], document: bytes) -> None:
    seen = read_request(encode_request(Operation.PRINT_JOB, 9, (), job) + document)
    assert (seen.operation, seen.number, seen.version, seen.document) == (Operation.PRINT_JOB, 9, (2, 0), document)
    assert seen.attributes.get("job", {}) == {one.name: list(one.values) for one in job}


def test_an_answer_of_the_twin_s_own_codec_is_read() -> None:
    size: ipp_codec.Attributes = [("integer", "x-dimension", [21000])]
    told: ipp_codec.Attributes = [
        ("enum", "printer-state", [5]),
        ("keyword", "printer-state-reasons", ["media-empty-error", "cover-open-warning"]),
        ("boolean", "printer-is-accepting-jobs", [False]),
        ("range", "copies-supported", [(1, 99)]),
        ("text", "printer-info", ["大厅一楼"]),
        ("no-value", "time-at-processing", [None]),
        ("collection", "media-col-default", [[("collection", "media-size", [size])]]),
        ("octets", "printer-input-tray", [b"level=3;"]),
    ]
    answer = decode_answer(write_answer(0x0001, ASKED, [("printer", told), ("job", [("integer", "job-id", [4])])]), 7)
    seen = answer.group(PRINTER_GROUP)
    assert (answer.ok, answer.status) == (True, 1)
    assert seen["printer-state-reasons"] == ("media-empty-error", "cover-open-warning")
    assert (seen["printer-state"], seen["copies-supported"]) == ((5,), ((1, 99),))
    assert (seen["printer-info"], seen["time-at-processing"]) == (("大厅一楼",), ())
    assert seen["printer-input-tray"] == (b"level=3;",)
    assert answer.group(JOB_GROUP) == {"job-id": (4,)}


def test_a_text_with_its_language_is_its_text() -> None:
    """textWithLanguage (0x35): two counted strings in one value."""
    raw = b"\x00\x05zh-cn\x00\x06" + "打印".encode()
    value = b"\x35\x00\x01n" + len(raw).to_bytes(2, "big") + raw
    answer = decode_answer(b"\x02\x00\x00\x00\x00\x00\x00\x01\x04" + value + b"\x03")
    assert answer.group(PRINTER_GROUP) == {"n": ("打印",)}


def test_text_in_another_code_page_is_no_reason_to_give_a_printer_up() -> None:
    told = write_answer(0, ASKED, [("printer", [("text", "printer-location", ["大厅".encode("gbk")])])])
    assert len(decode_answer(told).group(PRINTER_GROUP)["printer-location"]) == 1


def test_an_answer_to_another_question_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        decode_answer(write_answer(0, ASKED, []), 8)
    assert caught.value.evidence["cause"] == "stale"


@pytest.mark.parametrize("cut", range(1, 60))
def test_every_cut_of_an_answer_is_told_as_a_broken_protocol(cut: int) -> None:
    whole = write_answer(0, ASKED, [("printer", [("enum", "printer-state", [3])])])
    with pytest.raises(ProtocolError):
        decode_answer(whole[: min(cut, len(whole) - 1)])


@settings(max_examples=600)
@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    for answer in (data, b"\x02\x00" + data):
        with contextlib.suppress(ProtocolError):
            decode_answer(answer)


@settings(max_examples=400)
@given(st.data())
def test_no_broken_answer_crashes_the_reader(data: st.DataObject) -> None:
    """A good answer with some bytes changed: nearer to the parser's insides than noise."""
    told: ipp_codec.Attributes = [
        ("keyword", "printer-state-reasons", ["none"]),
        ("range", "copies-supported", [(1, 9)]),
    ]
    whole = bytearray(write_answer(0, ASKED, [("printer", told)]))
    for place in data.draw(st.lists(st.integers(8, len(whole) - 1), min_size=1, max_size=6)):
        whole[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        decode_answer(bytes(whole))


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_no_bytes_crash_the_twin(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        read_request(data)
