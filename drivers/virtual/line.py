"""The line between terminal and centre: a TCP proxy that can be cut. `python -m drivers.virtual.line --port 8710`.

Control: GET / (state), POST /state {"state": NAME}. States: up, down (refuses, and cuts what is open), slow
(delays every portion), captive (answers every request with a log-in page, 200), black_hole (accepts and says nothing),
lose_answer (the request reaches the centre, its answer is cut off).
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.process import announce, run_until_told

STATES = ["up", "down", "slow", "captive", "black_hole", "lose_answer"]
SLOW_S = 2.5
_PAGE = "<html><body>请登录无线网络 Please log in to the network</body></html>".encode()
_CAPTIVE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(_PAGE)


class LineDevice:
    """Forwards 127.0.0.1:`port` to the centre, as its state allows."""

    def __init__(self, port: int, centre: tuple[str, int]) -> None:
        self._centre = centre
        self.state = "up"
        self.port = port
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._hold = threading.Event()
        self._listen()

    def set_state(self, state: str) -> None:
        """Change; "down" cuts what is open."""
        if state not in STATES:
            raise Refused(f"states are: {', '.join(STATES)}")
        if state != self.state:
            self._close()  # also what is kept alive meets the new state
        self.state = state
        if state != "down":
            self._listen()

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        match method, path:
            case "GET", "/":
                pass
            case "POST", "/state":
                self.set_state(str(body.get("state", "")))
            case _:
                raise KeyError(path)
        return Reply.json({"state": self.state, "open": len(self._open)})

    def _listen(self) -> None:
        if self._listener is not None:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(32)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _close(self) -> None:
        listener, self._listener = self._listener, None
        for peer in [listener, *self._open]:
            if peer is not None:
                _hang_up(peer)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                terminal, _ = listener.accept()
            except OSError:
                return
            self._open.add(terminal)
            threading.Thread(target=self._serve, args=(terminal,), daemon=True).start()

    def _serve(self, terminal: socket.socket) -> None:
        try:
            if self.state == "captive":
                terminal.recv(65536)
                terminal.sendall(_CAPTIVE + _PAGE)
            elif self.state == "black_hole":
                while terminal.recv(65536):
                    pass
            else:
                self._forward(terminal)
        except OSError:
            pass
        finally:
            self._open.discard(terminal)
            _hang_up(terminal)

    def _forward(self, terminal: socket.socket) -> None:
        with socket.create_connection(self._centre, 5) as centre:
            self._open.add(centre)
            back = threading.Thread(target=self._pump, args=(centre, terminal, True), daemon=True)
            back.start()
            self._pump(terminal, centre, False)
            back.join()
            self._open.discard(centre)

    def _pump(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(65536):
                if self.state == "slow" and is_answer:
                    self._hold.wait(SLOW_S)
                if self.state == "lose_answer" and is_answer:
                    break
                target.sendall(data)
        except OSError:
            pass
        for peer in (source, target):
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)


def _hang_up(peer: socket.socket) -> None:
    with contextlib.suppress(OSError):
        peer.shutdown(socket.SHUT_RDWR)
    peer.close()


def main() -> None:
    """Run the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8710)
    parser.add_argument("--centre", default="http://127.0.0.1:8720")
    parser.add_argument("--control-port", type=int, default=0)
    options = parser.parse_args()
    parts = urlsplit(options.centre)
    device = LineDevice(options.port, (parts.hostname or "127.0.0.1", parts.port or 80))
    control = ControlServer(options.control_port, device.control)
    announce(port=device.port, control=control.port)
    run_until_told()


if __name__ == "__main__":
    main()
