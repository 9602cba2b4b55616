"""A window on the offscreen platform, with clocks that the test moves."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.texts import Texts, load_texts
from kiosk.views import View
from tests.ui.pad import FakeSpeaker
from ui.app import running_app
from ui.gallery import face_jpeg, page_png, settle
from ui.window import Clocks, KioskWindow

TEXTS = Path(__file__).resolve().parents[2] / "config" / "texts"


class SteadyClock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def qapp() -> object:
    """The dressed application instead of pytest-qt's plain one."""
    return running_app()


@pytest.fixture(scope="session")
def texts() -> Texts:
    return load_texts(TEXTS)


@pytest.fixture
def clock() -> SteadyClock:
    return SteadyClock()


@pytest.fixture
def speaker() -> FakeSpeaker:
    return FakeSpeaker()


@pytest.fixture
def window(qtbot: QtBot, texts: Texts, clock: SteadyClock, speaker: FakeSpeaker) -> Iterator[KioskWindow]:
    clocks = Clocks(local=lambda: datetime(2026, 11, 23, 9, 30), steady=clock)
    made = KioskWindow(texts, clocks=clocks, speaker=speaker)
    made.resize(1080, 1920)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.may_close = True
    made.close()
    made.deleteLater()
    settle(running_app())


@pytest.fixture
def show(window: KioskWindow) -> Callable[[View], None]:
    """Show a view and let the layout come to rest."""

    def shown(view: View) -> None:
        window.show_view(view)
        settle(running_app())

    return shown


@pytest.fixture(scope="session")
def pictures() -> tuple[bytes, bytes]:
    """A face as JPEG, a page as PNG."""
    running_app()
    return face_jpeg(), page_png()
