"""The input process: librime behind a socket that was handed to it. `python -m ui.keyboard.rime_host FD USER`

librime is foreign code that learns and may crash, so it lives here, alone. Before it is loaded the kernel is
told that this process may write no byte into any file (RLIMIT_FSIZE 0) and leaves no core: what a citizen
types cannot reach a disk, whatever librime or a schema tries. Not responsible for being restarted, nor for
the throw-away folder: that is the keyboard's side (ui.keyboard.rime_process).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from ui.keyboard import rime_wire as wire
from ui.keyboard.librime import BACKSPACE, Folders, Librime, RimeUnavailable

SHARED = Path("/usr/share/rime-data")
SCHEMAS = Path(__file__).parent / "schemas"
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4  # linux/prctl.h


class Composer:
    """Brings librime to the state that a list of strokes describes, with as few keys as possible."""

    def __init__(self, rime: Librime) -> None:
        self._rime = rime
        self._applied: list[str] = []

    def answer(self, request: wire.Request) -> wire.Reply:
        """Carry one request out."""
        fresh = request.schema != self._rime.schema
        self._rime.select_schema(request.schema)
        if fresh or request.strokes[: len(self._applied)] != self._applied:
            self._start_over()
        commit, used = "", 0
        for at in range(len(self._applied), len(request.strokes)):
            text = self._apply(request.strokes[at])
            self._applied.append(request.strokes[at])
            if text:
                commit, used = commit + text, at + 1
        del self._applied[:used]
        found = self._rime.candidates(request.first, request.count + 1)
        return wire.Reply(
            number=request.number,
            commit=commit,
            used=used,
            preedit=self._rime.preedit(),
            candidates=found[: request.count],
            more=len(found) > request.count,
        )

    def _start_over(self) -> None:
        self._rime.clear()
        self._rime.take_commit()
        self._applied = []

    def _apply(self, stroke: str) -> str:
        if stroke == wire.BACKSPACE:
            self._rime.press(BACKSPACE)
        elif stroke.startswith("="):
            return self._finish() + stroke[1:]
        elif stroke.isdigit():
            self._rime.pick(int(stroke))
        else:
            self._rime.press(ord(stroke[0]))
        return self._rime.take_commit()

    def _finish(self) -> str:
        """Take first candidates until nothing is left; what has no candidate is dropped."""
        text = ""
        for _ in range(wire.MAX_STROKES):
            if not self._rime.candidates(0, 1):
                break
            self._rime.pick(0)
            text += self._rime.take_commit()
        self._rime.clear()
        return text


def serve(line: socket.socket, composer: Composer) -> None:
    """Answer requests until the other side hangs up."""
    unpacker = wire.Unpacker()
    while data := line.recv(65536):
        for fields in unpacker.feed(data):
            request = wire.request_of(fields)
            try:
                reply = composer.answer(request)
            except RimeUnavailable as error:
                reply = wire.Reply(number=request.number, error=str(error))
            line.sendall(wire.pack(reply))


def confine() -> None:
    """Give up writing files and core dumps, and die with the keyboard. Linux."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write then fails with EFBIG instead of killing us
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_PR_SET_PDEATHSIG, signal.SIGKILL), (_PR_SET_DUMPABLE, 0)):
        if libc.prctl(option, int(value), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"prctl {option}")


def main(arguments: list[str]) -> int:
    """Serve the socket with descriptor `arguments[0]`, with `arguments[1]` as librime's user folder."""
    line = socket.socket(fileno=int(arguments[0]))
    confine()
    try:
        composer = Composer(Librime(Folders(SHARED, SCHEMAS, Path(arguments[1]))))
    except RimeUnavailable as error:
        line.sendall(wire.pack(wire.Reply(number=0, error=str(error))))
        return 1
    line.sendall(wire.pack(wire.Reply(number=0)))
    try:
        serve(line, composer)
    except (OSError, wire.WireError):
        return 1
    return 0


if __name__ == "__main__":
    status = main(sys.argv[1:])
    os._exit(status)  # librime's threads and destructors have nothing to say any more
