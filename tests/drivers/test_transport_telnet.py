"""Telnet's COM port option: bytes ↔ data and settings, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.transport import open_transport, telnet

ARBITRARY = settings(max_examples=300, deadline=None)


@ARBITRARY
@given(data=st.binary(max_size=80), cut=st.integers(0, 160))
def test_data_comes_through_whole(data: bytes, cut: int) -> None:
    line, parser = telnet.escape(data), telnet.TelnetParser()
    assert parser.feed(line[:cut])[0] + parser.feed(line[cut:])[0] == data


@ARBITRARY
@given(portions=st.lists(st.binary(max_size=40), max_size=5))
def test_no_bytes_break_the_parser_nor_the_way_they_are_cut(portions: list[bytes]) -> None:
    in_parts, at_once = telnet.TelnetParser(), telnet.TelnetParser()
    parts = [in_parts.feed(portion) for portion in portions]
    assert (b"".join(data for data, _ in parts), b"".join(reply for _, reply in parts)) == at_once.feed(
        b"".join(portions)
    )
    assert in_parts == at_once


@ARBITRARY
@given(number=st.integers(0, 254), value=st.binary(min_size=1, max_size=8), around=st.binary(max_size=8))
def test_a_setting_is_read_from_between_data(number: int, value: bytes, around: bytes) -> None:
    parser = telnet.TelnetParser()
    data = telnet.escape(around)
    assert parser.feed(data + telnet.setting(number, value) + data)[0] == around * 2
    assert parser.told == {number: value}


def test_a_setting_without_end_is_cut() -> None:
    parser = telnet.TelnetParser()
    parser.feed(bytes([255, 250]) + bytes(10_000))
    assert parser.feed(bytes([255, 240]) + b"on")[0] == b"on"


def test_what_we_do_not_want_is_declined_once() -> None:
    parser = telnet.TelnetParser()
    assert parser.feed(bytes.fromhex("FFFB01 FFFD18 FFFC01 FFFD00"))[1] == bytes.fromhex("FFFE01 FFFC18")


def test_even_parity_as_rfc_2217_has_it() -> None:
    wanted = telnet.line_settings(9600, "E", 1)
    assert wanted == {1: bytes.fromhex("00002580"), 2: b"\x08", 3: b"\x03", 4: b"\x01"}


@pytest.mark.parametrize(
    "url",
    [
        "ttyS0",
        "http://box:80",
        "socket://box",
        "rfc2217://box",
        "rfc2217://:2217",
        "tcp://box:port",
        "socket://box:99999",
        "",
    ],
)
def test_what_is_no_port_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        open_transport(url)


@pytest.mark.parametrize(("parity", "stop_bits"), [("X", 1), ("", 1), ("N", 3)])
def test_what_is_no_line_setting_is_refused_at_once(parity: str, stop_bits: int) -> None:
    with pytest.raises(ValueError, match="line setting"):
        open_transport("/dev/ttyS0", 9600, parity, stop_bits)
