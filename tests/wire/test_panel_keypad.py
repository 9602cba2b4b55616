"""A USB keypad as panel: real event structs through a pipe, the ioctls by a fake (no /dev/uinput here)."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from evdev import ecodes

from drivers.contract.commands import DeviceNotice
from drivers.contract.errors import DeviceOffline, UnsupportedCommand
from drivers.contract.panel import FlashRate, GuideLight, KeyPressed, SetGuideLight
from drivers.contract.status import DeviceReport, DeviceState
from drivers.evdev_input import KeySource
from drivers.panel.families.keypad import KeypadPanel
from kiosk.ipc import Control
from tests.wire.keyboard import Keyboard
from tests.wire.test_panel import Ear


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    keyboard = Keyboard()
    yield keyboard
    keyboard.close()


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def pad(keyboard: Keyboard, ear: Ear) -> Iterator[KeypadPanel]:
    pad = KeypadPanel(KeySource("/dev/input/by-id/usb-Pad-event-kbd", keyboard.open))
    pad.watch(ear.hear)
    assert pad.report(Control(1)).model == "Test Keyboard"
    yield pad
    pad.close()


@pytest.mark.usefixtures("pad")
def test_every_key_of_row_and_number_block_is_told(keyboard: Keyboard, ear: Ear) -> None:
    keyboard.type("1234567890*#")
    keyboard.now += 2
    for digit in "1234567890":
        keyboard.press(getattr(ecodes, f"KEY_KP{digit}"))
    for code in (ecodes.KEY_KPASTERISK, ecodes.KEY_KPSLASH, ecodes.KEY_NUMERIC_STAR, ecodes.KEY_NUMERIC_POUND):
        keyboard.press(code)
    keyboard.type("abc ")  # nothing of a pad
    assert ear.until(lambda _: len(ear.keys) >= 26)
    assert "".join(notice.key for notice in ear.keys) == "1234567890*#" + "1234567890" + "*#*#"


@pytest.mark.usefixtures("pad")
@pytest.mark.parametrize("repeats", [0, 3])
def test_five_held_is_told_once_more_with_its_time(keyboard: Keyboard, ear: Ear, repeats: int) -> None:
    keyboard.put((1, ecodes.KEY_5, 1))
    keyboard.now += 2.5
    keyboard.put(*[(1, ecodes.KEY_5, 2)] * repeats, (1, ecodes.KEY_5, 0))
    keyboard.press(ecodes.KEY_1)
    assert ear.until(lambda _: ear.keys[-1:] == [KeyPressed("1")])
    assert [(notice.key, round(notice.held_s, 1)) for notice in ear.keys] == [("5", 0.0), ("5", 2.5), ("1", 0.0)]


@pytest.mark.usefixtures("pad")
def test_a_pad_gone_mad_does_no_harm(keyboard: Keyboard, ear: Ear) -> None:
    for _ in range(400):
        keyboard.press(ecodes.KEY_7)
    keyboard.now += 2
    keyboard.press(ecodes.KEY_1)
    assert ear.until(lambda _: ear.keys[-1:] == [KeyPressed("1")])
    assert len(ear.keys) < 40


def test_the_screen_sees_no_key_and_the_pad_is_given_back(pad: KeypadPanel, keyboard: Keyboard) -> None:
    keyboard.type("123")
    assert keyboard.screen == []
    pad.close()
    assert (keyboard.grabbed, keyboard.given_back) == (False, 1)


def test_a_vanished_pad_is_told_at_once_and_comes_back(pad: KeypadPanel, keyboard: Keyboard, ear: Ear) -> None:
    keyboard.unplug()

    def offline(notices: list[DeviceNotice]) -> bool:
        return any(isinstance(told, DeviceReport) and told.state is DeviceState.OFFLINE for told in notices)

    assert ear.until(offline)
    with pytest.raises(DeviceOffline):
        pad.report(Control(1))
    keyboard.plugged = True
    assert pad.report(Control(1)).state is DeviceState.ONLINE
    keyboard.type("4")
    assert ear.until(lambda _: ear.keys == [KeyPressed("4")])


def test_it_has_no_lights(pad: KeypadPanel) -> None:
    with pytest.raises(UnsupportedCommand):
        pad.execute(SetGuideLight(GuideLight.STATUS, FlashRate.SLOW), Control(1))


def test_the_self_test_opens_and_holds_it(pad: KeypadPanel, keyboard: Keyboard) -> None:
    before = threading.active_count()
    assert pad.self_test(Control(1)).passed
    assert keyboard.grabbed
    assert threading.active_count() <= before + 1
