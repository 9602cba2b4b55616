"""A driver that dies, hangs, leaks or floods disturbs nobody, and is back in a moment."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.contract.commands import GetReport, SelfTest, TestReport
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.limits import DESCRIPTORS, LIMIT_MIB, MIB, limit_resources
from kiosk.ipc import ConnectionLost, NoAnswer
from tests.faults.bad_host import LEAK_LIMIT_MIB, LONG_S
from tests.faults.fleet import Fleet
from tests.wire.conftest import Twin

pytestmark = pytest.mark.alone
ANSWER_S = 1.0
"""The deadline of the neighbours' commands."""
BACK_S = 2.0
WATCHDOG_S = 3.0
BAD = "smart_card"


@pytest.fixture
def neighbours(twin: Callable[..., Twin], reader: Twin) -> dict[str, dict[str, Any]]:
    """An ID-card reader and a receipt printer, both well."""
    printer = twin("receipt_printer", "--port", "0")
    return {
        "id_card": {"driver": "sam_v", "port": f"socket://127.0.0.1:{reader.port}"},
        "receipt": {"driver": "escpos", "port": f"tcp://127.0.0.1:{printer.port}"},
    }


@pytest.fixture
def host(neighbours: dict[str, dict[str, Any]], tmp_path: Path) -> Iterator[Callable[..., Fleet]]:
    """Starts the neighbours, and beside them a host with a bad driver when one is named."""
    with ExitStack() as running:

        def start(kind: str = "") -> Fleet:
            tables = neighbours | ({BAD: {"driver": "pcsc", "port": "any"}} if kind else {})
            programs = {BAD: ("tests.faults.bad_host", kind)}
            fleet = running.enter_context(Fleet(tmp_path, tables, programs, WATCHDOG_S))
            fleet.wait_up()
            return fleet

        yield start


@contextmanager
def undisturbed(fleet: Fleet, *roles: str) -> Iterator[None]:
    """Asks these devices without a pause meanwhile: every answer comes within its deadline, and says well."""
    done, wrong, answers = threading.Event(), list[str](), dict.fromkeys(roles, 0)

    def ask(role: str) -> None:
        while not done.is_set():
            try:
                report = fleet[role].client.call(GetReport(), ANSWER_S)
            except Exception as error:  # whatever it is, the test tells it
                wrong.append(f"{role}: {error!r}")
                return
            if not report.usable:
                wrong.append(f"{role}: {report.state}")
            answers[role] += 1
            done.wait(0.02)

    threads = [threading.Thread(target=ask, args=(role,)) for role in roles]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not wrong
    assert all(answers.values())


def test_a_killed_host_is_back_in_a_moment_and_its_neighbour_notices_nothing(host: Callable[..., Fleet]) -> None:
    fleet = host()
    pid = fleet.pid("id_card")
    with undisturbed(fleet, "receipt"):
        os.kill(pid, signal.SIGKILL)
        assert fleet["id_card"].wait_usable(15) <= BACK_S
    assert fleet.pid("id_card") != pid
    assert set(fleet["receipt"].states) == {DeviceState.ONLINE}


def test_a_stopped_host_is_noticed_and_killed_by_the_silence_of_its_watchdog(host: Callable[..., Fleet]) -> None:
    fleet = host()
    pid = fleet.pid("id_card")
    with undisturbed(fleet, "receipt"):
        os.kill(pid, signal.SIGSTOP)
        _wait_stopped(pid)
        with pytest.raises(NoAnswer):
            fleet["id_card"].client.call(GetReport(), 0.3)
        fleet.wait_other_pid("id_card", pid, WATCHDOG_S + 5)
        fleet["id_card"].wait_usable(15)
    assert fleet.pid("receipt") > 0


@pytest.mark.parametrize("kind", ["never_back", "holds_the_interpreter"])
def test_a_command_that_never_ends_costs_its_host_the_life(host: Callable[..., Fleet], kind: str) -> None:
    fleet = host(kind)
    pid = fleet.pid(BAD)
    with undisturbed(fleet, "receipt", "id_card"):
        began = time.monotonic()
        with pytest.raises((NoAnswer, ConnectionLost)):
            fleet[BAD].client.call(SelfTest(), 0.5)
        assert time.monotonic() - began < 2.0
        fleet.wait_other_pid(BAD, pid, WATCHDOG_S + 8)
        fleet[BAD].wait_usable(15)


def test_a_command_that_is_allowed_to_take_long_does_not_look_hung(host: Callable[..., Fleet]) -> None:
    assert LONG_S > WATCHDOG_S + 1
    fleet = host("slow")
    pid = fleet.pid(BAD)
    assert isinstance(fleet[BAD].client.call(SelfTest(), LONG_S + 10), TestReport)
    assert fleet.pid(BAD) == pid


def test_a_leaking_host_ends_alone_at_its_limit_and_comes_back(host: Callable[..., Fleet]) -> None:
    fleet = host("leaks")
    pid, most = fleet.pid(BAD), 0
    with undisturbed(fleet, "receipt", "id_card"):
        ends = time.monotonic() + 30
        while fleet.pid(BAD) == pid and time.monotonic() < ends:
            most = max(most, _resident_bytes(pid))
        fleet.wait_other_pid(BAD, pid, 10)
    assert 0 < most < (LEAK_LIMIT_MIB + 64) * MIB
    assert "MemoryError" in fleet.log(BAD)


def test_a_host_that_leaks_descriptors_ends_alone_and_comes_back(host: Callable[..., Fleet]) -> None:
    fleet = host("leaks_descriptors")
    pid = fleet.pid(BAD)
    with undisturbed(fleet, "receipt", "id_card"):
        fleet.wait_other_pid(BAD, pid, 20)
    assert "no descriptor can be opened" in fleet.log(BAD) or "Too many open files" in fleet.log(BAD)


def test_a_thread_that_dies_of_a_bug_ends_its_host(host: Callable[..., Fleet]) -> None:
    fleet = host("thread_dies")
    pid = fleet.pid(BAD)
    fleet[BAD].client.start(SelfTest(), 5, lambda result, error: None)
    fleet.wait_other_pid(BAD, pid, 10)
    fleet[BAD].wait_usable(15)
    assert "ZeroDivisionError" in fleet.log(BAD)


def test_a_flooding_host_is_heard_at_a_walking_pace_and_still_serves(host: Callable[..., Fleet]) -> None:
    fleet = host("floods")
    flooded = fleet[BAD]
    heard, used, began = len(flooded.notices), _own_cpu_s(), time.monotonic()
    with undisturbed(fleet, "receipt", "id_card"):
        for _ in range(10):
            assert isinstance(flooded.client.call(GetReport(), 5), DeviceReport)
        while time.monotonic() - began < 3:
            time.sleep(0.05)
    passed_s = time.monotonic() - began
    assert (len(flooded.notices) - heard) / passed_s < 150
    assert _own_cpu_s() - used < passed_s  # whoever listens keeps half of the machine and more


def test_a_flapping_device_is_told_a_few_times_and_its_recovery_once(host: Callable[..., Fleet], reader: Twin) -> None:
    fleet = host()
    member = fleet["id_card"]
    with undisturbed(fleet, "receipt"):
        for _ in range(8):
            reader.do("POST", "/unplug")
            assert not member.usable()
            reader.do("POST", "/plug")
            member.wait_usable(10)
        member.wait_state(DeviceState.ONLINE)
    told = member.states[1:]  # the first was of the start
    assert told.count(DeviceState.OFFLINE) == told.count(DeviceState.ONLINE)
    assert told.count(DeviceState.OFFLINE) <= 3
    assert told[-1] is DeviceState.ONLINE


def test_limits_hold_for_every_role_and_lower_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(LIMIT_MIB) == set(DeviceRole)
    set_to: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: set_to.append(limits))
    monkeypatch.setattr(resource, "getrlimit", lambda what: (16, 16))
    limit_resources(DeviceRole.CAMERA)
    monkeypatch.setattr(resource, "getrlimit", lambda what: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    limit_resources(DeviceRole.ID_CARD)
    assert set_to == [(16, 16), (16, 16), (512 * MIB, 512 * MIB), (DESCRIPTORS, DESCRIPTORS)]


def _wait_stopped(pid: int) -> None:
    while Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
        time.sleep(0.001)


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    except (OSError, IndexError):
        return 0


def _own_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
