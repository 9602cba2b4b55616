"""Icons of one family (Phosphor, fill, MIT; see ui/icons/LICENSE), recoloured at load.

QtSvg paints `currentColor` black, so the colour is written into the source before it is rendered.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

_FOLDER = Path(__file__).resolve().parent.parent / "icons"
FALLBACK = "file-text"


@lru_cache(maxsize=256)
def icon(name: str, colour: str, px: int) -> QImage:
    """The icon `name` in `colour` (#rrggbb), `px` pixels square; an unknown name gives a sheet of paper."""
    image = QImage(max(1, px), max(1, px), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    source = _source(name).replace("currentColor", QColor(colour).name())
    renderer = QSvgRenderer(QByteArray(source.encode("ascii")))
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, px, px))
    painter.end()
    return image


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    is_plain = name.replace("-", "").isalnum() and name.isascii()
    path = _FOLDER / f"{name}.svg"
    if not is_plain or not path.is_file():
        path = _FOLDER / f"{FALLBACK}.svg"
    return path.read_text(encoding="ascii")
