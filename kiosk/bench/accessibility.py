"""A private D-Bus session with the accessibility bus, for as long as a bench runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from kiosk.bench.plan import AT_SPI_LAUNCHERS
from kiosk.bench.stage import BenchError


class AccessibilityBus:
    """dbus-daemon and the AT-SPI launcher, as a context manager; `address` is the session bus."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def __enter__(self) -> AccessibilityBus:
        launcher = next((path for path in AT_SPI_LAUNCHERS if Path(path).exists()), None)
        if launcher is None:
            raise BenchError("at-spi2-core is not installed; run ./run setup")
        daemon = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(daemon)
        assert daemon.stdout is not None
        self.address = daemon.stdout.readline().decode().strip()
        environment = os.environ | {"DBUS_SESSION_BUS_ADDRESS": self.address}
        self._processes.append(
            subprocess.Popen([launcher, "--launch-immediately"], env=environment, stderr=subprocess.DEVNULL)
        )
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(5)
            if process.stdout is not None:
                process.stdout.close()
