"""One input process and its throw-away folder: started, spoken to without waiting, ended and wiped.

Plain Python without Qt. Not responsible for starting again, for deadlines or for what is said
(ui.keyboard.rime).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path

import ui
from ui.keyboard import rime_wire as wire

WORDS = "doorstep_words.txt"
_SCHEMAS = Path(__file__).parent / "schemas"
_PREFIX = "doorstep-input-"


class HostGone(Exception):
    """The input process has ended, or takes nothing any more. Start another."""


def default_command() -> list[str]:
    """How the input process is started, without its two arguments."""
    # -S: it needs the standard library and this package only, and starts a third faster without site.
    return [sys.executable, "-S", "-s", "-P", "-m", "ui.keyboard.rime_host"]


class HostProcess:
    """A running input process. `close` kills it and wipes its folder; so does forgetting it, or our end."""

    def __init__(self, command: Sequence[str] | None = None, root: Path | None = None) -> None:
        """Start it; OSError when it cannot be started. Returns before it can answer."""
        root = root or memory_folder()
        sweep(root)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=root))
        os.symlink(_SCHEMAS / WORDS, self.folder / WORDS)
        self._line, theirs = socket.socketpair()
        try:
            self._process = _start(command or default_command(), theirs, self.folder)
        except OSError:
            self._line.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        finally:
            theirs.close()
        self._line.setblocking(False)
        self._unpacker = wire.Unpacker()
        self._end = weakref.finalize(self, _end, self._process, self._line, self.folder)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def fileno(self) -> int:
        """The descriptor that becomes readable when the process has said something or has ended."""
        return self._line.fileno()

    def send(self, request: wire.Request) -> None:
        """Hand over a request, whole or not at all; HostGone when it is not taken at once."""
        data = wire.pack(request)
        try:
            sent = self._line.send(data)
        except OSError as error:  # BlockingIOError too: it has not read for a long time
            raise HostGone(str(error)) from error
        if sent != len(data):
            raise HostGone("its buffer is full")

    def receive(self) -> list[wire.Reply]:
        """The replies that are here now; HostGone when it has ended or talks nonsense."""
        try:
            data = self._line.recv(256 * 1024)
        except BlockingIOError:
            return []
        except OSError as error:
            raise HostGone(str(error)) from error
        if not data:
            raise HostGone("it ended")
        try:
            return [wire.reply_of(fields) for fields in self._unpacker.feed(data)]
        except wire.WireError as error:
            raise HostGone(str(error)) from error

    def close(self) -> None:
        """Kill it and wipe its folder. May be called again."""
        self._end()


def memory_folder() -> Path:
    """Where throw-away folders live: in memory wherever the system has such a place."""
    for candidate in ("/dev/shm", os.environ.get("XDG_RUNTIME_DIR", "")):  # noqa: S108  the folder is made by mkdtemp
        if candidate and os.path.isdir(candidate) and os.access(candidate, os.W_OK | os.X_OK):
            return Path(candidate)
    return Path(tempfile.gettempdir())


def sweep(root: Path) -> None:
    """Wipe folders that a keyboard left behind when it was killed."""
    for folder in root.glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            if owner.isdigit() and folder.stat().st_uid == os.geteuid() and not _lives(int(owner)):
                shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start(command: Sequence[str], line: socket.socket, folder: Path) -> subprocess.Popen[bytes]:
    package = str(Path(ui.__file__).parent.parent)
    return subprocess.Popen(
        [*command, str(line.fileno()), str(folder)],
        pass_fds=[line.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # a traceback or a log line could quote what was typed
        cwd="/",
        env={"PYTHONPATH": package, "LANG": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)},
    )


def _end(process: subprocess.Popen[bytes], line: socket.socket, folder: Path) -> None:
    line.close()
    process.kill()
    process.wait()  # after SIGKILL this is a matter of a few milliseconds (measured: 1 to 4)
    shutil.rmtree(folder, ignore_errors=True)
