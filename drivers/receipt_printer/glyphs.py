"""Which characters a printer's own font has, and pictures of those that it has not. No commands here.

Chinese printers hold the two-byte areas of GB 18030; four-byte codes (rare names, extensions) come out as
nothing or as something else. Such a line is drawn from Noto Sans CJK instead, on the same 24-dot grid.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

CELL_DOTS = 24
"""Height of a line and width of a Chinese character at size 1; a Latin one is half as wide."""
REPLACEMENT = "□"
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
)
_SIMPLIFIED_FACE = 2


def printable(text: str) -> str:
    """The text with all that is not a visible character or a space replaced; nothing else may go out."""
    return "".join(" " if char in "\t\u3000\xa0" else char if _visible(char) else REPLACEMENT for char in text)


def _visible(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMNPSZ" and unicodedata.category(char) not in {"Zl", "Zp"}


def printer_code(char: str) -> bytes | None:
    """The one or two bytes that print `char` in Chinese mode; None when the printer's font has it not."""
    if " " <= char <= "~":
        return char.encode("ascii")
    try:
        code = char.encode("gbk")  # GB 18030 adds two-byte codes (FE9F 䶮) that older fonts lack
    except UnicodeEncodeError:
        return None
    return code if len(code) == 2 and unicodedata.category(char) != "Co" else None


def width_dots(char: str) -> int:
    """Width at size 1: half a cell for Latin letters and digits, a whole cell for all else."""
    return CELL_DOTS // 2 if " " <= char <= "~" else CELL_DOTS


@dataclass(frozen=True)
class Bitmap:
    """One bit a dot, rows padded to bytes, 1 is black."""

    width: int
    height: int
    bits: bytes


def draw_line(text: str, size: int, line_dots: int, align: str) -> Bitmap:
    """One line of text as a bitmap as wide as the paper."""
    cell = CELL_DOTS * size
    picture = Image.new("1", (line_dots, cell + 6 * size), 1)
    pen = ImageDraw.Draw(picture)
    wanted = sum(width_dots(char) * size for char in text)
    left = {"left": 0, "centre": (line_dots - wanted) // 2, "right": line_dots - wanted}[align]
    font = _font(cell)
    for char in text:
        width = width_dots(char) * size
        pen.text((left + width // 2, cell), char, font=font, fill=0, anchor="ms")
        left += width
    inverted = picture.point(lambda value: 0 if value else 255)
    return Bitmap(line_dots, picture.height, inverted.tobytes())


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    path = next((path for path in _FONTS if Path(path).exists()), None)
    if path is None:
        raise FileNotFoundError("Noto Sans CJK is not installed (Debian package fonts-noto-cjk)")
    return ImageFont.truetype(path, size_px - 2, index=_SIMPLIFIED_FACE)
