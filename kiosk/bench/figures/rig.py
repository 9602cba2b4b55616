"""What figures are measured with: virtual devices, and their drivers' hosts under the terminal's own supervisor."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from drivers.contract.commands import DEVICE_CONTRACT, GetReport
from drivers.contract.status import DeviceReport
from kiosk.ipc import Client, ConnectionLost, NoAnswer, RemoteError
from kiosk.terminal.supervision import ChildSpec
from kiosk.terminal.supervisor import Supervisor

UP_WITHIN_S = 30.0
Table = Mapping[str, str | int | float]


class RigError(Exception):
    """Something did not come up; the message says what."""


class Device:
    """A virtual device as a process: `port` is its wire."""

    def __init__(self, name: str, *options: str) -> None:
        command = [sys.executable, "-m", f"drivers.virtual.{name}", "--control-port", "0", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        told = self._process.stdout.readline()
        if not told:
            raise RigError(f"the virtual {name} did not start")
        self.port, self._control = json.loads(told)["port"], f"http://127.0.0.1:{json.loads(told)['control']}"

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def do(self, method: str, path: str, **body: object) -> Any:
        """Ask its control port."""
        answer = requests.request(method, self._control + path, json=body or None, timeout=10)
        answer.raise_for_status()
        return answer.json()


class Host:
    """The host of one role, and a client of it."""

    def __init__(self, role: str, folder: Path, supervisor: Supervisor) -> None:
        self.role, self._supervisor = role, supervisor
        self.client = Client(str(folder / f"{role}.sock"), DEVICE_CONTRACT)

    @property
    def pid(self) -> int:
        """Its process; 0 while there is none."""
        return self._supervisor.pids().get(self.role, 0)

    def usable(self) -> bool:
        """Whether the device answers as it should, asked now."""
        try:
            report = self.client.call(GetReport(), 2.0)
        except (ConnectionLost, NoAnswer, RemoteError):
            return False
        return isinstance(report, DeviceReport) and report.usable

    def wait_usable(self) -> None:
        """Ask until it is; RigError when it never is."""
        ends = time.monotonic() + UP_WITHIN_S
        while not self.usable():
            if time.monotonic() > ends:
                raise RigError(f"the host of {self.role} did not come up")
            time.sleep(0.005)


@contextlib.contextmanager
def hosts(tables: Mapping[str, Table], environment: Mapping[str, str] | None = None) -> Iterator[dict[str, Host]]:
    """Hosts of these [devices.*] tables, all usable; they end with the block."""
    with tempfile.TemporaryDirectory(prefix="figures-") as name:
        folder = Path(name)
        profile = folder / "profile.toml"
        profile.write_text("".join(map(_toml, tables, tables.values())), encoding="utf-8")
        specs = [_spec(role, folder, profile, environment or {}) for role in tables]
        supervisor = Supervisor(specs, folder / "logs", folder / "notify")
        thread = threading.Thread(target=supervisor.run, name="figures")
        thread.start()
        running = {role: Host(role, folder, supervisor) for role in tables}
        try:
            for host in running.values():
                host.wait_usable()
            yield running
        finally:
            for host in running.values():
                host.client.close()
            supervisor.stop()
            thread.join()


@contextlib.contextmanager
def one_host(role: str, table: Table, environment: Mapping[str, str] | None = None) -> Iterator[Host]:
    """The host of one role."""
    with hosts({role: table}, environment) as running:
        yield running[role]


def _spec(role: str, folder: Path, profile: Path, environment: Mapping[str, str]) -> ChildSpec:
    command = (sys.executable, "-m", "drivers.host", role, "--socket", str(folder / f"{role}.sock"))
    return ChildSpec(role, (*command, "--config", str(profile)), environment)


def _toml(role: str, table: Table) -> str:
    lines = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
    return "\n".join([f"[devices.{role}]", *lines, ""])
