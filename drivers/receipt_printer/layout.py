"""A typed receipt → ESC/POS bytes. Pure but for fonts.

Nothing of the data reaches the wire except as allowed printer codes inside text, as dots, or as a counted QR
payload: no byte of a citizen's name can be a command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import segno

from drivers.contract.values import CutBlock, FeedBlock, QrBlock, Receipt, RuleBlock, TextBlock
from drivers.receipt_printer import commands, fonts, library
from drivers.receipt_printer.glyphs import CELL_DOTS, clusters, draw_line, printable, printer_code, width_dots

QR_LIMIT_BYTES = 512
QR_QUIET = 4
"""White squares around a QR code that we draw (ISO/IEC 18004)."""
_QR_CAPACITY = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560)
"""Bytes in versions 1 to 18 at error correction M (ISO/IEC 18004 table 7)."""
_NO_STARTERS = frozenset("，。、；：？！）》」』”’,.;:?!)")


@dataclass(frozen=True)
class Paper:
    """What the printer's paper and firmware allow: 384 dots are 58 mm, 576 are 80 mm."""

    width_dots: int = 576
    charset: Literal["gbk", "gb2312"] = "gbk"
    qr: Literal["native", "raster"] = "native"
    qr_module: int = 6


def encode_receipt(receipt: Receipt, paper: Paper) -> bytes:
    """The bytes of a receipt, without the closing query."""
    return b"".join(encode_parts(receipt, paper))


def encode_parts(receipt: Receipt, paper: Paper) -> Iterator[bytes]:
    """The same line by line; no command is divided between two parts."""
    yield commands.INITIALISE
    for block in receipt.blocks:
        match block:
            case TextBlock():
                yield from _text(block, paper)
            case QrBlock(qr=text):
                yield from _qr(text, paper)
            case RuleBlock():
                yield from _text(TextBlock("-" * (paper.width_dots // (CELL_DOTS // 2))), paper)
            case FeedBlock(feed=lines):
                yield commands.feed(lines)
            case CutBlock():
                yield commands.FEED_TO_CUTTER_AND_CUT


def wrap(text: str, limit_dots: int, size: int) -> Iterator[list[str]]:
    """Lines of clusters no wider than `limit_dots`.

    A Latin word or a number is not torn where it fits on a line of its own; the space at a break is left out;
    closing punctuation begins no line where that can be helped.
    """
    for paragraph in text.split("\n"):
        line: list[str] = []
        left = limit_dots
        for word in _words(printable(paragraph)):
            width = _width(word, size)
            if width > left and line:
                if word == [" "]:
                    continue
                if width <= limit_dots:
                    carried = [line.pop()] if word[0] in _NO_STARTERS and len(line) > 1 else []
                    yield line
                    line, left = carried, limit_dots - _width(carried, size)
            for cluster in word:
                if width_dots(cluster) * size > left and line:
                    yield line
                    line, left = [], limit_dots
                line.append(cluster)
                left -= width_dots(cluster) * size
        yield line


def _words(text: str) -> Iterator[list[str]]:
    """Runs of Latin letters, digits and signs; all else alone."""
    word: list[str] = []
    for cluster in clusters(text):
        if "!" <= cluster <= "~":
            word.append(cluster)
            continue
        if word:
            yield word
            word = []
        yield [cluster]
    if word:
        yield word


def _width(line: Sequence[str], size: int) -> int:
    return sum(width_dots(cluster) * size for cluster in line)


def _text(block: TextBlock, paper: Paper) -> Iterator[bytes]:
    yield commands.ALIGN[block.align] + commands.style(block.size, block.bold)
    for line in wrap(block.text, paper.width_dots, block.size):
        codes = [printer_code(cluster, paper.charset) for cluster in line]
        if None in codes:
            dots = draw_line(line, block.size, block.bold, paper.width_dots, block.align)
            yield commands.ALIGN["left"]
            yield from _raster(dots)
            yield commands.ALIGN[block.align] + commands.space_below(block.size)
        else:
            native = b"".join(code for code in codes if code)
            line_of_text = commands.CHINESE_ON + native + commands.CHINESE_OFF + commands.LINE_FEED
            yield line_of_text + commands.space_below(block.size)
    yield commands.style(1, False) + commands.ALIGN["left"]


def _raster(dots: fonts.Dots) -> Iterator[bytes]:
    """Dots in bands small enough for any printer's bitmap buffer, without the white at their right: it costs time."""
    inked = np.flatnonzero(dots.any(axis=0))
    dots = dots[:, : inked[-1] + 1 if inked.size else 1]
    for top in range(0, dots.shape[0], commands.BAND_DOTS):
        band = dots[top : top + commands.BAND_DOTS]
        yield commands.raster(dots.shape[1], len(band), np.packbits(band, axis=1).tobytes())


def _qr(text: str, paper: Paper) -> Iterator[bytes]:
    """A code with a control character in it is drawn: inside a native one, firmware might act on it."""
    payload = text.encode("utf-8")
    if not 0 < len(payload) <= QR_LIMIT_BYTES:
        raise ValueError(f"a QR code on a slip holds 1 to {QR_LIMIT_BYTES} bytes")
    if paper.qr == "native" and min(payload) >= ord(" "):
        code = library.qr(text, _module(len(payload), paper))
        yield commands.ALIGN["centre"] + code + commands.ALIGN["left"]
    else:
        yield from _raster(_drawn_qr(text, paper))


def _module(length: int, paper: Paper) -> int:
    """Dots of one square: as many as wanted and as fit. A code that is too wide, printers leave out silently."""
    version = next(number for number, capacity in enumerate(_QR_CAPACITY, 1) if capacity >= length)
    return max(1, min(paper.qr_module, paper.width_dots // (17 + 4 * version + 2 * QR_QUIET)))


def _drawn_qr(text: str, paper: Paper) -> fonts.Dots:
    """The code in the middle of the paper."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    squares = np.array([[bool(square) for square in row] for row in code.matrix_iter(border=QR_QUIET)])
    module = _module(len(text.encode("utf-8")), paper)
    dots = np.kron(squares, np.ones((module, module), bool))
    whole = np.zeros((dots.shape[0], paper.width_dots), bool)
    left = (paper.width_dots - dots.shape[1]) // 2
    whole[:, left : left + dots.shape[1]] = dots
    return whole
