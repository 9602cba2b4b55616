"""Glyphs as dots, from Debian's fonts, and boxes for those that no font has. No commands, no text.

| font (Debian package) | licence | has |
|---|---|---|
| Noto Sans Mono CJK SC (fonts-noto-cjk) | OFL 1.1 | all of GB 18030's two-byte areas, Ext A, 2,108 of Ext B |
| HanaMinA, HanaMinB (fonts-hanazono) | OFL 1.1 | the rest of Ext B, C, D, E, F: every one of them |
| BabelStone Han (fonts-babelstone-han) | Arphic Public | 3,045 of 4,939 in Ext G, 2,271 of 4,192 in Ext H |

Nothing in Debian has Ext I (622) or the rest of G and H: those come out as a box holding the code in hex, which an
officer can look up, and which is never mistaken for another name. Only the first font is required.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ImageFont

ASCENT = 0.88
"""Share of the em box above the baseline, in every CJK font."""
_NOTO = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-{weight}.ttc",
)
_MONO_SIMPLIFIED = 7
_OTHERS = (
    "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
    "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
    "/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf",
)
Dots = np.ndarray[Any, np.dtype[np.bool_]]
"""Rows of dots; True is black."""


def warm() -> None:
    """Open the fonts before the first slip needs them: the host does so when it starts."""
    for size in (24, 48):
        for bold in (False, True):
            glyph("䶮", size, bold)
    for path in _OTHERS:
        covered(path, 0)
    hex_box(0x10FFFF, 24)


def has_glyph(char: str) -> bool:
    """Whether some font can draw this character."""
    return _font_of(char) is not None


@lru_cache(maxsize=4096)
def glyph(cluster: str, size: int, bold: bool) -> Dots:
    """One character, with the marks that belong to it, in a square of `size` dots, its baseline at ASCENT.

    A font without a bold face is emboldened by striking twice, as a printer does.
    """
    found = _font_of(cluster[0])
    if found is None:
        return hex_box(ord(cluster[0]), size)
    path, index = found
    heavy = bold and path == noto("Regular") and bool(noto("Bold"))
    font = _open(noto("Bold") if heavy else path, index, size, len(cluster) > 1)
    mask, (left, top) = font.getmask2(cluster, mode="1", anchor="ls")
    width, height = mask.size
    ink = np.frombuffer(bytes(mask), np.uint8).reshape(height, width) > 0
    cell = _placed(ink, left + max(0, (size - int(font.getlength(cluster))) // 2), top + round(size * ASCENT), size)
    if bold and not heavy:
        cell[:, 1:] |= cell[:, :-1].copy()
    return cell


def hex_box(code: int, size: int) -> Dots:
    """A frame holding six hex digits: the character is not lost, and is not taken for another."""
    upper, lower = divmod(code, 0x1000)
    return np.vstack((_half_box(upper, size, True), _half_box(lower, size, False)))


@cache
def noto(weight: str) -> str:
    """The path of Noto Sans CJK in a weight; empty when it is not installed."""
    paths = (path.format(weight=weight) for path in _NOTO)
    return next((path for path in paths if Path(path).exists()), "")


@cache
def covered(path: str, index: int) -> frozenset[int]:
    """The code points of a font, from the format 12 table of its cmap; empty when the font is not installed."""
    if not Path(path).exists():
        return frozenset()
    data = Path(path).read_bytes()
    start = struct.unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", data, start + 4)[0]
    records = [struct.unpack_from(">4sIII", data, start + 12 + 16 * number) for number in range(tables)]
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    points: set[int] = set()
    for number in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        table = cmap + struct.unpack_from(">I", data, cmap + 8 + 8 * number)[0]
        if struct.unpack_from(">H", data, table)[0] == 12:
            groups = struct.unpack_from(">I", data, table + 12)[0]
            for first, last, _ in struct.iter_unpack(">III", data[table + 16 : table + 16 + 12 * groups]):
                points.update(range(first, last + 1))
    return frozenset(points)


def _font_of(char: str) -> tuple[str, int] | None:
    first = noto("Regular")
    if not first:
        raise FileNotFoundError("Noto Sans CJK is not installed (Debian package fonts-noto-cjk)")
    code = ord(char)
    if code not in _all_covered() or unicodedata.category(char) == "Co":  # each font has private characters of its own
        return None
    if code in covered(first, _MONO_SIMPLIFIED):
        return first, _MONO_SIMPLIFIED
    return next((path, 0) for path in _OTHERS if code in covered(path, 0))


@cache
def _all_covered() -> frozenset[int]:
    return covered(noto("Regular"), _MONO_SIMPLIFIED).union(*(covered(path, 0) for path in _OTHERS))


@cache
def _open(path: str, index: int, size: int, shaped: bool) -> ImageFont.FreeTypeFont:
    """Shaping (marks, ideographic variants) costs more, and single characters do not need it."""
    engine = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, size, index=index, layout_engine=engine)


def _placed(ink: Dots, left: int, top: int, size: int) -> Dots:
    """The ink in a square cell; what would stick out is cut off."""
    cell = np.zeros((size, size), bool)
    x, y = max(0, left), max(0, top)
    part = ink[y - top :, x - left :][: size - y, : size - x]
    cell[y : y + part.shape[0], x : x + part.shape[1]] = part
    return cell


@lru_cache(maxsize=8192)
def _half_box(number: int, size: int, upper: bool) -> Dots:
    """Half of a box, its frame around three hex digits."""
    half = np.zeros((size // 2, size), bool)
    half[:, [1, -2]] = True
    half[0 if upper else -1, [1, -2]] = False
    half[1 if upper else -2, 1:-1] = True
    width, height = size - 6, size // 2 - 3
    font = _open(noto("Regular"), _MONO_SIMPLIFIED, height + 2, False)
    for place, digit in enumerate(f"{number:03X}"):
        mask, (left, _) = font.getmask2(digit, mode="1", anchor="ls")
        ink = np.frombuffer(bytes(mask), np.uint8).reshape(mask.size[1], mask.size[0]) > 0
        x, y = 3 + place * width // 3 + max(0, left), 3 if upper else 0
        part = ink[:height, : size - 3 - x]
        half[y : y + part.shape[0], x : x + part.shape[1]] |= part
    return half
