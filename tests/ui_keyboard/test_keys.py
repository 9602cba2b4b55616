"""Keys are large, close their gaps, act on release, and count a finger once."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtTest import QTest

from tests.ui_keyboard.conftest import PX_PER_MM, Person, Sit
from ui.keyboard.key import BOUNCE_S, Key
from ui.keyboard.layouts import Kind, Mode
from ui.theme import font

KINDS: list[Kind] = ["chinese", "latin", "number", "phone"]
LANGUAGES = ["zh-Hans", "zh-Hant", "en"]


def modes(person: Person) -> list[Mode]:
    """Every mode that the panel offers."""
    return [mode for mode in Mode if _offers(person, mode)]


def _offers(person: Person, mode: Mode) -> bool:
    person.panel.set_mode(mode)
    return person.panel.mode is mode


@pytest.mark.parametrize("care", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_face_is_large_enough_and_3_mm_from_the_next(sit: Sit, kind: Kind, language: str, care: bool) -> None:
    person = sit(kind, language, care=care)
    least = (20 if care else 15) * PX_PER_MM
    for mode in modes(person):
        person.panel.set_mode(mode)
        faces = [key.face().translated(key.mapTo(person.panel, QPoint())) for key in person.panel.keys_on_show]
        assert min(min(face.width(), face.height()) for face in faces) >= least, mode
        gap = int(3 * PX_PER_MM) / 2
        grown = [face.adjusted(-gap, -gap, gap, gap) for face in faces]
        assert not any(one.intersects(other) for one, other in itertools.combinations(grown, 2)), mode


def test_candidates_are_as_large_as_keys(sit: Sit) -> None:
    for care, least in ((False, 15), (True, 20)):
        person = sit("chinese", "zh-Hans", care=care)
        person.type("yi")
        person.wait_for("一")
        assert person.panel.bar is not None
        for key in person.panel.bar.flow.keys:
            assert min(key.face().width(), key.face().height()) >= least * PX_PER_MM


def test_no_finger_falls_between_two_keys_of_a_row(sit: Sit) -> None:
    person = sit("chinese")
    q, p = person.key("Q"), person.key("P")
    y = q.mapTo(person.panel, q.rect().center()).y()
    left = q.mapTo(person.panel, QPoint(0, 0)).x()
    right = p.mapTo(person.panel, QPoint(p.width() - 1, 0)).x()
    assert all(isinstance(person.panel.childAt(x, y), Key) for x in range(left, right + 1))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_key_has_a_name_and_no_two_the_same(sit: Sit, kind: Kind, language: str) -> None:
    person = sit(kind, language)
    for mode in modes(person):
        person.panel.set_mode(mode)
        names = [key.accessibleName() for key in person.panel.keys_on_show]
        assert all(names)
        assert len(set(names)) == len(names), mode


def test_a_key_acts_on_release_not_on_press(sit: Sit) -> None:
    person = sit("latin")
    key = person.key("a")
    QTest.mousePress(key, Qt.MouseButton.LeftButton)
    assert person.texts == []
    QTest.mouseRelease(key, Qt.MouseButton.LeftButton)
    assert person.texts == ["a"]


def test_a_finger_that_slides_off_writes_nothing(sit: Sit) -> None:
    person = sit("latin")
    key = person.key("a")
    QTest.mousePress(key, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(key, Qt.MouseButton.LeftButton, pos=QPoint(-50, -50))
    assert person.texts == []


def test_the_same_letter_twice_in_quick_succession_counts_twice(sit: Sit) -> None:
    person = sit("latin")
    person.press("l", "l")
    assert person.texts == ["l", "l"]


def test_a_bounce_counts_once_and_another_key_is_no_bounce(sit: Sit) -> None:
    person = sit("latin")
    a, b = person.key("a"), person.key("b")
    for key, after in ((a, 1.0), (a, BOUNCE_S * 0.9), (b, 0.0), (a, BOUNCE_S * 1.1)):
        person.clock.now += after
        QTest.mouseClick(key, Qt.MouseButton.LeftButton)
    assert person.texts == ["a", "b", "a"]


def test_nothing_repeats_while_a_key_is_held(sit: Sit) -> None:
    person = sit("latin")
    key = person.key("退格")
    assert not key.autoRepeat()
    key.setFocus()
    QTest.keyPress(key, Qt.Key.Key_Space)
    person.clock.now += 5
    QTest.keyRelease(key, Qt.Key.Key_Space)
    assert person.backspaces == 1


def test_two_thumbs_type_in_turn_though_they_overlap(sit: Sit) -> None:
    person = sit("latin")
    h, i = person.key("h"), person.key("i")
    screen = QTest.createTouchDevice()
    at = {key: key.rect().center() for key in (h, i)}
    QTest.touchEvent(h, screen).press(0, at[h], h).commit()
    QTest.touchEvent(h, screen).stationary(0).press(1, at[i], i).commit()
    QTest.touchEvent(h, screen).release(0, at[h], h).stationary(1).commit()
    QTest.touchEvent(i, screen).release(1, at[i], i).commit()
    assert person.texts == ["h", "i"]


def test_a_touch_counts_once_though_a_mouse_event_may_follow(sit: Sit) -> None:
    person = sit("number")
    key = person.key("5")
    screen = QTest.createTouchDevice()
    QTest.touchEvent(key, screen).press(0, key.rect().center(), key).commit()
    assert key.isDown()
    QTest.touchEvent(key, screen).release(0, key.rect().center(), key).commit()
    person.qtbot.wait(1)
    assert person.texts == ["5"]
    assert not key.isDown()


def test_a_press_leaves_the_focus_where_it_is(sit: Sit) -> None:
    person = sit("latin")
    before = person.panel.focusWidget()
    person.press("z")
    assert person.panel.focusWidget() is before


def test_arrows_walk_over_the_keys_and_the_keypad_presses(sit: Sit) -> None:
    person = sit("number")
    person.key("1").setFocus(Qt.FocusReason.TabFocusReason)
    for arrow in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Left):
        QTest.keyClick(person.panel.focusWidget(), arrow)
    QTest.keyClick(person.panel.focusWidget(), Qt.Key.Key_Space)
    assert person.texts == ["7"]


def test_capitals_last_for_one_letter_or_until_pressed_again(sit: Sit) -> None:
    person = sit("latin", "en")
    person.press("Capitals", "A", "b", "Capitals", "Capitals", "C", "D", "Capitals", "e")
    assert "".join(person.texts) == "AbCDe"


def test_latin_writes_what_foreign_names_need(sit: Sit) -> None:
    person = sit("latin", "en")
    person.press("o", "Apostrophe", "n", "Space", "x", "Hyphen", "y", "Dot", "Delete", "Done")
    assert "".join(person.texts) == "o'n x-y."
    assert (person.backspaces, person.dones) == (1, 1)


def test_number_and_phone_pads_are_three_by_four_and_done(sit: Sit) -> None:
    for kind, corner in (("number", "点"), ("phone", "加号")):
        person = sit(kind)
        names = [key.accessibleName() for key in person.panel.keys_on_show]
        assert names == [*"123456789", corner, "0", "退格", "完成"]
        person.press("1", "3", "8", "0")
        assert "".join(person.texts) == "1380"


def test_pads_are_as_large_as_page_buttons(sit: Sit) -> None:
    for care, least in ((False, 20), (True, 25)):
        person = sit("phone", care=care)
        assert min(min(k.face().width(), k.face().height()) for k in person.panel.keys_on_show) >= least * PX_PER_MM


def test_signs_of_addresses_and_names_are_written(sit: Sit) -> None:
    person = sit("chinese")
    person.press("数字", "3", "5", "号", "左括号", "右括号", "连接号", "间隔点", "逗号", "句号", "顿号")
    assert "".join(person.texts) == "35号（）－·，。、"


def test_a_pressed_key_looks_pressed_at_once(sit: Sit) -> None:
    person = sit("latin")
    key = person.key("g")

    def picture() -> QImage:
        return key.grab().toImage()

    before = picture()
    QTest.mousePress(key, Qt.MouseButton.LeftButton)
    assert picture() != before
    QTest.mouseRelease(key, Qt.MouseButton.LeftButton)
    assert picture() == before


@pytest.mark.parametrize("width", [1920, 1080, 800])
def test_the_panel_asks_for_the_same_height_at_any_width(sit: Sit, width: int) -> None:
    person = sit("chinese")
    wanted = person.panel.sizeHint()
    person.panel.resize(width, wanted.height())
    for key in person.panel.keys_on_show:
        assert person.panel.rect().contains(QRect(key.mapTo(person.panel, QPoint()), key.size()))
    assert person.panel.sizeHint() == wanted


@pytest.mark.parametrize("care", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_word_fits_on_its_key(sit: Sit, kind: Kind, language: str, care: bool) -> None:
    person = sit(kind, language, care=care)
    for mode in modes(person):
        person.panel.set_mode(mode)
        for key in person.panel.keys_on_show:
            wide = QFontMetrics(font(language, key.text_px, bold=True)).horizontalAdvance(key.text())
            assert key.sign or wide <= key.face().width(), (mode, key.text())


def test_a_second_touch_meant_for_the_page_before_writes_nothing(sit: Sit) -> None:
    person = sit("latin")
    person.panel.hide()
    person.panel.show()
    QTest.mouseClick(person.key("a"), Qt.MouseButton.LeftButton)
    assert person.texts == []
    person.clock.now += 0.5
    person.press("a")
    assert person.texts == ["a"]


def test_every_key_says_that_somebody_is_there(sit: Sit) -> None:
    person = sit("chinese")
    touches: list[bool] = []
    person.panel.touched.connect(lambda: touches.append(True))
    person.type("nihao")
    assert len(touches) == 5
    assert person.texts == []
