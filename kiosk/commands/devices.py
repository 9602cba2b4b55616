"""`kiosk devices`: what a terminal's devices are, how they are, what they went through.

Two ways to ask: `--sockets DIR` asks the drivers of a running terminal, which own their devices; without it, the
drivers of the profile run in this process, for a terminal that is stopped.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from drivers.build import DeviceConfigError, build_driver, read_device_configs
from drivers.contract.commands import DEVICE_CONTRACT, DeviceCommand, GetReport, SelfTest, TestReport, TestStep
from drivers.contract.errors import DeviceError, DeviceFailure
from drivers.contract.health import DeviceHealth, GetHealth
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from kiosk.commands.shell import BAD_INPUT, FAILED, OK, add, bad, brief, group, line, show
from kiosk.ipc import Client, ConnectionLost, Control, DeadlineExceeded, NoAnswer, RemoteError

TEST_S, REPORT_S, CONNECT_S = 30.0, 5.0, 2.0
_TMPFS = Path("/dev/shm")  # noqa: S108  # where a camera's picture may lie
Answer = TypeVar("Answer")
Ask = Callable[[DeviceCommand, float], Any]
"""Sends one command to one device, with a deadline in seconds; raises _Failed."""


class _Failed(Exception):
    """A command did not succeed; the failure as a value."""

    def __init__(self, failure: DeviceFailure) -> None:
        super().__init__(failure.hint or failure.kind)
        self.failure = failure


@dataclass(frozen=True)
class _Device:
    role: DeviceRole
    ask: Ask


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group."""
    parts = group(commands, "devices", "the devices of a terminal")
    for name, text, run in (
        ("list", "what the profile names", list_devices),
        ("status", "ask each device for its state", show_status),
        ("test", "try what can be tried without a citizen", test_devices),
        ("health", "what failed lately, and how often (of a running terminal)", show_health),
    ):
        parser = add(parts, name, text, f"kiosk devices {name} --sockets .data/run --json", run)
        parser.add_argument("--profile", type=Path, default=Path("config/terminals/dev.toml"))
        parser.add_argument("--sockets", type=Path, default=None, help="run folder of a running terminal")
        parser.add_argument("role", nargs="?", choices=[role.value for role in DeviceRole], help="only this one")


def list_devices(options: argparse.Namespace) -> int:
    """What the profile names."""
    try:
        configs = read_device_configs(options.profile)
    except DeviceConfigError as error:
        return bad(str(error))
    rows = [
        {"role": str(role), "driver": config.driver, "port": config.settings.port}
        for role, config in configs.items()
        if options.role in (None, role.value)
    ]
    show(options.json, rows, [f"{row['role']:<15} {row['driver']:<10} {row['port']}" for row in rows])
    return OK


def show_status(options: argparse.Namespace) -> int:
    """Each device's state; 1 when one cannot be used."""

    def ask(device: _Device) -> DeviceReport:
        try:
            return _expect(device.ask(GetReport(), REPORT_S), DeviceReport)
        except _Failed as error:
            failure = error.failure
            return DeviceReport(device.role, DeviceState.OFFLINE, reason=failure.kind, hint=failure.hint)

    reports = _each(options, ask)
    if reports is None:
        return BAD_INPUT
    rows = [brief(report) for report in reports]
    show(options.json, rows, [line(row) for row in rows])
    return OK if all(report.usable for report in reports) else FAILED


def test_devices(options: argparse.Namespace) -> int:
    """The self-test of each device: what was tried, what was seen, what to do; 1 when one failed."""

    def ask(device: _Device) -> dict[str, Any]:
        try:
            report = _expect(device.ask(SelfTest(), TEST_S), TestReport)
        except _Failed as error:
            report = TestReport(False, (TestStep("open", str(error), False, "check power and cable"),))
        return {"role": str(device.role), "passed": report.passed, "steps": msgspec.to_builtins(report.steps)}

    results = _each(options, ask)
    if results is None:
        return BAD_INPUT
    lines = []
    for result in results:
        lines.append(f"{result['role']}: {'passed' if result['passed'] else 'FAILED'}")
        lines += [f"  {step['tried']}: {step['seen']} {step['advice']}".rstrip() for step in result["steps"]]
    show(options.json, results, lines)
    return OK if all(result["passed"] for result in results) else FAILED


def show_health(options: argparse.Namespace) -> int:
    """The history that each driver's process keeps."""
    if options.sockets is None:
        return bad("a history is kept by a running terminal: name its run folder with --sockets")

    def ask(device: _Device) -> dict[str, Any]:
        try:
            health = _expect(device.ask(GetHealth(), REPORT_S), DeviceHealth)
        except _Failed as error:
            return {"role": str(device.role), "error": error.failure.kind}
        fields: dict[str, Any] = msgspec.to_builtins(health)
        return {"role": str(device.role)} | {name: value for name, value in fields.items() if name != "type"}

    rows = _each(options, ask)
    if rows is None:
        return BAD_INPUT
    show(options.json, rows, [text for row in rows for text in _health_lines(row)])
    return OK


def _health_lines(row: dict[str, Any]) -> Iterator[str]:
    counted = " ".join(f"{name}={count}" for name, count in row.get("counters", {}).items())
    yield f"{row['role']:<15} {row.get('error', counted)}".rstrip()
    for failure in row.get("failures", ()):
        when = datetime.datetime.fromtimestamp(failure["at"]).isoformat(" ", "seconds")
        yield f"  {when} {failure['kind']} ×{failure['times']} {failure['hint']}".rstrip()


def _each(options: argparse.Namespace, ask: Callable[[_Device], Answer]) -> list[Answer] | None:
    """Ask every device that was meant, one after another; None when there is none, and the reason is told."""
    try:
        with _running(options) if options.sockets else _stopped(options) as devices:
            return [ask(device) for device in devices]
    except DeviceConfigError as error:
        bad(str(error))
        return None


@contextmanager
def _running(options: argparse.Namespace) -> Iterator[list[_Device]]:
    """The drivers of a running terminal, by their sockets."""
    folder: Path = options.sockets
    roles = [role for role in DeviceRole if (folder / f"{role}.sock").exists() and options.role in (None, role.value)]
    if not roles:
        raise DeviceConfigError(f"{folder}: no driver's socket {options.role or ''}".rstrip())
    clients = {role: Client(str(folder / f"{role}.sock"), DEVICE_CONTRACT) for role in roles}
    try:
        yield [_Device(role, _over(client)) for role, client in clients.items()]
    finally:
        for client in clients.values():
            client.close()


def _over(client: Client) -> Ask:
    def ask(command: DeviceCommand, within_s: float) -> Any:
        client.wait_connected(CONNECT_S)
        try:
            return client.call(command, within_s)
        except RemoteError as error:
            raise _Failed(error.error) from None
        except (ConnectionLost, NoAnswer):
            raise _Failed(DeviceFailure("offline", "the driver's process does not answer")) from None

    return ask


@contextmanager
def _stopped(options: argparse.Namespace) -> Iterator[list[_Device]]:
    """The drivers of the profile, in this process."""
    configs = read_device_configs(options.profile)
    wanted = {role: config for role, config in configs.items() if options.role in (None, role.value)}
    if not wanted:
        raise DeviceConfigError(f"{options.profile}: no [devices.{options.role}] table")
    folder = _TMPFS if _TMPFS.exists() else Path()
    drivers = {role: build_driver(role, config, folder) for role, config in wanted.items()}
    try:
        yield [_Device(role, _inside(driver)) for role, driver in drivers.items()]
    finally:
        for driver in drivers.values():
            driver.close()


def _inside(driver: Any) -> Ask:
    def ask(command: DeviceCommand, within_s: float) -> Any:
        control = Control(within_s)
        try:
            match command:
                case SelfTest():
                    return driver.self_test(control)
                case _:
                    return driver.report(control)
        except DeviceError as error:
            raise _Failed(error.as_failure()) from None
        except DeadlineExceeded:
            raise _Failed(DeviceFailure("timeout", "not done within the deadline")) from None

    return ask


def _expect(result: Any, kind: type[Answer]) -> Answer:
    assert isinstance(result, kind)
    return result
