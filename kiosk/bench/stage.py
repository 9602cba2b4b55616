"""Starts a bench, tells when it is ready, and stops it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import requests

from kiosk.bench.plan import Plan
from kiosk.bench.publishing import publish_own
from kiosk.terminal.supervisor import Supervisor

TERMINAL_ID = "GZ-TH-0001"
READY_WITHIN_S = 40.0
PUBLISH_EVERY_S = 6 * 3600.0
"""The catalogue's timestamp is valid for a day."""


class BenchError(Exception):
    """The bench could not be brought up; the message says which part and where its log is."""


class Stage:
    """One bench, as a context manager: ready inside, stopped outside."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._supervisor: Supervisor | None = None
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def __enter__(self) -> Stage:
        self.start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start every process."""
        plan = self.plan
        if busy := plan.ports.busy():
            raise BenchError(f"ports already in use: {', '.join(busy)}. Is another bench running?")
        plan.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        plan.write_profile()
        _invite(plan.data)
        publish_own(plan.data)
        threading.Thread(target=self._keep_fresh, name="publisher", daemon=True).start()
        notify = plan.data / "bench.notify"
        self._supervisor = Supervisor(plan.children(), plan.data / "logs", notify)
        self._thread = threading.Thread(target=self._supervisor.run, name="bench")
        self._thread.start()

    def wait_ready(self) -> None:
        """Wait until centre, devices and terminal answer; raise BenchError when they do not."""
        ends = time.monotonic() + READY_WITHIN_S
        waiting: dict[str, Callable[[], bool]] = {
            "centre": lambda: _answers(f"http://127.0.0.1:{self.plan.ports.centre}/"),
            "devices": lambda: _answers(f"{self.plan.bench_url}api/state"),
            "terminal": (self.plan.data / "run" / "ready").exists,
        }
        for name, ready in waiting.items():
            while not ready():
                if time.monotonic() > ends:
                    raise BenchError(f"{name} did not come up; see {self.plan.data / 'logs' / name}.log")
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop every process, in reverse order."""
        self._stopped.set()
        if self._supervisor is not None and self._thread is not None:
            self._supervisor.stop()
            self._thread.join()

    def _keep_fresh(self) -> None:
        while not self._stopped.wait(PUBLISH_EVERY_S):
            publish_own(self.plan.data)


def _answers(url: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(url, timeout=(0.5, 2.0)).status_code < 500
    return False


def _invite(data: Path) -> None:
    """Leave the bench's terminal a code for its first contact with the bench's centre; later lives need none."""
    invited = data / "invited"
    if invited.exists():
        return
    command = [sys.executable, "-m", "kiosk", "central", "invite", TERMINAL_ID, "--data", str(data / "centre")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise BenchError(f"the terminal could not be invited: {done.stderr.strip()[-300:]}")
    code = data / "enrolment.code"
    code.touch(mode=0o600)
    code.write_text(done.stdout.strip() + "\n", encoding="utf-8")
    invited.touch()
