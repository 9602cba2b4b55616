"""Another process reads every page over AT-SPI: each control has a name, and they come in the order that is seen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.bench.accessibility import AccessibilityBus
from kiosk.bench.eyes import Eyes, Seen
from kiosk.views import Language
from ui.gallery_samples import sample_views

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(sample_views(Language.SIMPLIFIED))
TO_PRESS = {"push button", "button", "toggle button", "check box", "radio button"}


@dataclass
class Shown:
    """The program that shows pages, and the eyes that read it."""

    program: subprocess.Popen[str]
    eyes: Eyes

    def page(self, language: Language, name: str) -> list[Seen]:
        """What is there once the page is painted."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(f"{language.value} {name}\n")
        self.program.stdin.flush()
        assert self.program.stdout.readline() == "shown\n"
        return self.eyes.look()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server without a screen."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1080x1920x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as said:
        yield f":{said.readline().strip()}"
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="module")
def shown(display: str) -> Iterator[Shown]:
    with AccessibilityBus() as bus:
        environment = os.environ | {
            "DISPLAY": display,
            "DBUS_SESSION_BUS_ADDRESS": bus.address,
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "PYTHONPATH": str(ROOT),
        }
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.shown_pages"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        assert program.stdout is not None
        assert program.stdin is not None
        assert program.stdout.readline() == "shown\n"
        eyes = Eyes(bus.address)
        yield Shown(program, eyes)
        eyes.close()
        program.stdin.close()
        assert program.wait(20) == 0
        program.stdout.close()


@pytest.mark.parametrize("language", Language)
def test_every_control_of_every_page_has_a_name(shown: Shown, language: Language) -> None:
    nameless: list[str] = []
    for name in PAGES:
        controls = [seen for seen in shown.page(language, name) if seen.role in TO_PRESS]
        assert len(controls) >= 2, name
        nameless += [f"{name}: {seen}" for seen in controls if not seen.name.strip()]
    assert nameless == []


@pytest.mark.parametrize("name", PAGES)
def test_controls_come_in_the_order_in_which_they_are_seen(shown: Shown, name: str) -> None:
    controls = [seen for seen in shown.page(Language.SIMPLIFIED, name) if seen.role in TO_PRESS]
    wrong = [(one.name, two.name) for one, two in zip(controls, controls[1:], strict=False) if _is_before(two, one)]
    assert wrong == []


def _is_before(two: Seen, one: Seen) -> bool:
    """Whether `two`, which is read after `one`, stands above it, or left of it in the same row."""
    if two.y + two.height <= one.y + 2:
        return True
    same_row = abs(two.y - one.y) < min(one.height, two.height) / 2
    return same_row and two.x < one.x
