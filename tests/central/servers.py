"""Centres in processes of their own on one database and one port; each can be killed, and comes back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests

from kiosk.central.database import Database
from tests.central.sealed import SealTo
from tests.central.signed import SigningTerminal


class Servers:
    """`count` of them; `database` is the test's own view of theirs."""

    def __init__(self, folder: Path, url: str, count: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.database = Database(url)
        self.auth = self.database.run(SigningTerminal("GZ-TH-0001").enrolled)
        arguments = [str(self._listener.fileno()), str(folder), url]
        command = [sys.executable, "-m", "tests.central.crashing_centre", *arguments]
        self._parents = [
            subprocess.Popen(
                command,
                pass_fds=[self._listener.fileno()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
            for _ in range(count)
        ]
        self.pids = [self.start(place) for place in range(count)]

    def start(self, place: int = 0, dies: str = "") -> int:
        """Begin a life that ends at `dies`; its process id."""
        parent = self._parents[place]
        assert parent.stdin is not None
        parent.stdin.write(f"{dies}\n")
        word, pid = self._hear(place).split()
        assert word == "up"
        return int(pid)

    def await_death(self, place: int = 0) -> None:
        """Until that life has ended."""
        assert self._hear(place) == "died"

    def kill(self, place: int = 0) -> None:
        """kill -9, and a new life."""
        os.kill(self.pids[place], signal.SIGKILL)
        self.await_death(place)
        self.pids[place] = self.start(place)

    def public_key(self) -> str:
        """What the centre says of itself."""
        return str(requests.get(f"http://127.0.0.1:{self.port}/v1/centre", timeout=60).json()["public_key"])

    def seal_to(self) -> SealTo:
        """The key that it wants payloads sealed to."""
        said = requests.get(f"http://127.0.0.1:{self.port}/v1/centre", timeout=60).json()
        return SealTo.read(said["sealing"], said["public_key"])

    def stop(self) -> None:
        """End everything."""
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        for place, parent in enumerate(self._parents):
            self.await_death(place)
            assert parent.stdin is not None
            assert parent.stdout is not None
            parent.stdin.close()
            parent.wait(30)
            parent.stdout.close()
        self._listener.close()
        self.database.close()

    def _hear(self, place: int) -> str:
        stdout = self._parents[place].stdout
        assert stdout is not None
        return stdout.readline().strip()
