"""Keeps several server processes on one listening socket: starts them, replaces the dead, ends them all."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence

log = logging.getLogger(__name__)
YOUNG_S = 5.0
PAUSE_S = 1.0
"""Before a worker that died young is replaced: a fault at every start must not become a loop."""
END_S = 10.0


class Workers:
    """`count` processes of `command`, which gets the number of the inherited socket as its last argument."""

    def __init__(self, command: Sequence[str], count: int, listener: socket.socket) -> None:
        self._command, self._listener = (*command, str(listener.fileno())), listener
        self._ending = threading.Event()
        self._count = count

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ending.set())
        running = {place: self._start() for place in range(self._count)}
        while not self._ending.wait(0.2):
            for place, (process, since) in running.items():
                if process.poll() is not None:
                    log.warning("worker %d ended with %d; another takes its place", place, process.returncode)
                    self._ending.wait(PAUSE_S if time.monotonic() - since < YOUNG_S else 0)
                    running[place] = self._start()
        self._end([process for process, _ in running.values()])

    def _start(self) -> tuple[subprocess.Popen[bytes], float]:
        return subprocess.Popen(self._command, pass_fds=[self._listener.fileno()]), time.monotonic()

    def _end(self, processes: list[subprocess.Popen[bytes]]) -> None:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
