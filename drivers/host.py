"""One driver in one process: `python -m drivers.host ROLE --socket PATH --config PROFILE`.

Not responsible for any device: the driver is. The host keeps it open, asks for its state when idle, publishes
changes once, and turns failures into values. A bug ends the process; the supervisor starts it again.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from drivers.build import DeviceConfigError, build_driver, read_device_configs
from drivers.contract.commands import (
    ComposeDocument,
    DeviceCommand,
    DeviceNotice,
    DeviceResult,
    GetReport,
    RenderDocument,
    SelfTest,
)
from drivers.contract.driver import Driver, Watching
from drivers.contract.errors import (
    CommandCancelled,
    DeviceError,
    DeviceFailure,
    DeviceFault,
    DeviceOffline,
    DeviceTimeout,
    ProtocolError,
)
from drivers.contract.health import GetHealth
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.health import History
from drivers.limits import limit_resources
from drivers.liveness import Liveness, give_signs
from drivers.publication import Publication
from kiosk.ipc import Cancelled, Control, DeadlineExceeded, Server
from kiosk.ipc.orphan import die_with_parent
from kiosk.logs import start_log

log = logging.getLogger(__name__)
IDLE_POLL_S, GONE_POLL_S = 2.0, 0.7
"""How often a device that nobody uses is asked for its state, and one that is gone is looked for."""
POLL_S = 3.0
TURN_S = 0.05
_DEVICE_LANE, _RENDER_LANE, _HISTORY_LANE = "device", "render", "history"


class DriverService:
    """Serves one driver. `publish` is set once there is a server to send notices through."""

    command_type = DeviceCommand

    def __init__(self, driver: Driver, history: History, clock: Callable[[], float] = time.monotonic) -> None:
        self.publish: Callable[[DeviceNotice], None] = lambda notice: None
        self._driver, self._history, self._clock = driver, history, clock
        self.liveness = Liveness(clock)
        self._busy = threading.Lock()
        self._polling = Control(POLL_S)
        self._publication = Publication(driver.role)
        self._telling = threading.Lock()  # a watching driver tells from its own thread

    @property
    def next_poll_s(self) -> float:
        """How long to wait before the device is asked again."""
        return GONE_POLL_S if self._publication.gone else IDLE_POLL_S

    def lane(self, command: DeviceCommand) -> str:
        """Setting and drawing pages needs no printer, and reading the history no device: neither waits for one."""
        match command:
            case RenderDocument() | ComposeDocument():
                return _RENDER_LANE
            case GetHealth():
                return _HISTORY_LANE
        return _DEVICE_LANE

    def greeting(self) -> list[DeviceReport]:
        """The state as last told."""
        return [self._publication.last]

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """Carry a command out on its lane's thread; what it teaches about the state is published."""
        with self.liveness.doing(type(command).__name__, control):
            match command:
                case RenderDocument() | ComposeDocument():
                    return self._driver.execute(command, control)
                case GetHealth():
                    return self._history.read()
                case _:
                    return self._execute_in_turn(command, control)

    def _execute_in_turn(self, command: DeviceCommand, control: Control) -> DeviceResult:
        self._take_turn(control)
        try:
            return self._execute(command, control)
        except DeviceError as error:
            self._history.failed(error)
            self._learn(error)
            raise
        finally:
            self._history.carried_out()
            self._busy.release()

    def describe_error(self, error: Exception) -> DeviceFailure:
        """Failures are values; anything else is a bug and goes up."""
        match error:
            case DeviceError():
                return error.as_failure()
            case Cancelled():
                return CommandCancelled().as_failure()
            case DeadlineExceeded():
                return DeviceTimeout("not done within the deadline").as_failure()
        raise error

    def poll(self) -> None:
        """Ask the device for its state, unless a command is running."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            self._polling = Control(POLL_S)
            with self.liveness.doing("asking for the state", self._polling):
                self._set(self._driver.report(self._polling))
        except Cancelled:
            pass  # a command takes the device
        except DeviceError as error:
            self._learn(error)
        except DeadlineExceeded:
            self._learn(DeviceTimeout("the device does not answer"))
        finally:
            self._busy.release()

    def hear(self, notice: DeviceNotice) -> None:
        """What a watching driver tells by itself, from any thread."""
        if isinstance(notice, DeviceReport):
            self._set(notice)
        else:
            self.publish(notice)

    def _take_turn(self, control: Control) -> None:
        """A command does not wait for a poll to run its course, and can be cancelled while it waits."""
        while not self._busy.acquire(timeout=TURN_S):
            self._polling.cancel()
            control.check()

    def _execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        match command:
            case SelfTest():
                return self._driver.self_test(control)
            case GetReport():
                report = self._driver.report(control)
                self._set(report)
                return report
            case _:
                return self._driver.execute(command, control)

    def _learn(self, error: DeviceError) -> None:
        """A device that is silent, gone or speaks nonsense is offline until its next good report."""
        role = self._driver.role
        if isinstance(error, DeviceOffline | DeviceTimeout | ProtocolError):
            self._driver.close()
            self._set(DeviceReport(role, DeviceState.OFFLINE, reason=error.kind, hint=error.hint))
        elif isinstance(error, DeviceFault):
            self._set(DeviceReport(role, DeviceState.HARDWARE_ERROR, reason=error.kind, hint=error.hint))

    def _set(self, report: DeviceReport) -> None:
        """Tell the report if it is news, and remember it if it is an outage."""
        with self._telling:
            before = self._publication.last
            news = self._publication.judge(report, self._clock())
            if news is None:
                return
            if news.state is DeviceState.OFFLINE:
                self._history.outage(news.reason, news.hint)
            if news.usable != before.usable:
                log.info("%s is %s %s", news.role, news.state, news.reason)
            self.publish(news)


def main() -> int:
    """Host one driver until SIGTERM."""
    options = _parse()
    role = DeviceRole(options.role)
    start_log(f"driver.{role}")
    die_with_parent()
    try:
        configs = read_device_configs(options.config, only=role)
        if role not in configs:
            raise DeviceConfigError(f"{options.config}: no [devices.{role}] table")
    except DeviceConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201  # for the person who started it
        return 2
    limit_resources(role)
    threading.excepthook = _end_with_the_bug
    driver = build_driver(role, configs[role], options.socket.parent)
    history = History(time.time, options.history)
    history.started()
    _serve(DriverService(driver, history), driver, str(options.socket))
    return 0


def _serve(service: DriverService, driver: Driver, path: str) -> None:
    done = threading.Event()
    ear, mouth = os.pipe()  # an Event's lock may be held when the handler runs; a pipe has none
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(mouth, b"."))
    server = Server(path, service)
    service.publish = server.notify
    if isinstance(driver, Watching):
        driver.watch(service.hear)
    threading.Thread(target=server.serve, name="ipc", daemon=True).start()
    threading.Thread(target=_poll_until, args=(service, done), name="poll", daemon=True).start()
    threading.Thread(target=give_signs, args=(service.liveness, done), name="life", daemon=True).start()
    os.read(ear, 1)
    done.set()
    server.close()
    driver.close()


def _poll_until(service: DriverService, done: threading.Event) -> None:
    service.poll()
    while not done.wait(service.next_poll_s):
        service.poll()


def _end_with_the_bug(bug: threading.ExceptHookArgs) -> None:
    """A thread that died of a bug leaves a host that only looks alive; the supervisor starts us again."""
    try:
        log.critical("bug in thread %s", bug.thread.name if bug.thread else "", exc_info=bug.exc_value)
    finally:
        os._exit(70)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drivers.host", description="Host one device driver.")
    parser.add_argument("role", choices=[role.value for role in DeviceRole])
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to serve on")
    parser.add_argument("--config", type=Path, required=True, help="terminal profile (TOML)")
    parser.add_argument("--history", type=Path, default=None, help="file that keeps the device's history")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
