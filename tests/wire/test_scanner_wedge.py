"""Keyboard-wedge scanners: real event structs through a pipe, the ioctls by a fake (no /dev/uinput here)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from evdev import ecodes

from drivers.build import build_driver, read_device_config
from drivers.contract.errors import DeviceOffline, NoMedia, ProtocolError
from drivers.contract.scanner import PAYLOAD_LIMIT_BYTES, ScannedCode
from drivers.contract.status import DeviceRole, DeviceState
from drivers.evdev_input import KeySource
from drivers.scanner.families.wedge import WedgeScanner
from kiosk.ipc import Cancelled, Control
from tests.wire.keyboard import Keyboard

PATH = "/dev/input/by-id/usb-Test_Scanner-event-kbd"
PRINTABLE = "".join(chr(code) for code in range(32, 127))


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    keyboard = Keyboard()
    yield keyboard
    keyboard.close()


@pytest.fixture
def scanner(keyboard: Keyboard) -> Iterator[WedgeScanner]:
    scanner = WedgeScanner(KeySource(PATH, keyboard.open))
    yield scanner
    scanner.close()


def typing(keyboard: Keyboard, text: str, after_s: float = 0.1) -> threading.Timer:
    hand = threading.Timer(after_s, keyboard.type, (text,))
    hand.start()
    return hand


def scan_while(scanner: WedgeScanner, hand: threading.Timer, within_s: float = 3) -> ScannedCode:
    try:
        return scanner.scan(Control(within_s))
    finally:
        hand.join()


def test_every_printable_character_of_a_us_keyboard_arrives(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    scanner.report(Control(1))
    code = scan_while(scanner, typing(keyboard, PRINTABLE + "\n"))
    assert code.payload == PRINTABLE.encode()


def test_the_screen_sees_no_key_from_opening_to_closing(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    scanner.report(Control(1))
    keyboard.type("nobody waits\n")
    assert keyboard.grabbed
    assert keyboard.screen == []
    scanner.close()
    assert (keyboard.grabbed, keyboard.given_back) == (False, 1)


def test_what_was_typed_before_the_command_is_thrown_away(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    scanner.report(Control(1))
    keyboard.type("before\n")
    assert scan_while(scanner, typing(keyboard, "now\n")).payload == b"now"


def test_a_code_begun_before_the_command_does_not_count_nor_does_its_rest(
    scanner: WedgeScanner, keyboard: Keyboard
) -> None:
    scanner.report(Control(1))
    keyboard.type("half of a st")
    assert scan_while(scanner, typing(keyboard, "ranger\nmine\n")).payload == b"mine"


def test_a_code_half_typed_for_five_seconds_is_dropped(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    scanner.report(Control(1))

    def hand() -> None:
        keyboard.type("half")
        keyboard.now += 5.5
        keyboard.type("whole\n")

    assert scan_while(scanner, threading_timer(hand)).payload == b"whole"


def threading_timer(hand: object) -> threading.Timer:
    timer = threading.Timer(0.1, hand)  # type: ignore[arg-type]  # a function without arguments
    timer.start()
    return timer


def test_control_and_alt_type_nothing(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    scanner.report(Control(1))

    def hand() -> None:
        for modifier in (ecodes.KEY_LEFTCTRL, ecodes.KEY_RIGHTALT, ecodes.KEY_LEFTMETA):
            keyboard.put((1, modifier, 1))
            keyboard.type("c")
            keyboard.put((1, modifier, 0))
        keyboard.press(ecodes.KEY_ESC)
        keyboard.press(ecodes.KEY_F4)
        keyboard.type("ok\n")

    assert scan_while(scanner, threading_timer(hand)).payload == b"ok"


def test_a_key_that_repeats_is_typed_once(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    scanner.report(Control(1))

    def hand() -> None:
        keyboard.press(ecodes.KEY_A, repeats=5)
        keyboard.type("\n")

    assert scan_while(scanner, threading_timer(hand)).payload == b"a"


def test_a_code_with_lost_events_in_it_is_not_handed_out(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    scanner.report(Control(1))

    def hand() -> None:
        keyboard.type("0123")
        keyboard.drop_events()
        keyboard.type("6789\nwhole\n")

    assert scan_while(scanner, threading_timer(hand)).payload == b"whole"


def test_a_code_that_is_too_long_is_refused_and_the_next_is_read(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    scanner.report(Control(1))
    with pytest.raises(ProtocolError):
        scan_while(scanner, typing(keyboard, "7" * (PAYLOAD_LIMIT_BYTES + 1) + "\n"))
    assert scan_while(scanner, typing(keyboard, "short\n")).payload == b"short"


def test_nothing_typed_is_no_media_in_time(scanner: WedgeScanner) -> None:
    started = time.monotonic()
    with pytest.raises(NoMedia):
        scanner.scan(Control(0.4))
    assert 0.4 <= time.monotonic() - started < 0.6


def test_waiting_is_cancelled_at_once(scanner: WedgeScanner) -> None:
    control = Control(60)
    timer = threading.Timer(0.2, control.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        scanner.scan(control)
    assert time.monotonic() - started < 0.5
    timer.join()


def test_a_vanished_scanner_is_offline_and_comes_back(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    scanner.report(Control(1))
    hand = threading.Timer(0.1, keyboard.unplug)
    hand.start()
    with pytest.raises(DeviceOffline):
        scanner.scan(Control(3))
    hand.join()
    with pytest.raises(DeviceOffline):
        scanner.report(Control(1))
    keyboard.plugged = True
    assert scanner.report(Control(1)).state is DeviceState.ONLINE
    assert keyboard.grabbed


def test_a_scanner_that_another_program_holds_is_offline(scanner: WedgeScanner, keyboard: Keyboard) -> None:
    keyboard.held_by_another = True
    with pytest.raises(DeviceOffline, match="held by another"):
        scanner.report(Control(1))
    report = scanner.self_test(Control(1))
    assert not report.passed
    assert "group input" in report.steps[0].advice


def test_the_real_opener_says_when_there_is_no_device(tmp_path: Path) -> None:
    config = read_device_config(DeviceRole.SCANNER, {"driver": "wedge", "port": str(tmp_path / "none")})
    with pytest.raises(DeviceOffline):
        build_driver(DeviceRole.SCANNER, config, tmp_path).report(Control(1))
