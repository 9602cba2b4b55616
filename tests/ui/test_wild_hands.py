"""Random touches, keys, device and line events on the real window: nothing breaks, nothing is sent twice, and
afterwards the first page looks as it did, every pixel of it."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from kiosk import intents as do
from kiosk.views import AttractView
from offline_cache.contract import Accept, LineState
from tests.journeys.citizen import ROLES, Citizen, good_world, make_context, without
from tests.journeys.test_misfortunes import has_way_on
from tests.ui.conftest import SteadyClock
from ui.app import running_app
from ui.gallery import settle
from ui.window import KioskWindow

WORLDS = [*(good_world(line) for line in LineState), *(without(good_world(), role) for role in ROLES), good_world()]
PAD = "0123456789*#"
A_SHADE = 32
"""Of 255: the edge of a glyph may come out a shade apart, by what the font cache holds. Nothing larger."""
MODIFIERS = [
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
    Qt.KeyboardModifier.ShiftModifier,
]
KEYS = [key for key in Qt.Key if key.value < 0x7F or 0x01000000 <= key.value < 0x01FFFFFF]
"""Without the signs of Latin-1: QTest cannot type them."""


class Wild:
    """Hands that know nothing. `accepts` counts the submissions of each application."""

    def __init__(self, window: KioskWindow, clock: SteadyClock, seed: int) -> None:
        self.window, self.clock = window, clock
        self.citizen = Citizen(make_context())
        self.dice = random.Random(seed)
        self._painted: object = None
        window.intent.connect(self.feed)
        self.paint()

    def feed(self, intent: do.Intent) -> None:
        """What the window reports."""
        self.citizen.does(intent)

    def paint(self) -> None:
        """What is there now, unless it is shown already."""
        view = self.citizen.view
        if view is not self._painted:
            self._painted = view
            self.window.show_view(view)
            running_app().processEvents()

    def act(self) -> None:
        """One thing, drawn by lot."""
        self.clock.now += 0.5
        what = self.dice.random()
        if what < 0.8:
            at = QPoint(self.dice.randrange(self.window.width()), self.dice.randrange(self.window.height()))
            handle = self.window.windowHandle()
            QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        elif what < 0.86:
            self.window.press_key(self.dice.choice(PAD))
        elif what < 0.96:
            self.citizen.serve()
        elif what < 0.98:
            self.citizen.becomes(self.dice.choice(WORLDS))
        elif self.citizen.timer is not None and self.citizen.session is not None:
            self.citizen.waits()
        self.paint()

    def go_home(self) -> None:
        """As somebody who walks away: the clock runs out until the first page is there."""
        self.citizen.becomes(good_world())
        for _ in range(20):
            if self.citizen.session is None:
                break
            self.citizen.serve().waits()
        self.paint()
        settle(running_app())


def pixels(window: KioskWindow) -> NDArray[np.int16]:
    """Every pixel of the window, as signed numbers."""
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).astype(np.int16)


def wild_visit(window: KioskWindow, clock: SteadyClock, deeds: int, seed: int) -> Wild:
    wild = Wild(window, clock, seed)
    settle(running_app())
    before = pixels(window)
    for _ in range(deeds):
        wild.act()
        assert has_way_on(wild.citizen), wild.citizen.view
    wild.go_home()
    assert isinstance(wild.citizen.view, AttractView)
    assert np.abs(pixels(window) - before).max() <= A_SHADE
    accepted = Counter(command.draft.id for command in wild.citizen.commands(Accept))
    assert not [draft for draft, times in accepted.items() if times > 1]
    return wild


@pytest.mark.parametrize("seed", [1, 2])
def test_random_hands_break_nothing_and_leave_no_trace(window: KioskWindow, clock: SteadyClock, seed: int) -> None:
    wild = wild_visit(window, clock, 1_500, seed)
    assert wild.citizen.visits > 5


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_random_touches(window: KioskWindow, clock: SteadyClock) -> None:
    wild = wild_visit(window, clock, 100_000, 7)
    assert wild.citizen.visits > 500


def test_no_combination_of_keys_leads_out(window: KioskWindow, clock: SteadyClock) -> None:
    wild = Wild(window, clock, 3)
    wild.citizen.does(do.Begun())
    wild.paint()
    shape, pressed = window.geometry(), 0
    for key in KEYS:
        for modifier in MODIFIERS:
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
                continue  # these press what has the focus, as they should
            QTest.keyClick(window.windowHandle(), key, modifier)
            pressed += 1
    wild.paint()
    assert pressed >= 1_500
    assert window.isVisible()
    assert window.geometry() == shape
    assert not running_app().activePopupWidget()
    assert [widget for widget in running_app().topLevelWidgets() if widget.isVisible()] == [window]
    assert wild.citizen.page == "MenuView"
