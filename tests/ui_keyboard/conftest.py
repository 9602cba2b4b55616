"""A person at the keyboard: presses keys by their names, waits for what appears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ui.keyboard import KeyboardPanel
from ui.keyboard.key import Key
from ui.keyboard.layouts import Kind
from ui.metrics import Metrics

PX_PER_MM = 1920 / 476
"""The 21.5-inch panel of the design."""
WIDTH = 992
"""What the margins of a page leave of 1080 pixels."""


class HandClock:
    """Moves when a hand moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Person:
    """Types on a panel and notes what comes out of it."""

    def __init__(self, qtbot: QtBot, panel: KeyboardPanel, clock: HandClock) -> None:
        self.qtbot, self.panel, self.clock = qtbot, panel, clock
        self.texts: list[str] = []
        self.backspaces = 0
        self.dones = 0
        panel.text_committed.connect(self.texts.append)
        panel.backspace.connect(self._count_backspace)
        panel.done.connect(self._count_done)

    def key(self, name: str) -> Key:
        """The key on show with this name."""
        found = [key for key in self.panel.keys_on_show if key.accessibleName() == name]
        assert found, f"no key {name}; there are {[key.accessibleName() for key in self.panel.keys_on_show]}"
        return found[0]

    def press(self, *names: str) -> None:
        """Press keys one after the other."""
        for name in names:
            self.clock.now += 0.15  # a quick typist: slower than a bounce, quicker than 400 ms
            QTest.mouseClick(self.key(name), Qt.MouseButton.LeftButton)

    def type(self, letters: str) -> None:
        """Press letter keys."""
        self.press(*letters.upper())

    def candidates(self) -> list[str]:
        """What the bar offers."""
        bar = self.panel.bar
        assert bar is not None
        return [key.text() for key in bar.flow.keys]

    def wait_for(self, candidate: str) -> None:
        """Until the bar offers this."""
        self.qtbot.waitUntil(lambda: candidate in self.candidates(), timeout=15000)

    def choose(self, candidate: str) -> None:
        """Press a candidate, once it is there, and wait for its text."""
        self.wait_for(candidate)
        before = len(self.texts)
        self.press(candidate)
        self.qtbot.waitUntil(lambda: len(self.texts) > before, timeout=15000)

    def _count_backspace(self) -> None:
        self.backspaces += 1

    def _count_done(self) -> None:
        self.dones += 1


Sit = Callable[..., Person]


@pytest.fixture
def sit(qtbot: QtBot) -> Iterator[Sit]:
    """Sits a person at a new panel: `sit("chinese", "zh-Hans")`."""
    panels: list[KeyboardPanel] = []

    def sit_down(kind: Kind, language: str = "zh-Hans", *, care: bool = False, **options: Any) -> Person:
        clock = HandClock()
        panel = KeyboardPanel(kind, language, Metrics(PX_PER_MM, float(care)), clock=clock, **options)
        panel.resize(WIDTH, panel.sizeHint().height())
        panel.show()
        qtbot.waitExposed(panel)
        clock.now += 1.0
        panels.append(panel)
        return Person(qtbot, panel, clock)

    yield sit_down
    for panel in filter(shiboken6.isValid, panels):
        if panel.engine is not None:
            panel.engine.close()
        panel.close()
        panel.deleteLater()
