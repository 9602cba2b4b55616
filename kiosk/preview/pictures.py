"""Paint the pages of a walk in a real window and write them as pictures, with a sheet that shows them in a row.

Not responsible for the walk (kiosk.preview.walk). Works offscreen; needs no device and no service.
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterable
from pathlib import Path

from kiosk.texts import Texts
from kiosk.views import AnyView


class Painter:
    """One window of a size; `paint` writes a page, `sheet` the overview."""

    def __init__(self, texts: Texts, size: tuple[int, int]) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from ui.app import running_app
        from ui.gallery import settle
        from ui.window import KioskWindow

        self._app, self._settle = running_app(), settle
        self._window = KioskWindow(texts)
        self._window.resize(*size)
        self._window.show()

    def paint(self, view: AnyView, path: Path) -> None:
        """One page as PNG."""
        self._window.show_view(view)
        self._settle(self._app)
        self._window.grab().save(str(path))

    def close(self) -> None:
        """Close the window."""
        self._window.may_close = True
        self._window.close()
        self._settle(self._app)


def pictures() -> tuple[bytes, bytes]:
    """A drawn face and a drawn page, for the pages that show one."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui.app import running_app
    from ui.gallery import face_jpeg, page_png

    running_app()
    return face_jpeg(), page_png()


def sheet(title: str, written: Iterable[Path]) -> str:
    """An HTML page that shows the pictures in their order."""
    cells = "".join(
        f'<figure><img loading="lazy" src="{html.escape(path.name)}"><figcaption>{html.escape(path.stem)}</figcaption>'
        "</figure>"
        for path in written
    )
    style = "body{font:14px sans-serif;background:#ddd}figure{display:inline-block;margin:8px}img{height:560px}"
    return f'<!doctype html><meta charset="utf-8"><title>{html.escape(title)}</title><style>{style}</style>{cells}'
