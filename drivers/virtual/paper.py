"""Thermal paper: dots set by text, bitmaps and QR codes, cut into slips that are kept as PNG and as text."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

CELL = 24
DOTS_A_MM = 8
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
)


@dataclass(frozen=True)
class Style:
    """How characters are printed."""

    width: int = 1
    height: int = 1
    bold: bool = False
    align: int = 0


@dataclass
class Slip:
    """One piece of paper: its picture, the lines of text, the QR codes, and how many bitmaps it holds."""

    png: bytes
    lines: list[str]
    codes: list[str]
    bitmaps: int


@dataclass
class Paper:
    """The paper in the printer. `left_mm` counts down; None is endless."""

    width: int = 576
    left_mm: float | None = None
    strips: list[Image.Image] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    bitmaps: int = 0

    @property
    def empty(self) -> bool:
        """Whether the roll is at its end."""
        return self.left_mm is not None and self.left_mm <= 0

    def text(self, line: str, style: Style) -> None:
        """Print one line."""
        self.lines.append(line)
        cell = CELL * style.height
        strip = Image.new("L", (self.width, cell + 6), 255)
        pen = ImageDraw.Draw(strip)
        widths = [(CELL // 2 if ord(char) < 0x80 else CELL) * style.width for char in line]
        left = {0: 0, 1: (self.width - sum(widths)) // 2, 2: self.width - sum(widths)}[style.align]
        font = font_of(cell - 2)
        for char, width in zip(line, widths, strict=True):
            weight = 1 if style.bold else 0
            pen.text((left + width / 2, cell), char, font=font, fill=0, anchor="ms", stroke_width=weight)
            left += width
        self._add(strip)

    def bitmap(self, row_bytes: int, height: int, bits: bytes) -> None:
        """Print a bitmap, one bit a dot."""
        self.bitmaps += 1
        picture = Image.frombytes("1", (row_bytes * 8, height), bits).convert("L")
        strip = Image.new("L", (self.width, height), 255)
        strip.paste(picture.point(lambda value: 255 - value), (0, 0))
        self._add(strip)

    def qr(self, text: str, module: int, level: str, align: int) -> None:
        """Print a QR code."""
        out = io.BytesIO()
        segno.make(text, error=level.lower(), micro=False, boost_error=False).save(
            out, kind="png", scale=module, border=2
        )
        self.codes.append(text)
        code = Image.open(out).convert("L")
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
        margin = 20
        height = sum(strip.height for strip in self.strips) + 2 * margin
        whole = Image.new("L", (self.width + 2 * margin, height), 255)
        top = margin
        for strip in self.strips:
            whole.paste(strip, (margin, top))
            top += strip.height
        out = io.BytesIO()
        whole.save(out, "PNG")
        slip = Slip(out.getvalue(), self.lines, self.codes, self.bitmaps)
        self.strips, self.lines, self.codes, self.bitmaps = [], [], [], 0
        return slip

    def _add(self, strip: Image.Image) -> None:
        self.strips.append(strip)
        if self.left_mm is not None:
            self.left_mm -= strip.height / DOTS_A_MM


@cache
def font_of(size: int) -> ImageFont.FreeTypeFont:
    """Noto Sans CJK SC."""
    path = next((path for path in _FONTS if Path(path).exists()), None)
    if path is None:
        raise SystemExit("Noto Sans CJK is not installed (Debian package fonts-noto-cjk)")
    return ImageFont.truetype(path, size, index=2)
