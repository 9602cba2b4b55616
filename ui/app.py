"""Makes the application and its window, and nothing else. The caller runs the event loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QApplication

from kiosk.intents import Intent
from kiosk.texts import Texts
from ui import theme
from ui.metrics import DESIGN_DIAGONAL_MM
from ui.window import KioskWindow


def create_app(
    texts: Texts,
    on_intent: Callable[[Intent], None],
    diagonal_mm: float = DESIGN_DIAGONAL_MM,
    arguments: Sequence[str] = ("doorstep",),
) -> tuple[QApplication, KioskWindow]:
    """The application (the running one, if there is one) and a window that is not shown yet.

    `on_intent` is called on the GUI thread with each intent. Call `window.fill_screen()` after the first
    `window.show_view(view)`, then `app.exec()`; to end, set `window.may_close` and call
    `app.exit(0)` (Qt drops a `quit()` while the window refuses to close).
    """
    app = running_app(arguments)
    window = KioskWindow(texts, diagonal_mm)
    window.intent.connect(on_intent)
    return app, window


def running_app(arguments: Sequence[str] = ("doorstep",)) -> QApplication:
    """The QApplication, made and dressed on first use."""
    os.environ.pop("QT_STYLE_OVERRIDE", None)  # the desktop's taste has no say here
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(list(arguments))
    app.setQuitOnLastWindowClosed(False)
    app.setApplicationName("doorstep")
    theme.dress(app)
    return app
