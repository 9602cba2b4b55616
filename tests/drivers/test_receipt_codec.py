"""What goes to a receipt printer, and what its status bytes mean."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from drivers.contract.errors import CoverOpen, DeviceFault, MediaJammed, PaperOut
from drivers.contract.status import DeviceState, SupplyState
from drivers.contract.values import CutBlock, FeedBlock, QrBlock, Receipt, RuleBlock, TextBlock
from drivers.receipt_printer.glyphs import printable, printer_code
from drivers.receipt_printer.layout import Paper, encode_receipt, wrap
from drivers.receipt_printer.status import Demultiplexer, PrinterStatus

STATES = {
    "ready": ("12121212", None, DeviceState.ONLINE, SupplyState.FULL),
    "near end": ("1212121E", None, DeviceState.ONLINE, SupplyState.LOW),
    "paper out": ("1A32127E", PaperOut, DeviceState.ONLINE, SupplyState.OUT),
    "cover open": ("1A161212", CoverOpen, DeviceState.USER_ERROR, SupplyState.FULL),
    "cutter": ("1A521A12", MediaJammed, DeviceState.HARDWARE_ERROR, SupplyState.FULL),
    "unrecoverable": ("1A523212", DeviceFault, DeviceState.HARDWARE_ERROR, SupplyState.FULL),
    "overheated": ("1A525212", DeviceFault, DeviceState.HARDWARE_ERROR, SupplyState.FULL),
    "fed by button": ("1A1A1212", DeviceFault, DeviceState.HARDWARE_ERROR, SupplyState.FULL),
}


@pytest.mark.parametrize("name", STATES)
def test_the_published_status_bytes_mean_what_the_table_says(name: str) -> None:
    answers, failure, state, paper = STATES[name]
    read = PrinterStatus.from_answers([bytes([byte]) for byte in bytes.fromhex(answers)])
    assert (type(read.failure) if read.failure else None) is failure
    assert read.report().state is state
    assert read.report().supplies == {"paper": paper}
    assert read.report().usable == (failure is None)


def test_answers_are_told_apart_from_automatic_status_and_flow_control() -> None:
    sorter = Demultiplexer()
    sorter.feed(b"\x11\x10\x00\x0f\x00\x12\x13\x00\x1e")
    assert sorter.answers == [b"\x12", b"\x1e"]
    assert sorter.automatic == [b"\x10\x00\x0f\x00"]
    assert sorter.in_order == [0x00]


def commands_in(data: bytes) -> set[bytes]:
    """Every control byte outside bitmaps and QR payloads, with the byte behind it."""
    found, index = set(), 0
    while index < len(data):
        if data[index : index + 3] == b"\x1dv0":
            width, height = (int.from_bytes(data[index + at : index + at + 2], "little") for at in (4, 6))
            index += 8 + width * height
        elif data[index : index + 2] == b"\x1d(":
            index += 5 + int.from_bytes(data[index + 3 : index + 5], "little")
        elif data[index] < 0x20 and data[index] != 0x0A:
            found.add(data[index : index + 2])
            index += 3 if data[index : index + 2] in {b"\x1da", b"\x1ba", b"\x1d!", b"\x1cW", b"\x1bE"} else 2
        else:
            index += 1
    return found


def test_no_code_point_of_a_name_puts_a_command_on_the_wire() -> None:
    ours = commands_in(encode_receipt(Receipt((TextBlock("a"),)), Paper()))
    for code in [*range(0x3000), *range(0x3000, sys.maxunicode + 1, 257)]:
        for text in (printable(chr(code)),):
            bytes_of = [printer_code(char) for char in text]
            for raw in bytes_of:
                assert raw is None or (raw[0] >= 0x20 and raw != b"\x7f"), hex(code)
    for evil in ("\x1d\x56\x00", "\x10\x04\x01", "\x1b@", "\x00", "\x1c.\x1d"):
        assert commands_in(encode_receipt(Receipt((TextBlock(f"王{evil}五"),)), Paper())) == ours


def test_every_control_format_and_surrogate_character_becomes_a_box() -> None:
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char != "\t":
            assert printable(char) == "□", hex(code)


def test_common_names_and_punctuation_are_text_and_rare_ones_a_bitmap() -> None:
    common = encode_receipt(Receipt((TextBlock("张三，金额：￥12（元）。①"),)), Paper())
    assert "张三，金额：￥12（元）。①".encode("gb18030") in common
    assert b"\x1dv0" not in common
    for rare in "㛃䶮𬭎𫗧𠅤":
        assert b"\x1dv0" in encode_receipt(Receipt((TextBlock(f"张{rare}"),)), Paper())


def test_chinese_text_stands_in_chinese_mode() -> None:
    data = encode_receipt(Receipt((TextBlock("中文"),)), Paper())
    assert b"\x1c&" + "中文".encode("gb18030") + b"\x1c.\n" in data


def test_lines_are_never_wider_than_the_paper() -> None:
    text = "广州市天河区 Chebei Street 路1号，" * 9
    for size, width in ((1, 576), (2, 576), (1, 384)):
        for line in wrap(text, width, size):
            assert sum((12 if char < "\x7f" else 24) * size for char in line) <= width
    assert "".join(map("".join, wrap(text, 576, 1))) == text
    assert not any(line[0] == "，" for line in wrap(text, 576, 1))


def test_qr_rule_feed_and_cut_are_the_known_bytes() -> None:
    blocks = (QrBlock("https://gz.gov.cn/x"), RuleBlock(), FeedBlock(3), CutBlock())
    data = encode_receipt(Receipt(blocks), Paper())
    assert bytes.fromhex("1D286B1600315030") + b"https://gz.gov.cn/x" in data
    assert b"-" * 48 in data
    assert b"\x1bd\x03" in data
    assert data.endswith(b"\x1dV\x00")


def test_a_qr_code_that_is_too_long_is_refused() -> None:
    for text in ("", "x" * 513):
        with pytest.raises(ValueError, match="QR"):
            encode_receipt(Receipt((QrBlock(text),)), Paper())
