"""Virtual devices as processes on free ports, handled over their control ports."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.drivers.vectors import RESIDENT
from tests.wire.pcsc import pcsc_service  # noqa: F401  # one a process, whatever module asks


class Twin:
    """One virtual device: `port` is its wire, `do` its control port."""

    def __init__(self, name: str, *options: str) -> None:
        command = [sys.executable, "-m", f"drivers.virtual.{name}", "--control-port", "0", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        self.port, self._control = told["port"], f"http://127.0.0.1:{told['control']}"

    def do(self, method: str, path: str, **body: object) -> Any:
        """Ask the control port; JSON where it is JSON, else bytes."""
        answer = requests.request(method, self._control + path, json=body or None, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json() if "json" in answer.headers["Content-Type"] else answer.content

    def fault(self, name: str) -> None:
        """Misbehave from now on."""
        self.do("POST", "/fault", fault=name)

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()


@pytest.fixture
def twin() -> Iterator[Callable[..., Twin]]:
    """Starts virtual devices."""
    running: list[Twin] = []

    def start(name: str, *options: str) -> Twin:
        running.append(Twin(name, *options))
        return running[-1]

    yield start
    for device in running:
        device.stop()


@pytest.fixture
def reader(twin: Callable[..., Twin]) -> Twin:
    """An ID-card reader with a card on it."""
    device = twin("id_card", "--port", "0")
    device.do("POST", "/card", text_block=RESIDENT.hex())
    return device
