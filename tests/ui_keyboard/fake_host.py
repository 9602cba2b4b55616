"""An input process that says what a test tells it to, at the interface `ui.keyboard.rime.Host`."""

from __future__ import annotations

import socket

from ui.keyboard import rime_wire as wire
from ui.keyboard.rime_process import HostGone


class FakeHost:
    """Collects requests; `say` makes replies arrive; `die` hangs up."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._unpacker = wire.Unpacker()
        self.requests: list[wire.Request] = []
        self.closed = False

    def fileno(self) -> int:
        return self._ours.fileno()

    def send(self, request: wire.Request) -> None:
        self.requests.append(request)

    def receive(self) -> list[wire.Reply]:
        data = self._ours.recv(65536)
        if not data:
            raise HostGone("it ended")
        return [wire.reply_of(fields) for fields in self._unpacker.feed(data)]

    def close(self) -> None:
        self.closed = True
        self._ours.close()
        self._theirs.close()

    def say(self, reply: wire.Reply) -> None:
        self._theirs.sendall(wire.pack(reply))

    def greet(self, error: str = "") -> None:
        self.say(wire.Reply(0, error=error))

    def die(self) -> None:
        self._theirs.close()


class FakeHosts:
    """Starts one after the other and keeps them all."""

    def __init__(self) -> None:
        self.all: list[FakeHost] = []
        self.refuse = False

    def __call__(self) -> FakeHost:
        if self.refuse:
            raise OSError(12, "no memory")
        self.all.append(FakeHost())
        return self.all[-1]

    @property
    def last(self) -> FakeHost:
        return self.all[-1]
