"""An independent look at our slips: OCR reads the Chinese, a QR reader the code, a font the rare glyphs."""

from __future__ import annotations

import io
import subprocess
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from drivers.contract.values import CutBlock, QrBlock, Receipt, RuleBlock, TextBlock
from drivers.receipt_printer.layout import Paper
from drivers.receipt_printer.printer import EscposReceiptPrinter
from drivers.transport import open_transport
from kiosk.ipc import Control
from tests.wire.receipts import Machines

READ_ALIKE = 0.93
"""How much of a slip OCR must read as it was written; it takes ： for : and now and then a glyph for its neighbour."""
DRAWN_ALIKE = 0.7
"""Correlation of a printed glyph (one bit a dot) with the font's own smooth drawing, hinted up to a dot elsewhere."""
MARGIN = 20
NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
HANA = "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"
TEXT = (
    "广州市天河区政务服务大厅",
    "政务服务事项受理回执",
    "居住证签注，材料齐全；（已受理）",
    "请于三个工作日内持有效身份证件到窗口领取，",
    "咨询电话：12345，谢谢！",
    "姓名：欧阳娜娜、买买提·艾力",
)


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    pool = Machines()
    yield pool
    pool.stop()


def printed(machines: Machines, receipt: Receipt, paper: Paper) -> Image.Image:
    device = machines("--width", str(paper.width_dots))
    driver = EscposReceiptPrinter(open_transport(f"tcp://127.0.0.1:{device.port}"), paper)
    driver.print_once(receipt, Control(10))
    driver.close()
    assert device.do("GET", "/")["unknown"] == []
    return Image.open(io.BytesIO(device.do("GET", "/last.png")))


def read_by_ocr(picture: Image.Image, folder: Path) -> str:
    file = folder / "slip.png"
    picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.LANCZOS).save(file)
    command = ["tesseract", str(file), "stdout", "-l", "chi_sim", "--psm", "6"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return plain(done.stdout)


def plain(text: str) -> str:
    """Without blanks, and full-width signs as the half-width ones that OCR prefers."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize("width", [384, 576])
def test_ocr_reads_chinese_and_punctuation_as_they_were_written(machines: Machines, tmp_path: Path, width: int) -> None:
    blocks = (*(TextBlock(line) for line in TEXT), CutBlock())
    read = read_by_ocr(printed(machines, Receipt(blocks), Paper(width)), tmp_path)
    assert SequenceMatcher(None, read, plain("".join(TEXT))).ratio() >= READ_ALIKE


def test_ocr_reads_lines_that_are_drawn_as_well_as_lines_of_the_printers_font(
    machines: Machines, tmp_path: Path
) -> None:
    """A rare name makes a bitmap of its line; the common characters in it must stay readable."""
    lines = [line.replace("：", "：㛃") for line in TEXT]
    blocks = (*(TextBlock(line, bold=True) for line in lines), CutBlock())
    read = read_by_ocr(printed(machines, Receipt(blocks), Paper()), tmp_path)
    assert SequenceMatcher(None, read, plain("".join(TEXT))).ratio() >= READ_ALIKE - 0.03


@pytest.mark.parametrize("width", [384, 576])
@pytest.mark.parametrize("way", ["native", "raster"])
@pytest.mark.parametrize("text", ["DS1.abc", "https://gz.gov.cn/x/TH0001-000042-2?车陂街", "x" * 512])
def test_the_qr_code_is_read_by_another_program(machines: Machines, width: int, way: str, text: str) -> None:
    paper = Paper(width, qr="native" if way == "native" else "raster")
    picture = printed(machines, Receipt((TextBlock("扫一扫"), QrBlock(text), CutBlock())), paper)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [text]


def by_the_font(char: str, path: str, index: int, size: int) -> np.ndarray:
    font = ImageFont.truetype(path, size, index=index)
    cell = Image.new("L", (size, size), 0)
    ImageDraw.Draw(cell).text((size / 2, round(size * 0.88)), char, font=font, fill=255, anchor="ms")
    return np.asarray(cell, float)


def alike(first: np.ndarray, second: np.ndarray) -> float:
    """The best correlation within a dot's shift."""
    shifts = [np.roll(second, (down, across), (0, 1)) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    return max(float(np.corrcoef(first.ravel(), shifted.ravel())[0, 1]) for shifted in shifts)


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize(
    ("name", "path", "index"),
    [("㛃䶮𫗧𬭎𠮷", NOTO, 7), ("𣿸𡱑𦬒𫙼𫞷𫞘𫽅𬦄𭨸𮞨", HANA, 0)],
    ids=["in Noto", "in HanaMin"],
)
def test_rare_names_look_as_their_font_draws_them(
    machines: Machines, name: str, path: str, index: int, size: int
) -> None:
    block = TextBlock(name, size=2 if size == 2 else 1)
    picture = np.asarray(printed(machines, Receipt((block, CutBlock())), Paper()).convert("L"), float)
    cell = 24 * size
    drawn = [by_the_font(char, path, index, cell) for char in name]
    for place in range(len(name)):
        left = MARGIN + place * cell
        seen = 255 - picture[MARGIN : MARGIN + cell, left : left + cell]
        likeness = [alike(seen, glyph) for glyph in drawn]
        assert likeness[place] >= DRAWN_ALIKE
        assert likeness[place] == max(likeness)


def test_nothing_is_printed_outside_the_paper_and_margins_are_even(machines: Machines) -> None:
    for width in (384, 576):
        blocks = (
            TextBlock("居中的标题", align="centre", size=2),
            RuleBlock(),
            TextBlock("右", align="right"),
            TextBlock("㛃", align="right"),
            TextBlock("居中㛃居中", align="centre"),
            CutBlock(),
        )
        picture = np.asarray(printed(machines, Receipt(blocks), Paper(width)).convert("L"))
        ink = picture < 128
        assert not ink[:, :MARGIN].any()
        assert not ink[:, MARGIN + width :].any()
        title = np.flatnonzero(ink[MARGIN : MARGIN + 48].any(axis=0))
        assert abs((title[0] - MARGIN) - (MARGIN + width - 1 - title[-1])) <= 6
