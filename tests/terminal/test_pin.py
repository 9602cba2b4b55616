"""The technician's PIN."""

from __future__ import annotations

from kiosk.terminal.pin import LOCK_S, TRIES, PinGuard, hash_pin


def test_the_right_pin_opens_and_a_wrong_one_says_so() -> None:
    guard = PinGuard(hash_pin("135790", b"salt"), lambda: 0.0)
    assert guard.check("135791") == "wrong"
    assert guard.check("135790") == ""


def test_five_wrong_pins_lock_even_the_right_one_until_the_time_is_over() -> None:
    now = [0.0]
    guard = PinGuard(hash_pin("135790", b"salt"), lambda: now[0])
    verdicts = [guard.check("000000") for _ in range(TRIES)]
    assert verdicts == ["wrong"] * (TRIES - 1) + ["locked"]
    assert guard.check("135790") == "locked"
    now[0] = LOCK_S
    assert guard.check("135790") == ""


def test_a_right_pin_forgives_earlier_wrong_ones() -> None:
    guard = PinGuard(hash_pin("135790", b"salt"), lambda: 0.0)
    for _ in range(3):
        assert [guard.check("1") for _ in range(TRIES - 1)] == ["wrong"] * (TRIES - 1)
        assert guard.check("135790") == ""
