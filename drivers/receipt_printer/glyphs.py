"""Which characters a printer's own font has, how wide they are, and lines drawn as dots. No commands here.

Chinese printers hold two-byte codes; four-byte codes of GB 18030 (rare names, extensions) come out as nothing or
as something else. A line with such a character is drawn whole, in the cells of the printer's own grid, so that
rare and common characters stand on one baseline at one height.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from drivers.receipt_printer import fonts

log = logging.getLogger(__name__)
CELL_DOTS = 24
"""Height of a line and width of a Chinese character at size 1; a Latin one is half as wide."""
LINE_DOTS = 30
"""From one line to the next at size 1; at size 2 the characters alone are higher (48)."""
REPLACEMENT = "□"
_SPACES = "\t\xa0"


def printable(text: str) -> str:
    """The text without control and format characters and surrogates, each of which becomes a box.

    Unassigned and private-use characters stay: a font may be newer than Python's tables, and what no font has is
    drawn as a box with its code.
    """
    return "".join(" " if char in _SPACES else char if _visible(char) else REPLACEMENT for char in text)


def clusters(text: str) -> Iterator[str]:
    """Characters with the marks (accents, ideographic variants) that belong to them; each takes one cell."""
    held = ""
    for char in text:
        if held and unicodedata.category(char)[0] == "M":
            held += char
            continue
        if held:
            yield held
        held = char
    if held:
        yield held


@lru_cache(maxsize=4096)
def _visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


@lru_cache(maxsize=16384)
def printer_code(cluster: str, charset: str = "gbk") -> bytes | None:
    """The one or two bytes that print a cluster in Chinese mode; None when the printer's font has it not.

    `charset` is gbk (the two-byte areas of GB 18030) or gb2312. Python's gbk lacks the two-byte codes that GB 18030
    added later (FE9F 䶮), as older fonts do. Its gb2312 maps the dash and the middle dot of names (·) to other
    characters, so GB 2312 is taken as the part of gbk that it is.
    """
    if len(cluster) == 1 and " " <= cluster <= "~":
        return cluster.encode("ascii")
    try:
        code = cluster.encode("gbk")
    except UnicodeEncodeError:
        return None
    if len(code) != 2 or unicodedata.category(cluster) == "Co":
        return None
    if charset == "gb2312" and not (0xA1 <= code[0] <= 0xF7 and code[1] >= 0xA1 and _in_gb2312(code)):
        return None
    return code


def _in_gb2312(code: bytes) -> bool:
    try:
        code.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True


def width_dots(cluster: str) -> int:
    """Width at size 1: half a cell for Latin letters and digits, a whole cell for all else."""
    return CELL_DOTS // 2 if " " <= cluster <= "~" else CELL_DOTS


def draw_line(line: Sequence[str], size: int, bold: bool, width: int, align: str) -> fonts.Dots:
    """Clusters as dots, as wide as the paper and as high as a line of the printer's own."""
    cell = CELL_DOTS * size
    canvas = np.zeros((max(LINE_DOTS, cell), width), bool)
    wanted = sum(width_dots(cluster) * size for cluster in line)
    left = {"left": 0, "centre": (width - wanted) // 2, "right": width - wanted}[align]
    for cluster in line:
        wide = width_dots(cluster) * size
        if cluster != " ":
            dots = fonts.glyph(cluster, cell, bold)
            middle = (cell - wide) // 2  # a narrow one was drawn in the middle of its square
            canvas[:cell, left : left + wide] = dots[:, middle : middle + wide]
        left += wide
    missing = sum(not fonts.has_glyph(cluster[0]) for cluster in line)
    if missing:
        log.warning("no font has %d character(s) of a slip: printed as boxes with their codes", missing)
    return canvas
