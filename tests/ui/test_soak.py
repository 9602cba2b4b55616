"""A screen that is exchanged in the middle of its own touch, hundreds of times, must not take the process down."""

from __future__ import annotations

import gc
import time

from kiosk.views import Language
from PySide6.QtWidgets import QAbstractButton, QApplication
from ui.app import running_app
from ui.gallery import settle
from ui.gallery_samples import sample_views
from ui.window import KioskWindow


def test_pages_exchanged_by_their_own_buttons_survive(window: KioskWindow) -> None:
    views = [v for n, v in sample_views(Language.SIMPLIFIED).items() if not n.startswith("text")]
    shown = 0

    def exchange(intent: object) -> None:
        nonlocal shown
        shown += 1
        window.show_view(views[shown % len(views)])
        if shown % 5 == 0:
            gc.collect()

    window.intent.connect(exchange)
    window.show_view(views[0])
    for turn in range(300):
        enabled = [b for b in window.findChildren(QAbstractButton) if b.isVisibleTo(window) and b.isEnabled()]
        enabled[turn % len(enabled)].click()
        if turn % 3 == 0:
            settle(running_app())
    settle(running_app())
    assert shown > 150
    assert len(QApplication.allWidgets()) < 400


def test_an_idle_attract_page_uses_next_to_no_processor(window: KioskWindow) -> None:
    """No timer may be busy: half a second of idling costs less than a fifth of it (goal: 5 % of a core)."""
    window.show_view(sample_views(Language.SIMPLIFIED)["attract"])
    settle(running_app())
    app = running_app()
    busy, until = time.process_time(), time.monotonic() + 0.5
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(0.01)  # the event loop's own waiting, without its wake-ups
    assert time.process_time() - busy < 0.1
