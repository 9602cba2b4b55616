"""Renders every screen to PNG and a contact sheet: `python -m ui.gallery --out DIR`.

Works on the offscreen platform and on a display alike; devices and services are not needed.
"""

from __future__ import annotations

import argparse
import html
import os
import sys
from collections.abc import Iterator
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
from ui.screens.registry import OVERLAYS
from ui.window import Clocks, KioskWindow

SIZES = ("1080x1920", "1920x1080")
TEXTS = Path(__file__).resolve().parent.parent / "config" / "texts"


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    options = _options(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    app = running_app()
    window = KioskWindow(load_texts(TEXTS), clocks=Clocks(local=lambda: datetime(2026, 11, 23, 9, 30)))
    written: list[Path] = []
    look = Appearance(Theme(options.theme), TextSize(options.text), options.low)
    for size in options.size or SIZES:
        width, height = (int(part) for part in size.split("x"))
        window.resize(width, height)
        window.show()
        for language in [Language(code) for code in options.language] or list(Language):
            for care in (True,) if options.care else (False, True):
                written += _render(app, window, out, (language, care, options.view, look))
    (out / "index.html").write_text(_sheet(written), encoding="utf-8")
    sys.stdout.write(f"{len(written)} pictures and {out / 'index.html'}\n")
    window.may_close = True
    window.close()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ui.gallery", description="Pictures of every screen.")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("--language", action="append", default=[], choices=[code.value for code in Language])
    parser.add_argument("--care", action="store_true", help="care mode only")
    parser.add_argument("--size", action="append", metavar="WxH", type=_size, help=f"default {' and '.join(SIZES)}")
    parser.add_argument("--theme", default=Theme.NORMAL.value, choices=[theme.value for theme in Theme])
    parser.add_argument("--text", default=TextSize.STANDARD.value, choices=[size.value for size in TextSize])
    parser.add_argument("--low", action="store_true", help="everything to touch in the lower half")
    parser.add_argument("--view", default="", metavar="NAME", help="only views whose name begins so")
    return parser.parse_args(arguments)


def _size(text: str) -> str:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and 200 <= int(width) <= 8000 and 200 <= int(height) <= 8000):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT in pixels, for example 1080x1920")
    return text


def _render(
    app: QApplication, window: KioskWindow, out: Path, which: tuple[Language, bool, str, Appearance]
) -> Iterator[Path]:
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
        yield path


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


def _sheet(pictures: list[Path]) -> str:
    cells = "".join(
        f'<figure><a href="{html.escape(p.name)}"><img loading="lazy" src="{html.escape(p.name)}"></a>'
        f"<figcaption>{html.escape(p.stem)}</figcaption></figure>"
        for p in pictures
    )
    style = "body{font:14px sans-serif;background:#ddd}figure{display:inline-block;margin:8px}img{height:420px}"
    return f'<!doctype html><meta charset="utf-8"><title>Doorstep screens</title><style>{style}</style>{cells}'


if __name__ == "__main__":
    raise SystemExit(main())
