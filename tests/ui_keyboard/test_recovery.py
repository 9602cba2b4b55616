"""The input process dies, hangs, answers late or is not there; the keyboard goes on."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui_keyboard.conftest import Sit
from tests.ui_keyboard.fake_host import FakeHosts
from ui.keyboard import panel as panel_module
from ui.keyboard import rime_wire as wire
from ui.keyboard.librime import Folders, Librime, RimeUnavailable
from ui.keyboard.rime import InputEngine, Patience, installed_schemas
from ui.keyboard.rime_process import HostProcess, default_command

QUICK = Patience(start_ms=60_000, reply_ms=60_000, restart_after_ms=(0, 0, 0), rest_ms=60_000)
HASTY = Patience(start_ms=60_000, reply_ms=30, restart_after_ms=(0, 0, 0), rest_ms=60_000)


@pytest.fixture
def hosts() -> Iterator[FakeHosts]:
    hosts = FakeHosts()
    yield hosts
    for host in hosts.all:
        host.close()


def greeted(qtbot: QtBot, hosts: FakeHosts, patience: Patience = QUICK) -> InputEngine:
    """An engine whose first process has greeted and loaded its schema."""
    engine = InputEngine("doorstep_pinyin", start=hosts, patience=patience)
    engine.warm()
    hosts.last.greet()
    qtbot.waitUntil(lambda: len(hosts.last.requests) == 1)
    hosts.last.say(wire.Reply(hosts.last.requests[0].number))
    qtbot.waitUntil(lambda: engine.composition.settled)
    return engine


def test_a_killed_process_is_replaced_and_the_next_key_works(sit: Sit) -> None:
    person = sit("chinese")
    person.type("budong")
    person.wait_for("不懂")
    assert person.panel.engine is not None
    killed = person.panel.engine.process
    assert isinstance(killed, HostProcess)
    os.kill(killed.pid, signal.SIGKILL)
    person.type("chan")
    person.choose("不动产")
    assert person.texts == ["不动产"]
    assert not killed.folder.exists()


def test_a_process_killed_between_words_is_replaced_before_the_next_word(sit: Sit) -> None:
    person = sit("chinese")
    person.type("ni")
    person.choose("你")
    assert person.panel.engine is not None
    killed = person.panel.engine.process
    assert isinstance(killed, HostProcess)
    os.kill(killed.pid, signal.SIGKILL)
    person.qtbot.waitUntil(lambda: not killed.folder.exists(), timeout=15000)
    person.type("hao")
    person.choose("好")
    assert person.texts == ["你", "好"]


def test_a_stopped_process_is_replaced_when_its_answer_is_late(qtbot: QtBot) -> None:
    engine = InputEngine("doorstep_pinyin", patience=Patience(reply_ms=400))
    try:
        engine.warm()
        qtbot.waitUntil(lambda: engine.composition.settled, timeout=15000)
        stopped = engine.process
        assert isinstance(stopped, HostProcess)
        os.kill(stopped.pid, signal.SIGSTOP)
        for letter in "nihao":
            engine.press(letter)
        qtbot.waitUntil(lambda: "你好" in engine.composition.candidates, timeout=15000)
        assert engine.process is not stopped
        assert not stopped.folder.exists()
    finally:
        engine.close()


def test_the_whole_composition_is_asked_again_of_the_next_process(qtbot: QtBot, hosts: FakeHosts) -> None:
    engine = greeted(qtbot, hosts)
    engine.press("n")
    engine.press("i")
    hosts.last.die()
    qtbot.waitUntil(lambda: len(hosts.all) == 2)
    hosts.last.greet()
    qtbot.waitUntil(lambda: bool(hosts.last.requests))
    assert hosts.last.requests[-1].strokes == ["n", "i"]
    engine.close()


def test_a_late_reply_changes_nothing(qtbot: QtBot, hosts: FakeHosts) -> None:
    engine = greeted(qtbot, hosts)
    texts: list[str] = []
    engine.committed.connect(texts.append)
    engine.press("n")
    late = hosts.last.requests[-1].number
    engine.drop()
    engine.press("h")
    asked = hosts.last.requests[-1].number
    hosts.last.say(wire.Reply(late, commit="你", used=1, preedit="n", candidates=["你"]))
    hosts.last.say(wire.Reply(asked, preedit="h", candidates=["和"]))
    qtbot.waitUntil(lambda: engine.composition.settled)
    assert texts == []
    assert engine.composition.candidates == ["和"]
    engine.close()


def test_text_is_given_out_once_though_the_process_dies_after_it(qtbot: QtBot, hosts: FakeHosts) -> None:
    engine = greeted(qtbot, hosts)
    texts: list[str] = []
    engine.committed.connect(texts.append)
    engine.press("n")
    hosts.last.say(wire.Reply(hosts.last.requests[-1].number, preedit="n", candidates=["你"]))
    qtbot.waitUntil(lambda: engine.composition.settled)
    engine.press(wire.pick(0))
    hosts.last.say(wire.Reply(hosts.last.requests[-1].number, commit="你", used=2))
    hosts.last.die()
    qtbot.waitUntil(lambda: len(hosts.all) == 2)
    hosts.last.greet()
    qtbot.waitUntil(lambda: bool(hosts.last.requests))
    assert hosts.last.requests[-1].strokes == []
    assert texts == ["你"]
    engine.close()


def test_a_process_that_talks_nonsense_is_replaced(qtbot: QtBot) -> None:
    script = "import socket,sys; socket.socket(fileno=int(sys.argv[1])).sendall(bytes(9)); sys.stdin.read()"
    started: list[HostProcess] = []

    def start() -> HostProcess:
        command = default_command() if started else [sys.executable, "-c", script]
        started.append(HostProcess(command))
        return started[-1]

    engine = InputEngine("doorstep_pinyin", start=start, patience=QUICK)
    engine.warm()
    qtbot.waitUntil(lambda: engine.composition.settled, timeout=15000)
    assert len(started) == 2
    engine.close()


def test_after_several_failures_it_rests_and_says_so(qtbot: QtBot, hosts: FakeHosts) -> None:
    engine = greeted(qtbot, hosts)
    engine.press("n")
    while engine.available:
        dead = hosts.last
        dead.die()
        qtbot.waitUntil(lambda: not engine.available or hosts.last is not dead)  # noqa: B023  waited for here
    assert len(hosts.all) == 4
    assert not engine.available
    assert not engine.composition.active, "what may be the cause is dropped, so that Done works again"
    engine.press("n")
    assert not engine.composition.active
    assert engine.process is None


def test_after_resting_it_tries_again(qtbot: QtBot, hosts: FakeHosts) -> None:
    hosts.refuse = True
    patience = Patience(restart_after_ms=(0,), rest_ms=20)
    engine = InputEngine("doorstep_pinyin", start=hosts, patience=patience)
    engine.warm()
    qtbot.waitUntil(lambda: not engine.available)
    hosts.refuse = False
    qtbot.waitUntil(lambda: bool(hosts.all))
    hosts.last.greet()
    qtbot.waitUntil(lambda: bool(hosts.last.requests))
    hosts.last.say(wire.Reply(hosts.last.requests[-1].number))
    qtbot.waitUntil(lambda: engine.available)
    engine.close()


def test_a_silent_process_is_given_up_at_its_deadline(qtbot: QtBot, hosts: FakeHosts) -> None:
    engine = greeted(qtbot, hosts, HASTY)
    silent = hosts.last
    engine.press("n")
    qtbot.waitUntil(lambda: len(hosts.all) == 2)
    assert silent.closed
    engine.close()


def test_the_panel_writes_letters_where_librime_is_not_there(sit: Sit, qtbot: QtBot, hosts: FakeHosts) -> None:
    engine = InputEngine("doorstep_pinyin", start=hosts, patience=QUICK)
    person = sit("chinese", engine=engine)
    hosts.last.greet(error="librime.so.1 cannot be loaded")
    qtbot.waitUntil(lambda: not engine.available)
    assert person.panel.bar is not None
    assert "中文输入" in person.panel.bar.accessibleName()
    person.type("ni")
    person.press("完成")
    assert person.dones == 1
    person.press("英文", "h", "i")
    assert person.texts == ["h", "i"]
    assert len(hosts.all) == 1, "starting again does not bring a library"


def test_the_panel_writes_letters_where_no_tables_are_installed(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel_module, "installed_schemas", frozenset)
    person = sit("chinese", "en")
    assert person.panel.engine is None
    assert person.panel.bar is not None
    assert "not available" in person.panel.bar.accessibleName()
    person.press("o", "k", "Done")
    assert (person.texts, person.dones) == (["o", "k"], 1)


def test_only_installed_tables_count(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "stroke.table.bin").touch()
    assert installed_schemas(tmp_path) == {"doorstep_stroke"}


def test_a_library_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RimeUnavailable, match="librime-of-tomorrow"):
        Librime(Folders(tmp_path, tmp_path, tmp_path), library="librime-of-tomorrow.so")
