"""The terminal's own process with a measure of its frames: `python -m tests.faults.screen_probe PROFILE RUN-FOLDER`.

A line on standard input begins the measurement, the next one ends it and the process; then one JSON line tells the
times between frames in seconds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

import kiosk.bootstrap
from kiosk.folders import Folders
from ui.window import KioskWindow

FRAME_MS = 16


@dataclass(frozen=True)
class RunFolder(Folders):
    """The hosts' sockets lie in the data folder itself."""

    @property
    def run(self) -> Path:
        return self.data


class Probe(QWidget):
    """A small thing that moves: it asks to be painted at every frame, and notes when it was."""

    def __init__(self, window: KioskWindow) -> None:
        super().__init__(window)
        self.resize(4, 4)
        self.raise_()
        self.show()
        self._painted_at, self.gaps_s = 0.0, list[float]()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.update)
        self._timer.start(FRAME_MS)
        self._ear = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._ear.activated.connect(self._hear)
        self._measuring = False

    def paintEvent(self, event: QPaintEvent) -> None:  # Qt's name
        now = time.monotonic()
        if self._measuring and self._painted_at:
            self.gaps_s.append(now - self._painted_at)
        self._painted_at = now

    def _hear(self) -> None:
        if os.read(0, 64) and not self._measuring:
            self._measuring = True
            return
        gaps = sorted(self.gaps_s)
        told = {"frames": len(gaps), "p99_s": gaps[len(gaps) * 99 // 100], "worst_s": gaps[-1]} if gaps else {}
        print(json.dumps(told), flush=True)
        os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Run the terminal with the probe in its window."""
    make = kiosk.bootstrap.create_app
    probes = []

    def create_app(*options: Any) -> Any:
        app, window = make(*options)
        probes.append(Probe(window))
        return app, window

    kiosk.bootstrap.create_app = create_app
    return kiosk.bootstrap.run_terminal(Path(sys.argv[1]), RunFolder(Path(sys.argv[2])))


if __name__ == "__main__":
    sys.exit(main())
