"""A driver in its own process: reached over its socket, told apart, never taking anybody along."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.contract.commands import DEVICE_CONTRACT, GetReport, PrintReceipt, ReadIdCard
from drivers.contract.errors import DeviceFailure
from drivers.contract.status import DeviceReport, DeviceState
from drivers.contract.values import IdCard, Receipt, TextBlock
from kiosk.ipc import Client, ConnectionLost, RemoteError
from tests.wire.conftest import Twin


class Hosted:
    """A driver's process, its client, and the reports that came."""

    def __init__(self, folder: Path, port: int) -> None:
        self.socket, profile = folder / "d.sock", folder / "p.toml"
        profile.write_text(f'[devices.id_card]\ndriver = "sam_v"\nport = "socket://127.0.0.1:{port}"\n')
        command = [sys.executable, "-m", "drivers.host", "id_card", "--socket", str(self.socket), "--config"]
        self.process = subprocess.Popen([*command, str(profile)], stderr=subprocess.DEVNULL)
        self.reports: queue.Queue[DeviceReport] = queue.Queue()
        self.client = Client(str(self.socket), DEVICE_CONTRACT, on_notice=self.reports.put)
        assert self.client.wait_connected(15)

    def wait_for(self, state: DeviceState) -> DeviceReport:
        while (report := self.reports.get(timeout=15)).state is not state:
            pass
        return report

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def hosted(reader: Twin, tmp_path: Path) -> Iterator[Hosted]:
    host = Hosted(tmp_path, reader.port)
    yield host
    host.stop()


def test_a_card_is_read_over_the_socket(hosted: Hosted) -> None:
    hosted.wait_for(DeviceState.ONLINE)
    card = hosted.client.call(ReadIdCard(), 10)
    assert isinstance(card, IdCard)
    assert card.name == "测试甲"


def test_an_unplugged_device_is_reported_once_and_its_return_once(hosted: Hosted, reader: Twin) -> None:
    hosted.wait_for(DeviceState.ONLINE)
    reader.do("POST", "/unplug")
    assert hosted.wait_for(DeviceState.OFFLINE).reason == "offline"
    with pytest.raises(RemoteError) as caught:
        hosted.client.call(GetReport(), 5)
    assert isinstance(caught.value.error, DeviceFailure)
    assert caught.value.error.kind == "offline"
    reader.do("POST", "/plug")
    hosted.wait_for(DeviceState.ONLINE)
    assert hosted.reports.empty()


def test_a_command_of_another_role_is_refused_and_the_host_lives_on(hosted: Hosted) -> None:
    with pytest.raises(RemoteError) as caught:
        hosted.client.call(PrintReceipt(Receipt((TextBlock("x"),))), 5)
    assert caught.value.error.kind == "unsupported"
    assert isinstance(hosted.client.call(ReadIdCard(), 10), IdCard)


def test_a_killed_host_completes_what_was_pending_with_connection_lost(hosted: Hosted, reader: Twin) -> None:
    reader.do("DELETE", "/card")
    done: queue.Queue[Exception | None] = queue.Queue()
    hosted.client.start(ReadIdCard(), 60, lambda result, error: done.put(error))
    os.kill(hosted.process.pid, signal.SIGKILL)
    assert isinstance(done.get(timeout=10), ConnectionLost)


def test_mistakes_of_the_profile_are_listed_at_once_with_status_2(tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(
        '[devices.id_card]\ndriver = "sam_v"\nport = "nonsense"\n'
        '[devices.receipt]\ndriver = "star"\nport = "x"\n'
        '[devices.toaster]\ndriver = "x"\nport = "x"\n'
        '[devices.document]\ndriver = "ipp"\nport = "ipp://h/"\ncolour = "red"\n'
    )
    command = [sys.executable, "-m", "kiosk", "devices", "list", "--profile", str(profile)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert [name in done.stderr for name in ("id_card", "star", "toaster", "colour")] == [True] * 4


def test_a_host_minds_its_own_table_only(tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(
        '[devices.id_card]\ndriver = "sam_v"\nport = "x"\nspeed = 1\nbaud = 7\n[devices.receipt]\ndriver = 3\n'
    )
    command = [sys.executable, "-m", "drivers.host", "id_card", "--socket", "/x", "--config", str(profile)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert ["speed" in done.stderr, "baud" in done.stderr, "receipt" in done.stderr] == [True, True, False]


def test_a_host_ends_with_the_process_that_started_it(twin: Callable[..., Twin], reader: Twin, tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(f'[devices.id_card]\ndriver = "sam_v"\nport = "socket://127.0.0.1:{reader.port}"\n')
    code = (
        "import subprocess, sys, signal\n"
        f"p = subprocess.Popen([sys.executable, '-m', 'drivers.host', 'id_card', '--socket', {str(tmp_path / 's')!r},"
        f" '--config', {str(profile)!r}], stderr=subprocess.DEVNULL)\n"
        "print(p.pid, flush=True); signal.pause()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    client = Client(str(tmp_path / "s"), DEVICE_CONTRACT)
    assert client.wait_connected(15)
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    descriptor = os.pidfd_open(child) if Path(f"/proc/{child}").exists() else -1
    if descriptor >= 0:
        import select

        assert select.select([descriptor], [], [], 10)[0]
        os.close(descriptor)
    client.close()
