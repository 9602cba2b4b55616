"""The virtual receipt printer itself: streams cut anywhere, what other encoders send, pictures, buffer, presenter."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.virtual.control import Refused
from drivers.virtual.escpos_input import Input
from drivers.virtual.escpos_slips import Slips
from drivers.virtual.escpos_table import Starved, size_of
from drivers.virtual.paper import Slip
from tests.wire.conftest import Twin

SAMPLES = Path(__file__).parent / "samples"
ANOTHER_ENCODER = SAMPLES / "receiptline-escpos.bin"
"""What receiptline 4.0.4 (npm, Apache-2.0) makes of a Chinese slip with a QR and a bar code: command "escpos"."""
COMMANDS = {
    "1b40": 2,
    "1b2a21020001020304050607": 11,
    "1b2a00020001020304": 7,
    "1c2841020030000041": 7,
    "1d384c04000000303200004142": 11,
    "1d284c0200303241": 7,
    "1d7630000200020001020304": 12,
    "1d4c000041": 4,
    "1d57400241": 4,
    "1b5cd80041": 4,
    "1b2400000041": 4,
    "1b1d610141": 4,
    "1b1d29550200304041": 8,
    "1b44081000": 5,
    "1d6b043132330041": 7,
    "1d6b490341424341": 7,
    "1d560041": 3,
    "1d56420041": 4,
    "1d2a0101" + "00" * 8: 12,
    "1c320000" + "00" * 72: 76,
    "1c710101000100" + "00" * 8: 15,
    "1d4333414100": 3,
    "1b70000a0b41": 5,
    "1b26030101020102030405060741": 12,
    "1d670030004141": 6,
    "100401": 3,
    "10040701": 4,
    "1014010001": 5,
    "10140801031401060208": 10,
    "d5c5": 2,
    "41": 1,
    "0a": 1,
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_table_knows_where_each_command_ends(command: str) -> None:
    data, size = bytes.fromhex(command), COMMANDS[command]
    assert size_of(data) == size
    if size > 1:
        with pytest.raises(Starved):
            size_of(data[: size - 1])


def test_a_command_that_no_table_knows_is_told_as_unknown() -> None:
    assert size_of(b"\x1b\x7f\x00") == 0
    assert size_of(b"\x1d\x01\x00") == 0


@given(st.lists(st.integers(1, 9), max_size=60))
@settings(max_examples=200, deadline=None)
def test_a_stream_means_the_same_however_it_is_cut(cuts: list[int]) -> None:
    """Real-time commands between and inside blocks, a bitmap's head cut in two: 10 04 inside a block is data."""
    bitmap = b"\x1dv0\x00\x02\x00\x02\x00" + b"\x10\x04\x01\x10"
    stream = b"\x1b@" + bitmap + b"\x10\x04\x02" + "张三".encode("gbk") + b"\n\x10\x04\x04\x1d(k\x05\x001P0\x10\x04"
    at_once: list[bytes] = []
    buffer = Input(at_once.append)
    rest = stream
    for cut in cuts:
        buffer.feed(rest[:cut])
        rest = rest[cut:]
    buffer.feed(rest)
    taken = []
    while (command := buffer.next()) is not None:
        taken.append(command[0])
    assert at_once == [b"\x10\x04\x02", b"\x10\x04\x04"]
    assert b"".join(taken) == stream.replace(b"\x10\x04\x02", b"").replace(b"\x10\x04\x04", b"")
    assert bitmap in taken


@given(st.binary(max_size=300))
@settings(max_examples=400, deadline=None)
def test_no_bytes_break_the_input(data: bytes) -> None:
    at_once: list[bytes] = []
    buffer = Input(at_once.append)
    for start in range(0, len(data), 7):
        buffer.feed(data[start : start + 7])
    total = sum(map(len, at_once))
    while (command := buffer.next()) is not None:
        total += len(command[0])
    assert total <= len(data)
    assert buffer.size == 0


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    twin = Twin("receipt_printer", "--port", "0", "--data", str(tmp_path_factory.mktemp("slips")))
    yield twin
    twin.stop()


@pytest.fixture
def peer(device: Twin) -> Iterator[socket.socket]:
    device.do("POST", "/reset")
    with socket.create_connection(("127.0.0.1", device.port), 5) as connection:
        connection.settimeout(5)
        yield connection


def say(peer: socket.socket, data: bytes) -> None:
    """Send, and wait until everything is carried out: a real-time answer comes ahead, an in-order one behind."""
    peer.sendall(data + b"\x1dr\x01")
    assert peer.recv(1) in {b"\x00", b"\x03"}


def test_what_another_encoder_prints_comes_out_as_it_meant_it(device: Twin, peer: socket.socket) -> None:
    say(peer, ANOTHER_ENCODER.read_bytes())
    slip = device.do("GET", "/list")["slips"][0]
    assert slip["lines"][:3] == ["家门口", "政务服务回执", "姓名：张三"]
    assert "编号 TH0001-000042-2" in slip["lines"]
    assert slip["bitmaps"] == 1  # its QR code, by GS 8 L
    state = device.do("GET", "/")
    assert state["unknown"] == []
    assert set(state["skipped"]) <= {"1D 6B", "1C 28 41"}


def test_what_is_not_done_is_skipped_whole_and_counted(device: Twin, peer: socket.socket) -> None:
    device.do("POST", "/power")
    with socket.create_connection(("127.0.0.1", device.port), 5) as again:
        again.settimeout(5)
        stamp = b"\x1c2\xfe\xa1" + b"\x41" * 72 + b"\x1b\x7f"
        say(again, b"\x1b@" + stamp + b"\x1d^\x01\x02\x03" + "张三".encode("gbk") + b"\n\x1dV\x00")
    assert device.do("GET", "/last.json")["lines"] == ["张三"]
    state = device.do("GET", "/")
    assert state["unknown"] == ["1B 7F"]
    assert state["skipped"] == {"1C 32": 1, "1D 5E": 1}


def test_real_time_answers_come_though_their_question_is_cut_in_pieces(device: Twin, peer: socket.socket) -> None:
    for byte in b"\x10\x04\x01":
        peer.sendall(bytes([byte]))
    assert peer.recv(1) == b"\x12"


def test_automatic_status_comes_at_once_and_with_each_change(device: Twin, peer: socket.socket) -> None:
    peer.sendall(b"\x1da\xff")
    assert exactly(peer, 4) == bytes.fromhex("10000000")
    for path, body, packet in (
        ("/paper", {"state": "near_end"}, "10000300"),
        ("/paper", {"state": "out"}, "18000F00"),
        ("/paper", {"state": "ok"}, "10000000"),
        ("/fault", {"fault": "cover_open"}, "38000000"),
        ("/fault", {"fault": "none"}, "10000000"),
    ):
        device.do("POST", path, **body)
        assert exactly(peer, 4).hex().upper() == packet


def exactly(peer: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += peer.recv(count - len(data))
    return data


def test_an_overheated_head_cools_down_by_itself_and_prints_on(device: Twin, peer: socket.socket) -> None:
    peer.sendall(b"\x1da\xff")
    assert exactly(peer, 4) == bytes.fromhex("10000000")
    device.do("POST", "/fault", fault="overheated", for_s=0.2)
    assert exactly(peer, 4) == bytes.fromhex("18400000")
    peer.sendall(b"a\n\x1dV\x00\x1dr\x01")
    assert exactly(peer, 5) == bytes.fromhex("10000000") + b"\x00"
    assert device.do("GET", "/")["slips"] == 1


def test_dle_enq_frees_a_cutter_but_not_what_is_unrecoverable(device: Twin, peer: socket.socket) -> None:
    for fault, after in (("cutter_error", b"\x12"), ("unrecoverable", b"\x1a")):
        device.fault(fault)
        peer.sendall(b"\x10\x05\x01\x10\x04\x01")
        assert peer.recv(1) == after


def test_pictures_are_kept_in_the_folder_the_newest_only(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, "PNG")
    slips = Slips(tmp_path, kept=3)
    for number in range(5):
        slips.add(Slip(out.getvalue(), [str(number)], [], 0, 0.0))
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"slip-{number:06}.png" for number in (2, 3, 4)]
    assert slips.count == 5
    assert slips.show("/slips/4.png").body == out.getvalue()
    with pytest.raises(Refused):
        slips.show("/slips/1.png")
    with pytest.raises(KeyError):
        slips.show("/elsewhere")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/fault", {"fault": "on fire"}),
        ("/paper", {"state": "wet"}),
        ("/paper", {"state": "ok", "left_mm": "much"}),
        ("/retract", {}),
        ("/nowhere", {}),
    ],
)
def test_a_wrong_request_is_refused(device: Twin, path: str, body: dict[str, Any]) -> None:
    device.do("POST", "/reset")
    assert requests.post(device._control + path, json=body, timeout=5).status_code in {400, 404}
