"""What the virtual lenses see: a drawn person in colour or infrared, a paper on the desk (演示)."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from drivers.virtual.paper import font_of

WIDTH, HEIGHT = 640, 480
PHASES = 24
BLANK = {"black": (4, 4, 5), "bright": (255, 255, 255), "covered": (96, 60, 52)}


def draw(lens: str, fault: str, phase: int) -> bytes:
    """The JPEG of one moment; the scene repeats every PHASES pictures."""
    if fault in BLANK:
        return _jpeg(Image.new("RGB", (WIDTH, HEIGHT), BLANK[fault]))
    picture = _desk(phase) if lens == "document" else _person(phase, fault == "empty_chair")
    if lens == "infrared":
        picture = ImageOps.grayscale(picture).convert("RGB")
    return _jpeg(picture.resize((WIDTH // 2, HEIGHT // 2)) if fault == "wrong_size" else picture)


def _person(phase: int, empty: bool) -> Image.Image:
    """A person before a light wall, breathing a little."""
    picture = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), (222, 229, 234))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 760, WIDTH * 2, HEIGHT * 2), fill=(196, 205, 212))
    if not empty:
        _draw_person(pen, round(6 * math.sin(phase / PHASES * 2 * math.pi)))
    pen.text((WIDTH * 2 - 24, 24), "演示", font=font_of(44), fill=(150, 60, 60), anchor="ra")
    pen.text((24, 24), str(phase), font=font_of(30), fill=(200, 207, 212))
    return picture.reduce(2).filter(ImageFilter.SHARPEN)


def _desk(phase: int) -> Image.Image:
    """A sheet of paper on a dark desk; the light flickers a little."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (58, 52, 48))
    pen = ImageDraw.Draw(picture)
    white = 236 + phase % 4
    pen.polygon([(180, 20), (470, 26), (464, 452), (172, 446)], fill=(white, white, white))
    pen.text((320, 60), "演示材料", font=font_of(28), fill=(30, 30, 30), anchor="mm")
    for line in range(12):
        pen.line((206, 110 + line * 26, 440 - line % 3 * 40, 110 + line * 26), fill=(90, 90, 90), width=3)
    return picture


def _draw_person(pen: ImageDraw.ImageDraw, sway: int) -> None:
    middle = WIDTH + sway
    pen.ellipse((middle - 330, 640, middle + 330, 1300), fill=(52, 78, 110))
    pen.polygon([(middle - 70, 650), (middle + 70, 650), (middle, 790)], fill=(245, 245, 242))
    pen.rectangle((middle - 62, 540, middle + 62, 690), fill=(232, 190, 160))
    pen.ellipse((middle - 190, 130, middle + 190, 600), fill=(38, 32, 30))
    pen.ellipse((middle - 160, 190, middle + 160, 620), fill=(240, 202, 174))
    pen.pieslice((middle - 170, 150, middle + 170, 440), 180, 360, fill=(38, 32, 30))
    for side in (-1, 1):
        eye = middle + side * 66
        pen.ellipse((eye - 26, 378, eye + 26, 408), fill=(255, 255, 255))
        pen.ellipse((eye - 13, 380, eye + 13, 406), fill=(40, 28, 22))
        pen.line((eye - 34, 352, eye + 34, 350), fill=(50, 40, 36), width=9)
        pen.ellipse((middle + side * 168 - 18, 380, middle + side * 168 + 18, 470), fill=(232, 190, 160))
    pen.line((middle, 410, middle - 14, 486, middle + 12, 490), fill=(205, 160, 132), width=7)
    pen.arc((middle - 56, 500, middle + 56, 560), 15, 165, fill=(176, 84, 84), width=9)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
