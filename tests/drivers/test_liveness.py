"""When a host stops giving signs of life: never while its work has time left, always when work does not end."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from drivers.liveness import OVERDUE_S, Liveness, give_signs
from kiosk.ipc import Control


class Clock:
    """Moves only when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_work_within_its_deadline_is_well_however_long(clock: Clock) -> None:
    liveness = Liveness(clock)
    with liveness.doing("PrintDocument", Control(3600, clock=clock)):
        clock.now = 3599
        assert liveness.overdue() == ""
    clock.now = 9999
    assert liveness.overdue() == ""


def test_work_past_its_deadline_has_a_moment_to_clean_up_and_is_named_after_that(clock: Clock) -> None:
    liveness = Liveness(clock)
    with liveness.doing("ReadIdCard", Control(10, clock=clock)):
        clock.now = 11
        assert liveness.overdue() == ""
        clock.now = 11 + OVERDUE_S
        assert liveness.overdue() == ""
        clock.now += 0.1
        assert liveness.overdue() == "ReadIdCard does not end"
    assert liveness.overdue() == ""


def test_one_stuck_work_is_found_among_others_that_go_on(clock: Clock) -> None:
    liveness = Liveness(clock)
    with liveness.doing("RenderDocument", Control(1, clock=clock)):
        for second in range(1, 20):
            clock.now = float(second)
            with liveness.doing("GetHealth", Control(1, clock=clock)):
                found = liveness.overdue()
    assert found == "RenderDocument does not end"


def test_signs_are_datagrams_that_stop_while_work_is_stuck(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.liveness.BEAT_EVERY_S", 0.01)
    liveness, done = Liveness(clock), threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        thread = threading.Thread(target=give_signs, args=(liveness, done))
        thread.start()
        assert supervisor.recv(64) == b"WATCHDOG=1"
        with liveness.doing("stuck", Control(0, clock=clock)):
            assert liveness.overdue() == ""
            clock.now = OVERDUE_S + 1
            supervisor.settimeout(0.2)
            with pytest.raises(TimeoutError):
                _hear_until_silence(supervisor)
        supervisor.settimeout(5)
        assert supervisor.recv(64) == b"WATCHDOG=1"
        done.set()
        thread.join()


def _hear_until_silence(supervisor: socket.socket) -> None:
    while True:
        supervisor.recv(64)


def test_nothing_is_sent_where_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    give_signs(Liveness(), threading.Event())
