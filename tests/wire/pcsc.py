"""A PC/SC service of the tests' own, in a namespace of its own. One a process: libpcsclite keeps its first address."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
from functools import cache
from pathlib import Path

import pytest

from drivers.virtual.smart_card_service import PcscService


class Pcsc:
    """The service; `port` is where a card connects."""

    def __init__(self, folder: Path) -> None:
        self.port = two_free_ports()
        self._service = PcscService(folder, self.port)
        os.environ["PCSCLITE_CSOCK_NAME"] = str(self._service.socket)

    def start(self) -> None:
        self._service.start()

    def hold(self) -> None:
        self._service.hold()

    def go_on(self) -> None:
        self._service.go_on()

    def kill(self) -> None:
        self._service.stop(kill=True)


@pytest.fixture(scope="session")
def pcsc_service() -> Pcsc:
    """The same one for every module that imports this."""
    return _the_only_one()


@cache
def _the_only_one() -> Pcsc:
    folder = Path(tempfile.mkdtemp(prefix="pcsc"))
    service = Pcsc(folder)
    service.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(service.kill)
    return service


def two_free_ports() -> int:
    """vpcd has two slots: it listens on a port and on the next one."""
    for port in range(36000 + os.getpid() % 500 * 10, 65000, 2):
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("0.0.0.0", port))  # noqa: S104  # vpcd binds there too
                second.bind(("0.0.0.0", port + 1))  # noqa: S104
            except OSError:
                continue
            return port
    raise RuntimeError("no two free ports beside each other")
