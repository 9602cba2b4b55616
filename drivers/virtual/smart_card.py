"""A smart card in a virtual reader: `python -m drivers.virtual.smart_card --port 35963 --control-port 0`.

Connects to vsmartcard's vpcd at `--port` (TCP: connected is inserted, gone is taken out) and comes back by itself when
the PC/SC service was away. Control: GET / (state), POST /card {"kind": social_security|bank|technician|foreign, …},
DELETE /card, POST /swap {"after"?: n, …} (another card of the same kind within a moment, other
fields as given), POST /fault {"fault", "answers"?},
POST /seed {"seed", "rate"}, POST /pull {"after": n} (taken out after n more commands), POST /plug, POST /unplug.
With --service-folder it runs a PC/SC service of its own too: POST /service {"running": BOOL} kills and starts that.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import struct
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.faults import Misbehaviour
from drivers.virtual.process import announce, wait_for_end
from drivers.virtual.smart_card_applets import CARDS, Applet
from drivers.virtual.smart_card_service import PcscService

ATR = bytes.fromhex("3B68000073C84000009000")
POWER_OFF, POWER_ON, RESET, GET_ATR = b"\x00", b"\x01", b"\x02", b"\x04"
AGAIN_S = 0.1
WRONG_STATUS = {f"sw_{word:04x}": word for word in (0x6700, 0x6982, 0x6985, 0x6A80, 0x6A82, 0x6A83, 0x6D00, 0x6F00)}
OWN_FAULTS = (*WRONG_STATUS, "no_status", "endless_61", "endless_6c")


class SmartCardDevice:
    """What lies in the reader, and the connection that puts it there."""

    def __init__(self, port: int, service: PcscService | None = None) -> None:
        self.port, self._service, self._trouble = port, service, ""
        self.run_service(True)
        self.misbehaviour = Misbehaviour(own=OWN_FAULTS)
        self.applet: Applet | None = None
        self.plugged = True
        self.commands = 0
        self._kind, self._fields = "", dict[str, Any]()
        self._pull_after = -1
        self._next: dict[str, Any] | None = None
        self._changed = threading.Condition()
        self._connection: socket.socket | None = None
        threading.Thread(target=self._live, daemon=True).start()

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        match method, path:
            case "GET", "/":
                pass
            case "POST", "/card":
                self.insert(str(body.get("kind", "")), {key: body[key] for key in body if key != "kind"})
            case "DELETE", "/card":
                self.take_out()
            case "POST", "/swap":
                self._swap(body)
            case "POST", "/fault":
                self.misbehaviour.set(str(body.get("fault", "")), int(body.get("answers", 0)))
            case "POST", "/seed":
                self.misbehaviour.seed(int(body.get("seed", 0)), float(body.get("rate", 0.0)))
            case "POST", "/pull":
                self._next, self._pull_after = None, int(body.get("after", 0))
            case "POST", "/service":
                self.run_service(bool(body.get("running", True)))
            case "POST", "/plug" | "/unplug":
                self._set_plugged(path == "/plug")
            case _:
                raise KeyError(path)
        return Reply.json(self.state())

    def state(self) -> dict[str, Any]:
        """For the bench; a technician's public key is there to be enrolled."""
        key = self.applet.public_key.hex() if self.applet is not None else ""
        return {
            **self.misbehaviour.told(),
            "plugged": self.plugged,
            "service": self._service.running if self._service is not None else None,
            "trouble": self._trouble,
            "card": self._kind if self.applet is not None else "",
            "commands": self.commands,
            "in_reader": self._connection is not None,
            "public_key": key,
        }

    def run_service(self, running: bool) -> None:
        """Start the service, or kill it as a crash would; one that cannot start is told in the state."""
        if self._service is None or running == self._service.running:
            return
        self._trouble = ""
        try:
            self._service.start() if running else self._service.stop(kill=True)
        except SystemExit as error:
            self._trouble = str(error)

    def close(self) -> None:
        """Take the card out and end the service."""
        self.take_out()
        if self._service is not None:
            self._service.stop()

    def insert(self, kind: str, fields: dict[str, Any]) -> None:
        """Put a card in, instead of the one that is there."""
        if kind not in CARDS:
            raise Refused(f"kinds are: {', '.join(CARDS)}")
        applet = CARDS[kind](fields)
        with self._changed:
            self.applet, self._kind, self._fields, self._pull_after = applet, kind, fields, -1
            self._next = None
            self._hang_up()
            self._changed.notify_all()

    def _swap(self, body: Mapping[str, Any]) -> None:
        fields = {**self._fields, **{key: body[key] for key in body if key != "after"}}
        if "after" in body:
            self._next, self._pull_after = fields, int(body["after"])
        else:
            self.insert(self._kind, fields)

    def take_out(self) -> None:
        """Take the card out."""
        with self._changed:
            self.applet = None
            self._hang_up()

    def _set_plugged(self, plugged: bool) -> None:
        """The reader's cable: without it no card is seen."""
        with self._changed:
            self.plugged = plugged
            self._hang_up()
            self._changed.notify_all()

    def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def _live(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self.applet is not None and self.plugged)
                applet = self.applet
            assert applet is not None
            try:
                with socket.create_connection(("127.0.0.1", self.port), 2.0) as connection:
                    connection.settimeout(None)
                    self._connection = connection
                    self._serve(connection, applet)
            except OSError:
                pass
            finally:
                self._connection = None
            if self.applet is applet:  # the service went away, not the card
                threading.Event().wait(AGAIN_S)

    def _serve(self, connection: socket.socket, applet: Applet) -> None:
        while self.applet is applet and self.plugged:
            message = _receive(connection)
            if message in {POWER_OFF, POWER_ON, RESET}:
                applet.reset()
            elif message == GET_ATR:
                _send(connection, ATR)
            else:
                self._answer(connection, applet, message)

    def _answer(self, connection: socket.socket, applet: Applet, command: bytes) -> None:
        if self._pull_after == 0:
            if self._next is None:
                self.take_out()
            else:
                self.insert(self._kind, self._next)
            raise OSError("pulled")
        self._pull_after -= 1
        self.commands += 1
        fault = self.misbehaviour.next()
        if fault == "vanish":
            self.take_out()
            raise OSError("pulled")
        answer = _own_fault(fault, command, applet)
        answer = self.misbehaviour.twist(fault, answer) if fault not in OWN_FAULTS else answer
        if answer or fault not in {"silent"}:
            _send(connection, answer)


def _own_fault(fault: str, command: bytes, applet: Applet) -> bytes:
    if fault in WRONG_STATUS:
        return WRONG_STATUS[fault].to_bytes(2, "big")
    match fault:
        case "no_status":
            return b"\x90"
        case "endless_61":
            return b"\x61\x10"
        case "endless_6c":
            return b"\x6c\x10"
    return applet.answer(command)


def _receive(connection: socket.socket) -> bytes:
    return _exactly(connection, struct.unpack(">H", _exactly(connection, 2))[0])


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        # vpcd writes length and body apart: without this, Nagle and the delayed ACK cost 44 ms a command.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = connection.recv(count - len(data))
        if not part:
            raise OSError("the service has gone")
        data += part
    return data


def _send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(struct.pack(">H", len(data)) + data)


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=35963, help="where vpcd listens")
    parser.add_argument("--service-folder", type=Path, default=None, help="run a PC/SC service of its own there")
    parser.add_argument("--control-port", type=int, default=0)
    options = parser.parse_args()
    folder = options.service_folder
    device = SmartCardDevice(options.port, PcscService(folder, options.port) if folder is not None else None)
    control = ControlServer(options.control_port, device.control)
    announce(port=options.port, control=control.port)
    wait_for_end()
    device.close()


if __name__ == "__main__":
    main()
