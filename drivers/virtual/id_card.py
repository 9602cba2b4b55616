"""A SAM_V ID-card reader: `python -m drivers.virtual.id_card --port 5301 --control-port 0`.

Control: GET / (state), POST /card {"text_block": HEX, "address"?}, DELETE /card, POST /fault {"fault": NAME},
POST /plug, POST /unplug. Faults: none, silent, slow, garbage, bad_checksum, truncated, wrong_length, stale, noise,
byte_at_a_time, sam_failed.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.process import announce, wait_for_end
from drivers.virtual.wire import Pacing, Peer, PtyWire, TcpWire

START = b"\xaa\xaa\xaa\x96\x69"
FAULTS = [
    "none",
    "silent",
    "slow",
    "garbage",
    "bad_checksum",
    "truncated",
    "wrong_length",
    "stale",
    "noise",
    "byte_at_a_time",
    "sam_failed",
]
SLOW_S = 1.0
LONGEST_REQUEST = 64
SAM_NUMBER = bytes.fromhex("0500030076B1340187D61200B168DE3A")


def frame(status: int, data: bytes = b"") -> bytes:
    """A whole answer: 0000 from the card, `status` from the reader, `data`, and its check byte."""
    body = (4 + len(data)).to_bytes(2, "big") + bytes([0, 0, status]) + data
    check = 0
    for byte in body:
        check ^= byte
    return START + body + bytes([check])


@dataclass
class Reader:
    """The module behind the wire. `lift_to_reread`: a card once read is not found again until lifted."""

    lift_to_reread: bool = True
    fault: str = "none"
    text: bytes = b""
    address: bytes = b""
    selected: bool = False
    already_read: bool = False
    late: bytes = b""
    buffer: bytearray = field(default_factory=bytearray)
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: int = 0

    def put(self, text: bytes, address: bytes = b"") -> None:
        """Lay a card on the reader."""
        with self.lock:
            self.text, self.address, self.selected, self.already_read = text, address, False, False

    def lift(self) -> None:
        """Take the card away."""
        self.put(b"")

    def answer(self, command: bytes) -> bytes:
        """What the module says to CMD PARA."""
        self.asked += 1
        if self.fault == "sam_failed":
            return frame(0x60)
        match command:
            case b"\x10\xff" | b"\x11\xff":
                return frame(0x90)
            case b"\x12\xff":
                return frame(0x90, SAM_NUMBER)
            case b"\x20\x01":
                found = bool(self.text) and not (self.already_read and self.lift_to_reread)
                return frame(0x9F, bytes(4)) if found else frame(0x80)
            case b"\x20\x02":
                self.selected = bool(self.text)
                return frame(0x90, bytes(8)) if self.text else frame(0x81)
            case b"\x30\x01" | b"\x30\x10":
                return self._read(command == b"\x30\x10")
            case b"\x30\x03":
                return self._newest_address()
            case _ if command[:1] == b"\x60" and command[1:2] <= b"\x04":
                return frame(0x90)
        return frame(0x21)

    def _read(self, with_fingerprints: bool) -> bytes:
        if not self.text:
            return frame(0x41)
        self.already_read = True
        lengths = b"\x01\x00\x04\x00" + (b"\x00\x00" if with_fingerprints else b"")
        return frame(0x90, lengths + self.text + bytes(1024))

    def _newest_address(self) -> bytes:
        if not self.text or not (self.selected or self.already_read):
            return frame(0x41)
        return frame(0x90, self.address) if self.address else frame(0x91)


class IdCardDevice:
    """Reader, wire and faults together."""

    def __init__(self, port: int, pty: str = "", baud: int = 0) -> None:
        self.reader = Reader()
        self.pacing = Pacing(baud)
        self.wire: TcpWire | PtyWire = (
            PtyWire(pty, self._receive, self.pacing) if pty else TcpWire(port, self._receive, self.pacing)
        )

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        match method, path:
            case "GET", "/":
                pass
            case "POST", "/card":
                self._put(body)
            case "DELETE", "/card":
                self.reader.lift()
            case "POST", "/fault":
                self._set_fault(str(body.get("fault", "")))
            case "POST", "/plug":
                self.wire.plug()
            case "POST", "/unplug":
                self.wire.unplug()
            case _:
                raise KeyError(path)
        return Reply.json(self.state())

    def state(self) -> dict[str, Any]:
        """For the bench."""
        return {
            "plugged": self.wire.plugged,
            "fault": self.reader.fault,
            "card": bool(self.reader.text),
            "asked": self.reader.asked,
        }

    def _put(self, body: Mapping[str, Any]) -> None:
        try:
            text = bytes.fromhex(str(body.get("text_block", "")))
            address = bytes.fromhex(str(body.get("address", "")))
        except ValueError:
            raise Refused("text_block and address are hex") from None
        if len(text) != 256 or len(address) not in {0, 70}:
            raise Refused("text_block has 256 bytes, address 70")
        self.reader.put(text, address)

    def _set_fault(self, name: str) -> None:
        if name not in FAULTS:
            raise Refused(f"faults are: {', '.join(FAULTS)}")
        self.reader.fault, self.reader.late = name, b""
        self.pacing.one_byte_at_a_time = name == "byte_at_a_time"

    def _receive(self, peer: Peer, data: bytes) -> None:
        with self.reader.lock:
            self.reader.buffer += data
            while (request := _next_request(self.reader.buffer)) is not None:
                self._say(peer, self._checked(request))

    def _checked(self, request: bytes) -> bytes:
        check = 0
        for byte in request[:-1]:
            check ^= byte
        return self.reader.answer(request[2:4]) if check == request[-1] else frame(0x10)

    def _say(self, peer: Peer, answer: bytes) -> None:
        match self.reader.fault:
            case "silent":
                return
            case "slow":
                threading.Event().wait(SLOW_S)
            case "garbage":
                answer = bytes((7 * index + 1) % 251 for index in range(40))
            case "bad_checksum":
                answer = answer[:-1] + bytes([answer[-1] ^ 1])
            case "truncated":
                answer = answer[:7]
            case "wrong_length":
                answer = answer[:5] + (0x7FF0).to_bytes(2, "big") + answer[7:]
            case "noise":
                answer = b"\x00\xaa" + answer
            case "stale":
                answer, self.reader.late = self.reader.late + answer, answer
        peer.send(answer)


def _next_request(buffer: bytearray) -> bytes | None:
    """Take one request (from LenH to CHK) out of the buffer; None while it is incomplete."""
    start = bytes(buffer).find(START)
    if start < 0 or len(buffer) < start + 7:
        return None
    length = int.from_bytes(buffer[start + 5 : start + 7], "big")
    if not 3 <= length <= LONGEST_REQUEST:
        del buffer[: start + 7]  # an impossible length: look for the next beginning
        return _next_request(buffer)
    end = start + 7 + length
    if len(buffer) < end:
        return None
    request = bytes(buffer[start + 5 : end])
    del buffer[:end]
    return request


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5301)
    parser.add_argument("--pty", default="", help="make a tty under this path instead of a TCP port")
    parser.add_argument("--baud", type=int, default=0, help="pace answers like a serial line; 0: as fast as can be")
    parser.add_argument("--control-port", type=int, default=0)
    options = parser.parse_args()
    device = IdCardDevice(options.port, options.pty, options.baud or (115200 if options.pty else 0))
    control = ControlServer(options.control_port, device.control)
    wire = device.wire
    announce(port=wire.port if isinstance(wire, TcpWire) else wire.path, control=control.port)
    wait_for_end()


if __name__ == "__main__":
    main()
