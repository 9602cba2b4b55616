"""A touch in the right place becomes the right intent, once."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from kiosk import intents
from kiosk.intents import Intent
from kiosk.views import Language, View
from tests.ui.conftest import SteadyClock
from ui.app import running_app
from ui.components.corner import HOLD_MS, HiddenCorner
from ui.gallery import settle
from ui.gallery_samples import sample_views
from ui.window import HELD_BACK_MS, KioskWindow

Show = Callable[[View], None]
VIEWS = sample_views(Language.SIMPLIFIED, picture=b"a JPEG that cannot be read")


@pytest.fixture
def heard(window: KioskWindow) -> list[Intent]:
    found: list[Intent] = []
    window.intent.connect(found.append)
    return found


def button(window: KioskWindow, name: str) -> QAbstractButton:
    found = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and b.accessibleName() == name]
    assert found, (name, [b.accessibleName() for b in window.findChildren(QAbstractButton) if b.isVisible()])
    return found[0]


def shows(window: KioskWindow, words: str) -> bool:
    return any(widget.isVisible() and widget.accessibleName() == words for widget in window.findChildren(QWidget))


def touch(window: KioskWindow, target: QAbstractButton) -> None:
    """Through the window system's door, so that the guard sees it; scrolled into view first."""
    for _ in range(9):
        if target.visibleRegion().contains(target.rect().center()):
            break
        button(window, "向下看").click()
        settle(running_app())
    at = target.mapTo(window, target.rect().center())
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    settle(running_app())


CASES = [
    ("attract", "开始办理", intents.Begun()),
    ("menu", "社会保障卡申领", intents.ServiceChosen("card")),
    ("menu", "居住证签注", intents.ServiceChosen("licence")),
    ("menu", "按人群", intents.TabChosen("audience")),
    ("doors", "就业社保", intents.DoorChosen("work")),
    ("service", "开始办理", intents.Confirmed()),
    ("notice", "我已看过，同意", intents.Confirmed()),
    ("notice", "不同意", intents.Declined()),
    ("card", "我没带身份证", intents.Chosen("no_card")),
    ("choice", "我的父母", intents.Chosen("parent")),
    ("photo", "拍照", intents.Confirmed()),
    ("photo_taken", "重拍", intents.Declined()),
    ("review", "修改 收件地址", intents.EditPressed("address")),
    ("review", "核对无误，提交", intents.Confirmed()),
    ("document", "打印 1 份", intents.Confirmed()),
    ("records", "看完了", intents.Confirmed()),
    ("result", "完成", intents.Confirmed()),
    ("rating", "非常满意", intents.Chosen("5")),
    ("rating", "不评价", intents.Declined()),
    ("goodbye", "我已取好，完成", intents.Confirmed()),
    ("problem", "存到手机", intents.Chosen("phone")),
    ("still_there", "我还在，继续", intents.StillHere()),
    ("still_there", "结束", intents.LeavePressed()),
    ("help", "知道了", intents.Declined()),
    ("technician", "测试 A4 打印机", intents.Chosen("test:document_printer")),
    ("technician", "90 秒自检", intents.Chosen("checkup")),
    ("notice", "返回", intents.BackPressed()),
    ("notice", "退出", intents.LeavePressed()),
    ("notice", "帮助", intents.HelpPressed()),
    ("notice", "关爱", intents.CareToggled()),
    ("notice", "English", intents.LanguageChosen(Language.ENGLISH)),
]


@pytest.mark.parametrize(("name", "label", "intent"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_a_touch_gives_its_intent(
    window: KioskWindow, show: Show, heard: list[Intent], name: str, label: str, intent: Intent
) -> None:
    show(VIEWS[name])
    touch(window, button(window, label))
    assert heard == [intent]


def test_a_second_touch_too_soon_is_ignored(
    window: KioskWindow, show: Show, heard: list[Intent], clock: SteadyClock
) -> None:
    show(VIEWS["notice"])
    agree = button(window, "我已看过，同意")
    touch(window, agree)
    clock.now += 0.3
    touch(window, agree)
    assert heard == [intents.Confirmed()]
    clock.now += 0.5
    touch(window, agree)
    assert heard == [intents.Confirmed()] * 2


def test_a_double_touch_cannot_press_what_the_next_page_shows(
    window: KioskWindow, show: Show, heard: list[Intent], clock: SteadyClock
) -> None:
    show(VIEWS["choice"])
    touch(window, button(window, "我自己"))
    show(VIEWS["code"])
    clock.now += 0.2
    touch(window, button(window, "5"))
    assert heard == [intents.Chosen("self")]


def test_digits_may_follow_one_another_quickly(
    window: KioskWindow, show: Show, heard: list[Intent], clock: SteadyClock
) -> None:
    show(VIEWS["code"])
    for digit in "118250":
        clock.now += 0.12
        touch(window, button(window, digit))
    clock.now += 1
    touch(window, button(window, "确定"))
    assert heard[-1] == intents.Answered("118250")


def test_a_code_can_be_confirmed_only_when_whole(window: KioskWindow, show: Show, clock: SteadyClock) -> None:
    show(VIEWS["code"])
    for digit in "12345":
        clock.now += 1
        touch(window, button(window, digit))
        assert not button(window, "确定").isEnabled()
    clock.now += 1
    touch(window, button(window, "6"))
    assert button(window, "确定").isEnabled()
    clock.now += 1
    touch(window, button(window, "删除一位"))
    assert not button(window, "确定").isEnabled()


def test_a_wrong_code_empties_the_boxes(
    window: KioskWindow, show: Show, heard: list[Intent], clock: SteadyClock
) -> None:
    show(VIEWS["code"])
    for digit in "123456":
        clock.now += 1
        touch(window, button(window, digit))
    show(msgspec.structs.replace(VIEWS["code"], problem="号码不对"))
    assert not button(window, "确定").isEnabled()


def test_typed_digits_survive_another_language(
    window: KioskWindow, show: Show, heard: list[Intent], clock: SteadyClock
) -> None:
    show(VIEWS["code"])
    for digit in "123456":
        clock.now += 1
        touch(window, button(window, digit))
    show(sample_views(Language.ENGLISH, care=True)["code"])
    clock.now += 1
    touch(window, button(window, "Confirm"))
    assert heard[-1] == intents.Answered("123456")


def test_typed_digits_do_not_reach_the_next_question(window: KioskWindow, show: Show, clock: SteadyClock) -> None:
    show(VIEWS["code"])
    for digit in "123456":
        clock.now += 1
        touch(window, button(window, digit))
    show(msgspec.structs.replace(VIEWS["code"], title="请输入密码"))
    assert not button(window, "确定").isEnabled()


def test_a_date_takes_three_touches(window: KioskWindow, show: Show, heard: list[Intent], clock: SteadyClock) -> None:
    show(VIEWS["date_birth"])
    for label in ("1930–1939年", "1938", "9月", "30", "下一步"):
        clock.now += 1
        touch(window, button(window, label))
    assert heard[-1] == intents.Answered("1938-09-30")


def test_a_text_is_reported_as_written(
    window: KioskWindow, show: Show, heard: list[Intent], clock: SteadyClock
) -> None:
    show(msgspec.structs.replace(VIEWS["text_phone"], value="13800138000"))
    touch(window, button(window, "下一步"))
    assert heard == [intents.Answered("13800138000")]


def test_pages_of_a_document_turn_and_stop_at_the_ends(window: KioskWindow, show: Show, clock: SteadyClock) -> None:
    show(VIEWS["document"])
    assert not button(window, "上一页").isEnabled()
    touch(window, button(window, "下一页"))
    assert not button(window, "下一页").isEnabled()


def test_an_unavailable_service_cannot_be_begun(window: KioskWindow, show: Show) -> None:
    show(VIEWS["service_unavailable"])
    names = [b.accessibleName() for b in window.findChildren(QAbstractButton) if b.isVisible()]
    assert "开始办理" not in names


def test_a_slower_line_does_not_rebuild_the_page_under_a_finger(window: KioskWindow, show: Show) -> None:
    from kiosk.views import Line

    view = VIEWS["notice"]
    show(view)
    before = button(window, "我已看过，同意")
    show(msgspec.structs.replace(view, chrome=msgspec.structs.replace(view.chrome, line=Line.SLOW)))
    assert button(window, "我已看过，同意") is before


def test_the_same_page_with_other_words_waits_for_the_finger_to_lift(
    qtbot: QtBot, window: KioskWindow, show: Show, heard: list[Intent]
) -> None:
    view = VIEWS["attract"]
    show(view)
    begin = button(window, "开始办理")
    at = begin.mapTo(window, begin.rect().center())
    no_keys, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    QTest.mousePress(window.windowHandle(), left, no_keys, at)
    show(msgspec.structs.replace(view, title="您好，请进"))
    assert not shows(window, "您好，请进")
    QTest.mouseRelease(window.windowHandle(), left, no_keys, at)
    assert heard == [intents.Begun()]
    qtbot.waitUntil(lambda: shows(window, "您好，请进"))


def test_a_finger_that_never_lifts_does_not_hold_a_page_back_for_ever(
    qtbot: QtBot, window: KioskWindow, show: Show
) -> None:
    view = VIEWS["attract"]
    show(view)
    QTest.mousePress(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(540, 700))
    show(msgspec.structs.replace(view, title="您好，请进"))
    assert not shows(window, "您好，请进")
    qtbot.waitUntil(lambda: shows(window, "您好，请进"), timeout=5 * HELD_BACK_MS)


def test_another_page_comes_also_under_a_finger(window: KioskWindow, show: Show) -> None:
    show(VIEWS["attract"])
    QTest.mousePress(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(540, 700))
    show(VIEWS["menu"])
    assert button(window, "社会保障卡申领").isVisible()


def test_touching_anywhere_on_the_attract_page_begins(window: KioskWindow, show: Show, heard: list[Intent]) -> None:
    show(VIEWS["attract"])
    middle = QPoint(540, 700)
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert heard == [intents.Begun()]


def test_the_hidden_corner_opens_only_when_held(
    window: KioskWindow, show: Show, heard: list[Intent], qtbot: object
) -> None:
    show(VIEWS["attract"])
    corner = window.findChildren(HiddenCorner)[0]
    QTest.mouseClick(corner, Qt.MouseButton.LeftButton)
    assert heard == []
    timer = corner.children()[0]
    assert timer.interval() == HOLD_MS == 3000  # type: ignore[attr-defined]  # a QTimer
    QTest.mousePress(corner, Qt.MouseButton.LeftButton)
    timer.timeout.emit()  # type: ignore[attr-defined]  # a QTimer
    assert heard == [intents.TechnicianPressed()]


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_F4, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_F11, Qt.KeyboardModifier.NoModifier),
    ],
)
def test_keys_that_lead_out_do_nothing(
    window: KioskWindow, show: Show, heard: list[Intent], key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    show(VIEWS["notice"])
    QTest.keyClick(window.windowHandle(), key, modifier)
    settle(running_app())
    assert window.isVisible()
    assert heard == []


def test_the_window_cannot_be_closed_from_outside(window: KioskWindow) -> None:
    assert not window.close()
    assert window.isVisible()


@pytest.mark.parametrize("name", ["menu", "notice", "code", "review", "rating"])
def test_tab_reaches_every_control(window: KioskWindow, show: Show, name: str) -> None:
    show(VIEWS[name])
    window.activateWindow()
    wanted = {b for b in window.findChildren(QAbstractButton) if b.isVisible() and b.isEnabled()}
    reached = set()
    for _ in range(len(wanted) + 2):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
        reached.add(running_app().focusWidget())
    assert wanted <= reached


def test_enter_presses_what_has_the_focus(window: KioskWindow, show: Show, heard: list[Intent]) -> None:
    show(VIEWS["notice"])
    button(window, "我已看过，同意").setFocus()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)
    assert heard == [intents.Confirmed()]
