"""Children are started again, hung ones are killed, and all of them stop in order. Real processes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.terminal.supervision import LAST_DELAY_S, STEADY_S, ChildHistory, ChildSpec, hung
from kiosk.terminal.supervisor import Supervisor

NOTE_LIFE = "import os, signal, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n');"


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervisor]]:
    running: list[tuple[Supervisor, threading.Thread]] = []

    def start(*specs: ChildSpec) -> Supervisor:
        supervisor = Supervisor(specs, tmp_path / "logs", tmp_path / "notify")
        thread = threading.Thread(target=supervisor.run)
        thread.start()
        running.append((supervisor, thread))
        return supervisor

    yield start
    for supervisor, thread in running:
        supervisor.stop()
        thread.join()


def child(name: str, lives: Path, then: str, **options: float) -> ChildSpec:
    return ChildSpec(name, (sys.executable, "-c", NOTE_LIFE + then, str(lives)), **options)  # type: ignore[arg-type]  # one option


def wait_for_lives(lives: Path, count: int) -> list[int]:
    done = threading.Event()
    for _ in range(400):
        pids = [int(line) for line in lives.read_text().split()] if lives.exists() else []
        if len(pids) >= count:
            return pids
        done.wait(0.05)
    raise AssertionError(f"{count} lives did not come")


def test_a_killed_child_is_started_again(tmp_path: Path, supervise: Callable[..., Supervisor]) -> None:
    lives = tmp_path / "lives"
    supervise(child("a", lives, "signal.pause()"))
    first = wait_for_lives(lives, 1)[0]
    os.kill(first, signal.SIGKILL)
    second = wait_for_lives(lives, 2)[1]
    assert second != first


def test_a_child_that_breaks_its_promise_of_a_heartbeat_is_killed(
    tmp_path: Path, supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.terminal.supervisor.STARTUP_GRACE_S", 0.0)
    lives = tmp_path / "lives"
    supervise(child("hung", lives, "signal.pause()", watchdog_s=0.2))
    assert len(set(wait_for_lives(lives, 2))) == 2


def test_a_child_waits_for_the_path_that_it_needs(tmp_path: Path, supervise: Callable[..., Supervisor]) -> None:
    lives, needed = tmp_path / "lives", tmp_path / "needed"
    first = tmp_path / "first"
    spec = child("late", lives, "signal.pause()")
    supervise(child("early", first, "signal.pause()"), ChildSpec(spec.name, spec.command, after=needed))
    wait_for_lives(first, 1)
    assert not lives.exists()
    needed.touch()
    assert wait_for_lives(lives, 1)


def test_a_program_that_does_not_exist_is_tried_again_and_disturbs_nobody(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    lives = tmp_path / "lives"
    supervisor = supervise(ChildSpec("ghost", ("/nonexistent",)), child("a", lives, "signal.pause()"))
    assert wait_for_lives(lives, 1)
    assert set(supervisor.pids()) == {"a"}


def test_children_stop_in_the_reverse_order_of_their_start(tmp_path: Path) -> None:
    lives, ends = tmp_path / "lives", tmp_path / "ends"
    end = "import signal, sys; end = lambda *_: (open(sys.argv[2], 'a').write(sys.argv[3]), sys.exit());"
    code = f"{end} signal.signal(15, end); {NOTE_LIFE} signal.pause()"
    specs = [ChildSpec(name, (sys.executable, "-c", code, str(lives), str(ends), name)) for name in "abc"]
    supervisor = Supervisor(specs, tmp_path / "logs", tmp_path / "notify")
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    wait_for_lives(lives, 3)
    supervisor.stop()
    thread.join()
    assert sorted(ends.read_text()) == ["a", "b", "c"]
    assert ends.read_text()[0] == "c"


def test_each_early_death_doubles_the_wait_and_a_long_life_forgives() -> None:
    history = ChildHistory()
    delays = []
    for _ in range(12):
        history = history.after_death(lived_s=0.1)
        delays.append(history.delay_s)
    assert delays[:4] == [0.2, 0.4, 0.8, 1.6]
    assert delays[-1] == LAST_DELAY_S
    assert history.after_death(lived_s=STEADY_S).delay_s == 0.2


def test_only_a_promised_heartbeat_can_be_missed() -> None:
    assert not hung(ChildSpec("a", ("x",)), silent_s=1e9)
    assert hung(ChildSpec("a", ("x",), watchdog_s=6), silent_s=6.1)
    assert not hung(ChildSpec("a", ("x",), watchdog_s=6), silent_s=5.9)
