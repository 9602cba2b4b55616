"""Starts our processes, watches them, starts them again, and stops them in order.

Not responsible for what they do. Deaths are noticed through pidfds, signs of life arrive as sd_notify
datagrams, exactly as under systemd. Each child gets SIGTERM first and SIGKILL after STOP_S.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.terminal.supervision import ChildHistory, ChildSpec, hung

log = logging.getLogger(__name__)
STOP_S = 5.0
STARTUP_GRACE_S = 15.0
LOOK_AGAIN_S = 0.05


@dataclass
class _Child:
    spec: ChildSpec
    history: ChildHistory = field(default_factory=ChildHistory)
    process: subprocess.Popen[bytes] | None = None
    descriptor: int = -1
    started_at: float = 0.0
    beat_at: float = 0.0
    start_at: float = 0.0


class Supervisor:
    """Keeps `specs` running until `stop`. Logs of the children go to `folder`/<name>.log."""

    def __init__(self, specs: Sequence[ChildSpec], folder: Path, notify_path: Path) -> None:
        self._children = [_Child(spec) for spec in specs]
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._notify_path = notify_path
        self._notify = self._bind(notify_path)

    def run(self) -> None:
        """Supervise until `stop` is called (from a signal handler or another thread)."""
        self._start_what_is_due()
        while not self._stopping:
            for key, _ in self._selector.select(self._next_wait()):
                self._react(key)
            self._start_what_is_due()
            self._kill_what_hangs()
        self._shut_down()

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stopping = True
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._wake_write, b".")

    def pids(self) -> dict[str, int]:
        """Process ids of the children that live, by name."""
        return {child.spec.name: child.process.pid for child in self._children if child.process is not None}

    def _bind(self, path: Path) -> socket.socket:
        path.unlink(missing_ok=True)
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        notify.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        notify.bind(str(path))
        self._selector.register(notify, selectors.EVENT_READ, None)
        return notify

    def _start(self, child: _Child) -> None:
        environment = os.environ | dict(child.spec.environment) | {"NOTIFY_SOCKET": str(self._notify_path)}
        with (self._folder / f"{child.spec.name}.log").open("ab") as output:
            try:
                child.process = subprocess.Popen(
                    child.spec.command,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            except OSError as error:
                log.error("%s cannot be started: %s", child.spec.name, error)
                self._plan_next_start(child, 0.0)
                return
        child.started_at = time.monotonic()
        child.beat_at = child.started_at + STARTUP_GRACE_S
        child.descriptor = os.pidfd_open(child.process.pid)
        self._selector.register(child.descriptor, selectors.EVENT_READ, child)
        log.info("%s started as process %d", child.spec.name, child.process.pid)

    def _react(self, key: selectors.SelectorKey) -> None:
        if isinstance(key.data, _Child):
            self._bury(key.data)
        elif key.fileobj is self._notify:
            self._hear()
        else:
            os.read(self._wake_read, 64)

    def _hear(self) -> None:
        while True:
            try:
                data, ancillary, _, _ = self._notify.recvmsg(512, socket.CMSG_SPACE(12))
            except BlockingIOError:
                return
            pid = int.from_bytes(ancillary[0][2][:4], "little") if ancillary else 0
            for child in self._children:
                if child.process is not None and child.process.pid == pid and b"WATCHDOG=1" in data:
                    child.beat_at = time.monotonic()

    def _bury(self, child: _Child) -> None:
        assert child.process is not None
        status = child.process.wait()
        lived_s = time.monotonic() - child.started_at
        self._forget(child)
        if not self._stopping:
            log.warning("%s ended with %d after %.1f s", child.spec.name, status, lived_s)
            self._plan_next_start(child, lived_s)

    def _forget(self, child: _Child) -> None:
        if child.descriptor >= 0:
            self._selector.unregister(child.descriptor)
            os.close(child.descriptor)
        child.descriptor, child.process = -1, None

    def _plan_next_start(self, child: _Child, lived_s: float) -> None:
        child.history = child.history.after_death(lived_s)
        child.start_at = time.monotonic() + child.history.delay_s

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is not None or child.start_at > now or self._stopping:
                continue
            if child.spec.after is not None and not child.spec.after.exists():
                child.start_at = now + LOOK_AGAIN_S
            else:
                self._start(child)

    def _kill_what_hangs(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is not None and hung(child.spec, now - child.beat_at):
                log.error("%s gives no sign of life and is killed", child.spec.name)
                child.process.kill()

    def _next_wait(self) -> float | None:
        now = time.monotonic()
        waits = [child.start_at - now for child in self._children if child.process is None]
        waits += [1.0 for child in self._children if child.spec.watchdog_s > 0]
        return max(0.0, min(waits)) if waits else None

    def _shut_down(self) -> None:
        for child in reversed(self._children):
            if child.process is not None:
                _end(child.process)
                self._forget(child)
        self._selector.close()
        self._notify.close()
        self._notify_path.unlink(missing_ok=True)
        os.close(self._wake_read)
        os.close(self._wake_write)


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and after STOP_S SIGKILL for the whole group."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        log.warning("process %d had to be killed", process.pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
