"""Hosts under the terminal's own supervisor, and a client for each: what the screen sees of its devices."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from drivers.contract.commands import DEVICE_CONTRACT, DeviceNotice, GetReport
from drivers.contract.status import DeviceReport, DeviceState
from kiosk.ipc import Client, ConnectionLost, NoAnswer, RemoteError
from kiosk.terminal.supervision import ChildSpec
from kiosk.terminal.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
HOST = ("drivers.host",)
UP_WITHIN_S = 30.0


class Member:
    """One hosted device as its client sees it."""

    def __init__(self, role: str, socket: Path) -> None:
        self.role, self.notices = role, list[DeviceNotice]()
        self.client = Client(str(socket), DEVICE_CONTRACT, on_notice=self.notices.append)

    @property
    def states(self) -> list[DeviceState]:
        """The states that were told, without the greeting of a host that has not looked yet."""
        reports = [notice for notice in list(self.notices) if isinstance(notice, DeviceReport)]
        return [report.state for report in reports if report.state is not DeviceState.STARTING]

    def usable(self, within_s: float = 1.0) -> bool:
        """Whether the device answers as it should, asked now."""
        try:
            report = self.client.call(GetReport(), within_s)
        except (ConnectionLost, NoAnswer, RemoteError):
            return False
        return isinstance(report, DeviceReport) and report.usable

    def wait_usable(self, within_s: float) -> float:
        """Ask until usable; how long that took in seconds."""
        began = time.monotonic()
        while not self.usable():
            assert time.monotonic() - began < within_s, f"{self.role} was not usable after {within_s} s"
            time.sleep(0.02)  # a client that asks again, not a wait for something that could tell
        return time.monotonic() - began

    def wait_state(self, state: DeviceState, within_s: float = 10.0) -> None:
        """Wait until the last state told is this one."""
        ends = time.monotonic() + within_s
        while not self.states or self.states[-1] is not state:
            assert time.monotonic() < ends, f"{self.role} was told as {self.states}"
            time.sleep(0.02)


class Fleet(AbstractContextManager["Fleet"]):
    """`tables`: [devices.ROLE] of the profile, `preface` what stands before them; `programs`: not drivers.host."""

    def __init__(
        self,
        folder: Path,
        tables: Mapping[str, Mapping[str, Any]],
        programs: Mapping[str, tuple[str, ...]] | None = None,
        watchdog_s: float = 3.0,
        preface: str = "",
    ) -> None:
        self.profile = profile = folder / "profile.toml"
        profile.write_text("\n".join([preface, *(_table(role, table) for role, table in tables.items())]))
        self._sockets = folder
        specs = [self._spec(role, profile, (programs or {}).get(role, HOST), watchdog_s) for role in tables]
        self.supervisor = Supervisor(specs, folder / "logs", folder / "notify")
        self._thread = threading.Thread(target=self.supervisor.run)
        self._thread.start()
        self.members = {role: Member(role, folder / f"{role}.sock") for role in tables}

    def __getitem__(self, role: str) -> Member:
        return self.members[role]

    def __exit__(self, *_: object) -> None:
        for member in self.members.values():
            member.client.close()
        self.supervisor.stop()
        self._thread.join()

    def wait_up(self) -> None:
        """Wait until every device is usable."""
        for member in self.members.values():
            member.wait_usable(UP_WITHIN_S)

    def pid(self, role: str) -> int:
        """The process that hosts a role now; 0 while there is none."""
        return self.supervisor.pids().get(role, 0)

    def wait_other_pid(self, role: str, before: int, within_s: float) -> int:
        """Wait until another process hosts the role."""
        ends = time.monotonic() + within_s
        while (pid := self.pid(role)) in {0, before}:
            assert time.monotonic() < ends, f"{role} was not started again within {within_s} s"
            time.sleep(0.01)
        return pid

    def log(self, role: str) -> str:
        """What the role's hosts have logged."""
        return (self._sockets / "logs" / f"{role}.log").read_text()

    def _spec(self, role: str, profile: Path, program: tuple[str, ...], watchdog_s: float) -> ChildSpec:
        command = (sys.executable, "-m", *program, role, "--socket", str(self._sockets / f"{role}.sock"))
        return ChildSpec(role, (*command, "--config", str(profile)), {"PYTHONPATH": str(ROOT)}, watchdog_s)


def _table(role: str, table: Mapping[str, Any]) -> str:
    lines = [f"{name} = {_toml(value)}" for name, value in table.items()]
    return "\n".join([f"[devices.{role}]", *lines, ""])


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | int | float) else f'"{value}"'
