"""Thermal paper: dots set by text, bitmaps and QR codes, cut into slips that are kept as PNG and as text."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

CELL = 24
DOTS_A_MM = 8
BASELINE = 21 / 24
MARGIN = 20
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
)
_MONO_SIMPLIFIED = 7


@dataclass(frozen=True)
class Style:
    """How characters are printed; `align` is 0 left, 1 centre, 2 right."""

    width: int = 1
    height: int = 1
    bold: bool = False
    align: int = 0


@dataclass
class Run:
    """Characters of one style that begin `x` dots from the left margin."""

    x: int
    text: str
    style: Style

    @property
    def width(self) -> int:
        """In dots."""
        return sum(advance(char) for char in self.text) * self.style.width


def advance(char: str) -> int:
    """Width of a character at size 1."""
    return CELL // 2 if ord(char) < 0x80 else CELL


@dataclass
class Slip:
    """One piece of paper: its picture, the lines of text, the QR codes, and how many bitmaps it holds.

    `began_at` is when its first dots were set, on the clock that all processes share (monotonic).
    """

    png: bytes
    lines: list[str]
    codes: list[str]
    bitmaps: int
    began_at: float


@dataclass
class Paper:
    """The paper in the printer. `left_mm` counts down; None is endless."""

    width: int = 576
    left_mm: float | None = None
    moved_mm: float = 0.0
    strips: list[Image.Image] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    bitmaps: int = 0
    began_at: float = 0.0

    @property
    def empty(self) -> bool:
        """Whether the roll is at its end."""
        return self.left_mm is not None and self.left_mm <= 0

    def text(self, runs: Sequence[Run], area: tuple[int, int], spacing: int) -> None:
        """Print one line within `area` (left margin, width) and move by `spacing`, or by its height if that is more."""
        self.lines.append("".join(run.text for run in runs))
        height = max(CELL * run.style.height for run in runs)
        strip = Image.new("1", (self.width, max(spacing, height)), 1)
        pen = ImageDraw.Draw(strip)
        wanted = max(run.x + run.width for run in runs)
        margin = area[0] + {0: 0, 1: (area[1] - wanted) // 2, 2: area[1] - wanted}[runs[0].style.align]
        for run in runs:
            left = margin + run.x
            font = font_of(CELL * run.style.height)
            for char in run.text:
                wide = advance(char) * run.style.width
                for strike in (0, 1) if run.style.bold else (0,):
                    pen.text((left + wide / 2 + strike, height * BASELINE), char, font=font, fill=0, anchor="ms")
                left += wide
        self._add(strip.convert("L"))

    def bitmap(self, row_bytes: int, height: int, bits: bytes, left: int = 0) -> None:
        """Print a bitmap, one bit a dot."""
        self.bitmaps += 1
        picture = Image.frombytes("1", (row_bytes * 8, height), bits).convert("L")
        strip = Image.new("L", (self.width, height), 255)
        strip.paste(picture.point(lambda value: 255 - value), (left, 0))
        self._add(strip)

    def qr(self, text: str, module: int, level: str, align: int) -> None:
        """Print a QR code; one that is wider than the paper is left out, as real firmware does."""
        out = io.BytesIO()
        made = segno.make(text, error=level.lower(), micro=False, boost_error=False)
        made.save(out, kind="png", scale=module, border=2)
        code = Image.open(out).convert("L")
        if code.width > self.width:
            return
        self.codes.append(text)
        strip = Image.new("L", (self.width, code.height), 255)
        left = {0: 0, 1: (self.width - code.width) // 2, 2: self.width - code.width}[align]
        strip.paste(code, (left, 0))
        self._add(strip)

    def feed(self, dots: int) -> None:
        """Move the paper."""
        self._add(Image.new("L", (self.width, max(1, dots)), 255))

    def cut(self) -> Slip | None:
        """Cut; None when nothing was printed since the last cut."""
        if not self.strips:
            return None
        height = sum(strip.height for strip in self.strips) + 2 * MARGIN
        whole = Image.new("L", (self.width + 2 * MARGIN, height), 255)
        top = MARGIN
        for strip in self.strips:
            whole.paste(strip, (MARGIN, top))
            top += strip.height
        out = io.BytesIO()
        whole.save(out, "PNG")
        slip = Slip(out.getvalue(), self.lines, self.codes, self.bitmaps, self.began_at)
        self.strips, self.lines, self.codes, self.bitmaps = [], [], [], 0
        return slip

    def _add(self, strip: Image.Image) -> None:
        if not self.strips:
            self.began_at = time.monotonic()
        self.strips.append(strip)
        moved = strip.height / DOTS_A_MM
        self.moved_mm += moved
        if self.left_mm is not None:
            self.left_mm -= moved


@cache
def font_of(size: int) -> ImageFont.FreeTypeFont:
    """Noto Sans Mono CJK SC."""
    path = next((path for path in _FONTS if Path(path).exists()), None)
    if path is None:
        raise SystemExit("Noto Sans CJK is not installed (Debian package fonts-noto-cjk)")
    return ImageFont.truetype(path, size, index=_MONO_SIMPLIFIED)
