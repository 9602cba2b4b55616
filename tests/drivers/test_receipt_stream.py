"""Exhaustive: whatever a name holds, the printer gets no command that we did not issue. And a control."""

from __future__ import annotations

import logging
import sys
import unicodedata
from collections import Counter

import pytest

from drivers.contract.values import QrBlock, Receipt, TextBlock
from drivers.receipt_printer.glyphs import clusters, printable, printer_code
from drivers.receipt_printer.layout import Paper, encode_receipt
from tests.drivers.receipt_stream import NotAllowed, commands_in

PLAIN = encode_receipt(Receipt((TextBlock("王五"), TextBlock("王㛃五"))), Paper())
OURS = set(commands_in(PLAIN))
PLANE, BATCH = 0x10000, 0x1000


@pytest.mark.parametrize("plane", range(17))
def test_no_code_point_in_the_middle_of_a_name_puts_a_command_on_the_wire(
    plane: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)  # half a million boxes are told otherwise
    for start in range(plane * PLANE, (plane + 1) * PLANE, BATCH):
        names = "".join("王" + "".join(map(chr, range(code, code + 8))) for code in range(start, start + BATCH, 8))
        stream = encode_receipt(Receipt((TextBlock(names),)), Paper())
        assert set(commands_in(stream)) <= OURS, hex(start)


def test_no_code_point_alone_is_more_than_one_or_two_bytes_of_text() -> None:
    for code in range(sys.maxunicode + 1):
        for cluster in clusters(printable(chr(code))):
            raw = printer_code(cluster)
            assert raw is None or (commands_in(raw) == Counter() and len(raw) <= 2), hex(code)


@pytest.mark.parametrize(
    "evil",
    ["\x1d\x56\x00", "\x10\x04\x01", "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", "\x1b@", "\x00", "\x1c.\x1d", "\x7f"],
)
def test_a_command_inside_a_name_is_boxes(evil: str) -> None:
    stream = encode_receipt(Receipt((TextBlock(f"王{evil}五"),)), Paper())
    shown = "".join("□" if ord(char) < 0x20 or char == "\x7f" else char for char in evil)
    boxed = encode_receipt(Receipt((TextBlock(f"王{shown}五"),)), Paper())
    assert stream == boxed


def test_a_command_inside_a_qr_payload_is_drawn_and_not_sent() -> None:
    stream = encode_receipt(Receipt((QrBlock("DS1.\x1dV\x00"),)), Paper())
    assert b"\x1dV\x00" not in stream
    assert set(commands_in(stream)) == {b"\x1b@", b"\x1dv"}


def test_no_bitmap_holds_what_some_printers_take_for_a_real_time_command() -> None:
    rare = "".join(map(chr, range(0x20000, 0x20000 + 3000)))
    stream = encode_receipt(Receipt((TextBlock(rare), TextBlock(rare, size=2, bold=True))), Paper(384))
    assert not any(command in stream for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))


def escpos_stream(text: str) -> bytes:
    from escpos.printer import Dummy

    printer = Dummy()
    printer.text(text)
    return bytes(printer.output)


def test_control_python_escpos_lets_commands_in_a_name_through(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same check fails: all control characters but the line feed pass, and rare names become four-byte codes."""
    monkeypatch.setenv("ESCPOS_CAPABILITIES_PICKLE_DIR", str(tmp_path))
    failing = [code for code in range(0x80) if not _clean(escpos_stream(f"王{chr(code)}五"))]
    assert failing == [code for code in range(0x20) if code != 0x0A] + [0x7F]
    assert b"\x1dV\x00" in escpos_stream("王\x1dV\x00五")  # a cut, by name
    rare = [char for char in "㛃䶮𬭎𫗧𠅤" if not _clean(escpos_stream(f"王{char}五"))]
    assert "".join(rare) == "㛃𬭎𫗧𠅤"


def _clean(stream: bytes) -> bool:
    try:
        return set(commands_in(stream)) <= {*OURS, b"\x1bt"}
    except NotAllowed:
        return False


def test_the_check_itself_sees_a_command_that_does_not_belong() -> None:
    with pytest.raises(NotAllowed):
        commands_in(PLAIN + b"\x1bp\x00\x19\xfa")
    assert b"\x1dV" in commands_in(PLAIN + b"\x1dV\x00")
    assert unicodedata.unidata_version >= "14"
