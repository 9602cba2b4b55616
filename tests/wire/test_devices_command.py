"""`kiosk devices`: a technician asks a stopped terminal's devices, and a running one's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.contract.commands import DEVICE_CONTRACT
from kiosk.ipc import Client
from tests.wire.conftest import Twin


def devices(*words: str) -> tuple[int, list[dict[str, object]]]:
    command = [sys.executable, "-m", "kiosk", "devices", *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout or "[]")


@pytest.fixture
def profile(reader: Twin, tmp_path: Path) -> Path:
    path = tmp_path / "profile.toml"
    path.write_text(f'[devices.id_card]\ndriver = "sam_v"\nport = "socket://127.0.0.1:{reader.port}"\n')
    return path


@pytest.fixture
def running(profile: Path, tmp_path: Path) -> Iterator[Path]:
    """The run folder of a terminal with one driver."""
    socket = tmp_path / "id_card.sock"
    options = ["--socket", str(socket), "--config", str(profile), "--history", str(tmp_path / "id_card.health")]
    host = subprocess.Popen([sys.executable, "-m", "drivers.host", "id_card", *options], stderr=subprocess.DEVNULL)
    client = Client(str(socket), DEVICE_CONTRACT)
    assert client.wait_connected(15)
    client.close()
    yield tmp_path
    host.terminate()
    host.wait(10)


def test_the_devices_of_a_stopped_terminal_are_asked_directly(profile: Path, reader: Twin) -> None:
    assert devices("list", "--profile", str(profile))[1][0]["driver"] == "sam_v"
    status, rows = devices("status", "--profile", str(profile))
    assert (status, rows[0]["state"]) == (0, "online")
    reader.do("POST", "/unplug")
    status, rows = devices("status", "--profile", str(profile))
    assert (status, rows[0]["reason"]) == (1, "offline")
    status, rows = devices("test", "id_card", "--profile", str(profile))
    assert (status, rows[0]["passed"]) == (1, False)


def test_the_drivers_of_a_running_terminal_answer_over_their_sockets(running: Path) -> None:
    status, rows = devices("test", "--sockets", str(running))
    assert (status, rows[0]["passed"]) == (0, True)
    assert all(step["tried"] and step["seen"] for step in rows[0]["steps"])  # type: ignore[attr-defined]  # JSON


def test_a_running_terminal_tells_what_its_devices_went_through(running: Path, reader: Twin) -> None:
    reader.do("POST", "/unplug")
    assert devices("status", "--sockets", str(running))[0] == 1
    status, rows = devices("health", "--sockets", str(running))
    assert status == 0
    assert rows[0]["failures"][0]["kind"] == "offline"  # type: ignore[index]  # JSON
    assert rows[0]["counters"]["starts"] == 1  # type: ignore[index]  # JSON


@pytest.mark.parametrize("words", [["health"], ["status", "--sockets", "/nonexistent"], ["test", "panel"]])
def test_what_cannot_be_asked_is_one_line_and_status_2(words: list[str], profile: Path) -> None:
    command = [sys.executable, "-m", "kiosk", "devices", *words, "--profile", str(profile)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
