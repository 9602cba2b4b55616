"""What goes to a receipt printer, and what its status bytes mean."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.contract.values import CutBlock, FeedBlock, QrBlock, Receipt, RuleBlock, TextBlock
from drivers.receipt_printer import commands, fonts, library
from drivers.receipt_printer.glyphs import (
    CELL_DOTS,
    LINE_DOTS,
    clusters,
    draw_line,
    printable,
    printer_code,
    width_dots,
)
from drivers.receipt_printer.layout import Paper, encode_receipt, wrap


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


def test_lines_are_never_wider_than_the_paper_and_nothing_is_lost() -> None:
    text = "广州市天河区 Chebei Street 路1号，" * 9
    for size, width in ((1, 576), (2, 576), (1, 384), (2, 384)):
        lines = list(wrap(text, width, size))
        for line in lines:
            assert sum((12 if char < "\x7f" else 24) * size for char in line) <= width
        assert "".join(map("".join, lines)).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] == "，" for line in wrap(text, 576, 1))


def test_words_and_numbers_stay_whole_where_they_fit() -> None:
    lines = ["".join(line) for line in wrap("编号 TH0001-000042-2", 384, 2)]
    assert lines == ["编号 ", "TH0001-000042-2"]
    assert ["".join(line) for line in wrap("x" * 40, 384, 1)] == ["x" * 32, "x" * 8]
    assert [len(line) for line in wrap("x" * 32 + " y", 384, 1)] == [32, 1]


@given(st.text(max_size=120), st.sampled_from([1, 2]), st.sampled_from([384, 576]))
@settings(max_examples=300, deadline=None)
def test_any_text_wraps_within_the_paper_and_keeps_its_characters(text: str, size: int, width: int) -> None:
    lines = list(wrap(text, width, size))
    for line in lines:
        assert sum(width_dots(cluster) * size for cluster in line) <= width
    kept = "".join(map("".join, lines)).replace(" ", "")
    assert kept == "".join(printable(part) for part in text.split("\n")).replace(" ", "")


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


def test_a_qr_code_is_the_published_bytes() -> None:
    published = (
        "1D286B040031413200 1D286B0300314306 1D286B0300314531"
        "1D286B1600315030 68747470733A2F2F677A2E676F762E636E2F78 1D286B0300315130"
    )
    assert library.qr("https://gz.gov.cn/x", 6) == bytes.fromhex(published)


def test_our_cut_is_that_of_python_escpos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCPOS_CAPABILITIES_PICKLE_DIR", str(tmp_path))
    from escpos.printer import Dummy

    theirs = Dummy()
    theirs.cut()
    assert theirs.output == commands.FEED_TO_CUTTER_AND_CUT


def test_chinese_in_a_qr_code_is_utf_8() -> None:
    assert "演示：编号".encode() in library.qr("演示：编号", 6)


def test_a_long_qr_code_is_made_smaller_until_it_fits_the_paper() -> None:
    """A code wider than the paper is left out by firmware, silently."""
    for length in (1, 14, 15, 100, 300, 512):
        for width in (384, 576):
            data = encode_receipt(Receipt((QrBlock("x" * length),)), Paper(width, qr_module=12))
            module = data[data.index(b"1C") + 2]
            side = segno.make("x" * length, error="m", micro=False, boost_error=False).symbol_size(border=4)[0]
            assert 1 <= module <= 12
            assert side * module <= width


def test_firmware_with_gb2312_only_gets_the_rest_as_dots() -> None:
    plain = encode_receipt(Receipt((TextBlock("张三·买买提，金额：￥12—13（元）"),)), Paper(charset="gb2312"))
    assert b"\x1dv0" not in plain
    wide = Receipt((TextBlock("陈镕基"), TextBlock("朱镕")))
    assert b"\x1dv0" in encode_receipt(wide, Paper(charset="gb2312"))
    assert b"\x1dv0" not in encode_receipt(wide, Paper())
    for code in range(0x10000):
        raw = printer_code(chr(code), "gb2312") if not 0xD800 <= code < 0xE000 else None
        if raw is not None and len(raw) == 2:
            assert 0xA1 <= raw[0] <= 0xF7
            assert 0xA1 <= raw[1] <= 0xFE


def test_rare_and_common_characters_stand_on_one_baseline_at_one_height() -> None:
    for size in (1, 2):
        rare, common = (draw_line([char], size, False, 48, "left") for char in "㛃契")
        ink = [np.flatnonzero(dots.any(axis=1)) for dots in (rare, common)]
        assert abs(int(ink[0][0]) - int(ink[1][0])) <= size
        assert abs(int(ink[0][-1]) - int(ink[1][-1])) <= size
        assert rare.shape[0] == max(LINE_DOTS, CELL_DOTS * size)


def test_bold_is_bolder_in_every_font() -> None:
    for char in "㛃𪚥𫠒":
        light, heavy = (fonts.glyph(char, 24, bold).sum() for bold in (False, True))
        assert heavy > light * 1.1, char


def test_every_character_of_extensions_a_to_f_has_a_glyph() -> None:
    """With the three Debian packages; Ext G and H in part, Ext I not at all: those are boxes with their code."""
    for first, last in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B739)):
        assert not [hex(code) for code in range(first, last + 1) if not fonts.has_glyph(chr(code))]
    for first, last in ((0x2B740, 0x2B81D), (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0)):
        assert not [hex(code) for code in range(first, last + 1) if not fonts.has_glyph(chr(code))]
    assert sum(fonts.has_glyph(chr(code)) for code in range(0x30000, 0x3134B)) >= 3045
    assert sum(fonts.has_glyph(chr(code)) for code in range(0x31350, 0x323B0)) >= 2271


def test_a_character_that_no_font_has_is_a_box_with_its_code_and_is_told_without_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    boxes = [draw_line([char], 1, False, 24, "left") for char in "\U0002ebf0\U0002ebf1\ue000"]
    assert len({box.tobytes() for box in boxes}) == 3
    assert all(box[1, 1:-1].all() for box in boxes)
    assert caplog.messages == ["no font has 1 character(s) of a slip: printed as boxes with their codes"] * 3


def test_marks_stand_on_their_letter() -> None:
    assert list(clusters("e\u0301a葛\U000e0100")) == ["e\u0301", "a", "葛\U000e0100"]
    assert (fonts.glyph("e\u0301", 24, False) ^ fonts.glyph("é", 24, False)).sum() < 30
