"""The panel in its own process: what it tells by itself crosses the socket, and its lights go out with it."""

from __future__ import annotations

import queue
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.contract.commands import DEVICE_CONTRACT, Acknowledged, DeviceNotice
from drivers.contract.panel import FlashRate, GuideLight, KeyPressed, SetGuideLight
from drivers.contract.status import DeviceReport, DeviceState
from kiosk.ipc import Client
from tests.wire.conftest import Twin


class HostedPanel:
    """The host, its client, and the notices that came."""

    def __init__(self, folder: Path, port: int) -> None:
        profile, path = folder / "p.toml", folder / "d.sock"
        profile.write_text(f'[devices.panel]\ndriver = "doorstep"\nport = "socket://127.0.0.1:{port}"\n')
        command = [sys.executable, "-m", "drivers.host", "panel", "--socket", str(path), "--config", str(profile)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.notices: queue.Queue[DeviceNotice] = queue.Queue()
        self.client = Client(str(path), DEVICE_CONTRACT, on_notice=self.notices.put)
        assert self.client.wait_connected(15)

    def wait_for(self, wanted: Callable[[DeviceNotice], bool]) -> DeviceNotice:
        while not wanted(notice := self.notices.get(timeout=15)):
            pass
        return notice

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(10)


def online(notice: DeviceNotice) -> bool:
    return isinstance(notice, DeviceReport) and notice.state is DeviceState.ONLINE


@pytest.fixture
def board(twin: Callable[..., Twin]) -> Twin:
    return twin("panel", "--port", "0")


@pytest.fixture
def hosted(board: Twin, tmp_path: Path) -> Iterator[HostedPanel]:
    host = HostedPanel(tmp_path, board.port)
    yield host
    host.stop()


def test_keys_and_sensors_cross_the_socket_by_themselves(hosted: HostedPanel, board: Twin) -> None:
    hosted.wait_for(online)
    board.do("POST", "/key", key="5")
    hosted.wait_for(lambda notice: notice == KeyPressed("5"))
    board.do("POST", "/door", open=True)
    hosted.wait_for(lambda notice: isinstance(notice, DeviceReport) and notice.sensors.get("door") == "open")


def test_the_lights_go_out_with_the_process(hosted: HostedPanel, board: Twin) -> None:
    hosted.wait_for(online)
    for light in GuideLight:
        assert hosted.client.call(SetGuideLight(light, FlashRate.QUICK), 5) == Acknowledged()
    assert set(board.do("GET", "/lights").values()) == {"quick"}
    hosted.stop()
    assert set(board.do("GET", "/lights").values()) == {"off"}


def test_a_board_that_is_pulled_out_and_put_back_is_told_once_each(hosted: HostedPanel, board: Twin) -> None:
    hosted.wait_for(online)
    board.do("POST", "/unplug")
    hosted.wait_for(lambda notice: isinstance(notice, DeviceReport) and notice.state is DeviceState.OFFLINE)
    board.do("POST", "/plug")
    hosted.wait_for(online)
    assert hosted.notices.empty()
