"""The one door from other threads, the shell's timers, and the binding's own counting."""

from __future__ import annotations

import sys
import threading

from PySide6.QtCore import QObject, QThread, Signal
from pytestqt.qtbot import QtBot

from ui.bridge import EventBridge, Timers


def test_everything_posted_arrives_once_in_order_on_the_gui_thread(qtbot: QtBot) -> None:
    got: list[tuple[int, int]] = []
    threads: set[bool] = set()
    here = QThread.currentThread()

    def handle(item: object) -> None:
        assert isinstance(item, tuple)
        got.append(item)
        threads.add(QThread.currentThread() is here)

    bridge = EventBridge(handle)

    def send(sender: int) -> None:
        for number in range(2500):
            bridge.post((sender, number))

    senders = [threading.Thread(target=send, args=(sender,)) for sender in range(4)]
    for thread in senders:
        thread.start()
    qtbot.waitUntil(lambda: len(got) == 10_000, timeout=20_000)
    for thread in senders:
        thread.join()
    assert threads == {True}
    for sender in range(4):
        assert [number for who, number in got if who == sender] == list(range(2500))


class _Source(QObject):
    said = Signal(bool, object)


def test_twenty_thousand_emits_lose_no_reference(qtbot: QtBot) -> None:
    """PySide6 6.12.0 on Python 3.11 loses one reference of True per emit and aborts near 550."""
    source, heard = _Source(), []
    source.said.connect(lambda flag, thing: heard.append(flag))
    before = sys.getrefcount(None)
    for _ in range(20_000):
        source.said.emit(True, None)
    assert len(heard) == 20_000
    assert sys.getrefcount(None) > before - 100


def test_a_timer_fires_once_with_its_id(qtbot: QtBot) -> None:
    fired: list[str] = []
    timers = Timers(fired.append)
    timers.start("idle", 0.0)
    qtbot.waitUntil(lambda: bool(fired), timeout=5000)
    assert fired == ["idle"]
    assert timers.running == frozenset()


def test_a_cancelled_timer_stays_silent(qtbot: QtBot) -> None:
    fired: list[str] = []
    timers = Timers(fired.append)
    timers.start("idle", 0.0)
    timers.cancel("idle")
    timers.cancel("never started")
    timers.start("other", 0.0)
    qtbot.waitUntil(lambda: bool(fired), timeout=5000)
    assert fired == ["other"]


def test_starting_again_replaces_the_first(qtbot: QtBot) -> None:
    fired: list[str] = []
    timers = Timers(fired.append)
    timers.start("idle", 0.0)
    timers.start("idle", 3600.0)
    timers.start("probe", 0.0)
    qtbot.waitUntil(lambda: bool(fired), timeout=5000)
    assert fired == ["probe"]
    timers.cancel_all()
    assert timers.running == frozenset()
