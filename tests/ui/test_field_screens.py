"""The pages of the newer questions: several answers, lists, signatures, plates; what is touched is what is told."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from kiosk import intents
from kiosk.intents import Intent
from kiosk.views import Language, TextView, View
from ui.app import running_app
from ui.components.ink import InkField
from ui.gallery import settle
from ui.gallery_samples import sample_views
from ui.keyboard import KeyboardPanel
from ui.keyboard.layouts import Mode
from ui.window import KioskWindow

VIEWS = sample_views(Language.SIMPLIFIED)
Show = Callable[[View], None]


@pytest.fixture
def heard(window: KioskWindow) -> list[Intent]:
    """What the screens told, without mere touches."""
    found: list[Intent] = []
    window.intent.connect(lambda intent: None if isinstance(intent, intents.Touched) else found.append(intent))
    return found


def press(window: KioskWindow, name: str) -> None:
    """Press the control of this name."""
    found = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and b.accessibleName().startswith(name)]
    assert found, name
    found[0].click()
    settle(running_app())


def is_enabled(window: KioskWindow, name: str) -> bool:
    """Whether the control of this name can be pressed."""
    found = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and b.accessibleName() == name]
    return found[0].isEnabled()


def test_several_answers_are_switched_on_and_off_and_told_once(
    window: KioskWindow, show: Show, heard: list[Intent]
) -> None:
    show(VIEWS["choices"])
    press(window, "工伤保险")
    press(window, "基本医疗保险")  # one more than is allowed
    press(window, "基本养老保险")
    press(window, "下一步")
    assert heard == [intents.Picked(("work",))]


def test_nothing_chosen_cannot_be_told_where_one_is_wanted(window: KioskWindow, show: Show) -> None:
    show(VIEWS["choices"])
    assert is_enabled(window, "下一步")
    press(window, "基本养老保险")
    assert not is_enabled(window, "下一步")


def test_answers_stay_when_the_language_changes(window: KioskWindow, show: Show, heard: list[Intent]) -> None:
    show(VIEWS["choices"])
    press(window, "工伤保险")
    show(sample_views(Language.ENGLISH)["choices"])
    press(window, "Next")
    assert heard == [intents.Picked(("pension", "work"))]


def test_an_entry_is_changed_taken_out_and_added(window: KioskWindow, show: Show, heard: list[Intent]) -> None:
    show(VIEWS["entries"])
    press(window, "修改 第2项")
    press(window, "删掉 第1项")
    press(window, "再加一人")
    press(window, "填完了，继续")
    assert heard == [
        intents.EditPressed("1"),
        intents.Chosen("remove:0"),
        intents.Chosen("add"),
        intents.Confirmed(),
    ]


def draw(window: KioskWindow, length: int) -> None:
    """One stroke across the field."""
    field = window.findChild(InkField)
    assert isinstance(field, InkField)
    QTest.mousePress(field, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(60, 60))
    for step in range(1, 11):
        QTest.mouseMove(field, QPoint(60 + length * step // 10, 60 + 3 * step))
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(60 + length, 90))
    settle(running_app())


def test_a_signature_needs_ink_and_becomes_a_picture(window: KioskWindow, show: Show, heard: list[Intent]) -> None:
    show(VIEWS["signature"])
    draw(window, 20)
    assert not is_enabled(window, "签好了")
    draw(window, 500)
    assert is_enabled(window, "签好了")
    press(window, "清空")
    assert not is_enabled(window, "签好了")
    draw(window, 500)
    press(window, "签好了")
    (signed,) = heard
    assert isinstance(signed, intents.Signed)
    assert signed.png.startswith(b"\x89PNG")
    assert repr(signed) == f"Signed({len(signed.png)} bytes)"


def test_a_plate_begins_with_its_province(window: KioskWindow, show: Show, heard: list[Intent]) -> None:
    show(VIEWS["text_plate"])
    panel = window.findChild(KeyboardPanel)
    assert isinstance(panel, KeyboardPanel)
    assert panel.mode is Mode.PROVINCE
    panel.text_committed.emit("粤")
    assert panel.mode is Mode.PLATE
    panel.backspace.emit()
    assert panel.mode is Mode.PROVINCE
    for sign in "粤A12345":
        panel.text_committed.emit(sign)
    press(window, "下一步")
    assert heard == [intents.Answered("粤A12345")]


def test_a_wrong_plate_is_shown_again_to_be_mended(window: KioskWindow, show: Show) -> None:
    plate = VIEWS["text_plate"]
    assert isinstance(plate, TextView)
    show(msgspec.structs.replace(plate, value="粤I1", problem="车牌对不上"))
    panel = window.findChild(KeyboardPanel)
    assert isinstance(panel, KeyboardPanel)
    assert panel.mode is Mode.PLATE
