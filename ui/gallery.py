"""Renders every screen to PNG and a contact sheet: `python -m ui.gallery --out DIR`.

Works on the offscreen platform and on a display alike; devices and services are not needed.
"""

from __future__ import annotations

import argparse
import html
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from kiosk.texts import load_texts
from kiosk.views import Appearance, Language, TextSize, Theme
from ui.app import running_app
from ui.components.pictures import draw_face
from ui.gallery_samples import sample_views
from ui.metrics import Metrics, px_per_mm_for
from ui.screens.registry import OVERLAYS
from ui.tokens import TOKENS
from ui.verdict import Verdict, judge
from ui.window import Clocks, KioskWindow

SIZES = ("1080x1920", "1920x1080")
TEXTS = Path(__file__).resolve().parent.parent / "config" / "texts"


Which = tuple[Language, bool, str, Appearance]
"""Language, care mode, how a view's name begins, and the look."""


@dataclass(frozen=True)
class Picture:
    """One page as it was painted, and what is wrong with it."""

    path: Path
    verdict: Verdict


def main(arguments: list[str] | None = None) -> int:
    """Entry point; 1 when a machine finds something wrong with a picture."""
    options = _options(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    app = running_app()
    window = KioskWindow(load_texts(TEXTS), clocks=Clocks(local=lambda: datetime(2026, 11, 23, 9, 30)))
    made: list[Picture] = []
    for size in options.size or SIZES:
        width, height = (int(part) for part in size.split("x"))
        window.resize(width, height)
        window.show()
        for which in _wanted(options):
            made += _render(app, window, out, which)
    window.may_close = True
    window.close()
    (out / "index.html").write_text(_sheet(made), encoding="utf-8")
    return _told(made, out)


def _told(made: list[Picture], out: Path) -> int:
    """Say what was found; the exit status."""
    wrong = [picture for picture in made if picture.verdict.wrong]
    faintest = min((picture.verdict.faintest for picture in made), default=0.0)
    sys.stdout.write("".join(f"{one.path.stem}: {'; '.join(one.verdict.wrong)}\n" for one in wrong))
    sys.stdout.write(f"{len(made)} pictures, {len(wrong)} with a fault, least contrast {faintest:.1f}: ")
    sys.stdout.write(f"{out / 'index.html'}\n")
    return 1 if wrong else 0


def _wanted(options: argparse.Namespace) -> list[Which]:
    """Language, care mode, names and look of each round: as asked, or with --report everything there is."""
    languages = [Language(code) for code in options.language] or list(Language)
    if options.report:
        looks = [Appearance(theme, size) for theme in Theme for size in TextSize]
        return [(language, False, options.view, look) for language in languages for look in looks]
    look = Appearance(Theme(options.theme), TextSize(options.text), options.low)
    modes = (True,) if options.care else (False, True)
    return [(language, care, options.view, look) for language in languages for care in modes]


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ui.gallery", description="Pictures of every screen.")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("--language", action="append", default=[], choices=[code.value for code in Language])
    parser.add_argument("--care", action="store_true", help="care mode only")
    parser.add_argument("--size", action="append", metavar="WxH", type=_size, help=f"default {' and '.join(SIZES)}")
    parser.add_argument("--theme", default=Theme.NORMAL.value, choices=[theme.value for theme in Theme])
    parser.add_argument("--text", default=TextSize.STANDARD.value, choices=[size.value for size in TextSize])
    parser.add_argument("--report", action="store_true", help="every theme and size")
    parser.add_argument("--low", action="store_true", help="everything to touch in the lower half")
    parser.add_argument("--view", default="", metavar="NAME", help="only views whose name begins so")
    return parser.parse_args(arguments)


def _size(text: str) -> str:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and 200 <= int(width) <= 8000 and 200 <= int(height) <= 8000):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT in pixels, for example 1080x1920")
    return text


def _render(app: QApplication, window: KioskWindow, out: Path, which: Which) -> Iterator[Picture]:
    language, care, begins, look = which
    views = sample_views(language, care, face_jpeg(), page_png(), look)
    for name, view in views.items():
        if not name.startswith(begins):
            continue
        if isinstance(view, OVERLAYS):
            window.show_view(views["choice"])
        window.show_view(view)
        settle(app)
        mode = "care" if care else "standard"
        shape = f"{window.width()}x{window.height()}"
        dress = "".join(f"_{part}" for part in _named(look))
        path = out / f"{name}_{language.value}_{mode}{dress}_{shape}.png"
        window.grab().save(str(path))
        swell = max(TOKENS.sizes[look.size], TOKENS.sizes[TextSize.LARGER] if care else 0.0)
        metrics = Metrics(px_per_mm_for(window.width(), window.height()), swell)
        yield Picture(path, judge(window, metrics, look.theme))


def _named(look: Appearance) -> list[str]:
    """What is not as usual, for a file's name."""
    unusual = [look.theme.value] if look.theme is not Theme.NORMAL else []
    unusual += [look.size.value] if look.size is not TextSize.STANDARD else []
    return unusual + (["low"] if look.low else [])


def settle(app: QApplication) -> None:
    """Let layouts, deferred deletions and zero timers come to rest."""
    for _ in range(8):
        app.processEvents()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def face_jpeg() -> bytes:
    """A drawn face, as a camera would give it."""
    image = QImage(480, 600, QImage.Format.Format_RGB32)
    image.fill(QColor("#dfe7ee"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#40566b"))
    painter.drawEllipse(QRectF(60, 430, 360, 400))
    painter.setBrush(QColor("#f0cfb0"))
    painter.drawEllipse(QRectF(130, 130, 220, 280))
    draw_face(painter, QRectF(140, 170, 200, 200), 0.8, "#5b4636")
    painter.end()
    return _encoded(image, "JPEG")


def page_png() -> bytes:
    """A drawn A4 page, as a certificate's preview would look."""
    image = QImage(620, 877, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.fillRect(QRectF(190, 80, 240, 26), QColor("#333333"))
    for line in range(14):
        painter.fillRect(QRectF(80, 170 + 32 * line, 460 - 40 * (line % 3), 9), QColor("#b0b6bc"))
    painter.end()
    return _encoded(image, "PNG")


def _encoded(image: QImage, kind: str) -> bytes:
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind)  # type: ignore[call-overload]  # the stubs know bytes only, Qt takes both
    return bytes(store.data())


def _sheet(pictures: list[Picture]) -> str:
    wrong = sum(1 for picture in pictures if picture.verdict.wrong)
    cells = "".join(_cell(picture) for picture in pictures)
    style = (
        "body{font:14px sans-serif;background:#ddd}figure{display:inline-block;margin:8px;max-width:320px}"
        "img{height:420px}.wrong{outline:4px solid #b00}"
    )
    head = f'<!doctype html><meta charset="utf-8"><title>Doorstep screens</title><style>{style}</style>'
    return f"{head}<p>{len(pictures)} pictures, {wrong} with a fault.</p>{cells}"


def _cell(picture: Picture) -> str:
    name, verdict = html.escape(picture.path.name), picture.verdict
    said = html.escape("; ".join(verdict.wrong)) or f"passes, least contrast {verdict.faintest:.1f}"
    mark = ' class="wrong"' if verdict.wrong else ""
    return (
        f'<figure{mark}><a href="{name}"><img loading="lazy" src="{name}"></a>'
        f"<figcaption>{html.escape(picture.path.stem)}<br>{said}</figcaption></figure>"
    )


if __name__ == "__main__":
    raise SystemExit(main())
