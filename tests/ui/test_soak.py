"""A screen that is exchanged in the middle of its own touch, hundreds of times, must not take the process down."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication

from kiosk.views import Language
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
        settle(running_app())
    settle(running_app())
    assert shown > 150
    assert len(QApplication.allWidgets()) < 400


def _busy_timers(window: KioskWindow) -> list[int]:
    return [t.interval() for t in window.findChildren(QTimer) if t.isActive() and t.interval() < 1000]


@pytest.mark.parametrize("name", ["attract", "menu", "notice", "review", "result", "out_of_service"])
def test_a_page_that_waits_for_a_touch_runs_no_busy_timer(window: KioskWindow, name: str) -> None:
    window.show_view(sample_views(Language.SIMPLIFIED)[name])
    settle(running_app())
    assert _busy_timers(window) == []


def test_motion_is_slow_and_stops_with_its_page(window: KioskWindow) -> None:
    views = sample_views(Language.SIMPLIFIED)
    window.show_view(views["card"])
    settle(running_app())
    assert _busy_timers(window) != []
    assert min(_busy_timers(window)) >= 100
    window.show_view(views["still_there"])
    settle(running_app())
    assert _busy_timers(window) == []
