"""A code scanner: `python -m drivers.virtual.scanner --family newland --port 5303 --control-port 0`.

With --pty PATH it is a tty, with --rfc2217 a serial line behind a network box, which hears only a host that sets
the line as --line says. Control: GET / (state), POST /code {"payload": BASE64 or "text": …} holds a code in front,
DELETE /code takes it away, POST /mode {"senses": BOOL}, POST /fault {"fault", "answers"?}, POST /seed {"seed",
"rate"}, POST /plug, POST /unplug, POST /reset (as new). A code is seen while the light is on; a sensing scanner sees
it at once.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import threading
from collections.abc import Mapping
from typing import Any

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.faults import BYTE_AT_A_TIME, VANISH, Misbehaviour, Spoilers
from drivers.virtual.process import announce, run_until_told
from drivers.virtual.scanner_codec import ACK, ENQ, FAMILIES, NAK, NONSENSE, OFF, ON, VERSION, Request
from drivers.virtual.wire import Pacing, Peer, PtyWire, TcpWire
from drivers.virtual.wire_rfc2217 import LineSettings, Rfc2217Wire

OWN_FAULTS = (
    "nak",
    "enq",
    "wrong_ack",
    "no_trigger_answer",
    "light_stuck",
    "two_bursts",
    "too_long",
    "control_characters",
)
BURST_GAP_S = 0.03
TOO_LONG = b"A" * 9000
NASTY = bytes(range(32)) + b"\x7f\x1b[2J\x1bOP"
AWAY_S = 0.8
"""How long a wire that vanished by fault stays away."""
Wire = TcpWire | PtyWire | Rfc2217Wire


class ScannerDevice:
    """Module, light, wire and faults together; `suffix` follows every code."""

    def __init__(self, family: str, suffix: bytes, senses: bool) -> None:
        self._family, self._suffix, self.senses = FAMILIES[family], suffix, senses
        self.faults = Misbehaviour(Spoilers(self._family.spoil_checksum, self._family.spoil_length), OWN_FAULTS)
        self.pacing = Pacing()
        self.wire: Wire | None = None
        self.code = b""
        self.light = False
        self.triggers = self.stops = self.codes_sent = 0
        self._buffer = bytearray()
        self._lock = threading.RLock()

    def receive(self, peer: Peer, data: bytes) -> None:
        """Bytes of the host."""
        with self._lock:
            self._buffer += data
            while (request := self._family.take(self._buffer)) is not None:
                self._obey(request)

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        assert self.wire is not None
        match method, path:
            case "GET", "/":
                pass
            case "POST", "/code":
                self._hold(_payload(body))
            case "DELETE", "/code":
                self.code = b""
            case "POST", "/mode":
                self.senses = bool(body.get("senses"))
            case "POST", "/fault":
                self.faults.set(str(body.get("fault", "")), int(body.get("answers", 0)))
                self.pacing.one_byte_at_a_time = self.faults.fault == BYTE_AT_A_TIME
            case "POST", "/seed":
                self.faults.seed(int(body.get("seed", 0)), float(body.get("rate", 0.1)))
            case "POST", "/reset":
                self._reset()
            case "POST", "/plug":
                self.wire.plug()
            case "POST", "/unplug":
                self._pull_out()
            case _:
                raise KeyError(path)
        return Reply.json(self.state())

    def state(self) -> dict[str, Any]:
        """For the bench; the code itself is never told."""
        assert self.wire is not None
        return {
            **self.faults.told(),
            "plugged": self.wire.plugged,
            "light": self.light,
            "code": bool(self.code),
            "senses": self.senses,
            "triggers": self.triggers,
            "stops": self.stops,
            "codes_sent": self.codes_sent,
            "line": str(self.wire.host) if isinstance(self.wire, Rfc2217Wire) else "",
        }

    def _reset(self) -> None:
        assert self.wire is not None
        self.faults.set("none")
        self.pacing.one_byte_at_a_time = False
        with self._lock:
            self.code, self.light, self.senses = b"", False, False
            self.triggers = self.stops = self.codes_sent = 0
            self._buffer.clear()
        self.wire.plug()

    def _obey(self, request: Request) -> None:
        fault = self.faults.next()
        if request.wants == ON:
            self.triggers += 1
            if fault == "no_trigger_answer":
                return
        if request.wants == OFF:
            self.stops += 1
        refused = fault in {"nak", "enq"} or (fault == "light_stuck" and request.wants == OFF)
        if request.wants in {ON, OFF} and not refused:
            self.light = request.wants == ON
        self._confirm(request, fault)
        if self.light:
            self._read(fault)

    def _confirm(self, request: Request, fault: str) -> None:
        if not self._family.answers:
            return
        mark = {"nak": NAK, "enq": ENQ}.get(fault, ACK if request.wants in {ON, OFF, VERSION} else ENQ)
        if fault == "light_stuck" and request.wants == OFF:
            mark = NAK
        if fault == "wrong_ack":
            request = Request(NONSENSE, request.raw[:6] + b"#OTHER0" + request.raw[-2:])
            mark = ENQ
        self._say(self._family.reply(request, mark), fault)

    def _hold(self, payload: bytes) -> None:
        with self._lock:
            self.code = payload
            if self.light or self.senses:
                self._read(self.faults.next())

    def _read(self, fault: str) -> None:
        """See the code that is held in front, and tell it; the light goes out by itself then."""
        if not self.code:
            return
        if fault != "light_stuck":
            self.light = False
        self.codes_sent += 1
        payload = {"too_long": TOO_LONG, "control_characters": NASTY}.get(fault, self.code)
        whole = self._family.symbology + payload + self._suffix
        if fault == "two_bursts":
            self._send(whole[: len(whole) // 2])
            threading.Event().wait(BURST_GAP_S)
            self._send(whole[len(whole) // 2 :])
        else:
            self._send(whole)

    def _say(self, answer: bytes, fault: str) -> None:
        if fault == VANISH:
            threading.Thread(target=self._vanish, daemon=True).start()  # the wire cannot end its own reading thread
        elif answer := self.faults.twist(fault, answer):
            self._send(answer)

    def _vanish(self) -> None:
        assert self.wire is not None
        self._pull_out()
        threading.Event().wait(AWAY_S)
        self.wire.plug()

    def _pull_out(self) -> None:
        """A module without its cable has no power: its light is out."""
        assert self.wire is not None
        self.wire.unplug()
        self.light = False
        self._buffer.clear()

    def _send(self, data: bytes) -> None:
        assert self.wire is not None
        self.wire.send(data)


def _payload(body: Mapping[str, Any]) -> bytes:
    if "text" in body:
        return str(body["text"]).encode()
    try:
        return base64.b64decode(str(body.get("payload", "")), validate=True)
    except binascii.Error:
        raise Refused("payload is base64, text is text") from None


def _parse_line(text: str) -> LineSettings:
    baud, frame = text.split()
    return LineSettings(int(baud), int(frame[0]), frame[1], int(frame[2]))


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", choices=sorted(FAMILIES), default="newland")
    parser.add_argument("--port", type=int, default=5303)
    parser.add_argument("--pty", default="", help="make a tty under this path instead of a TCP port")
    parser.add_argument("--rfc2217", action="store_true", help="be a serial line behind a network box")
    parser.add_argument("--line", default="9600 8N1", help="how that line is set, for example '9600 8E1'")
    parser.add_argument("--baud", type=int, default=0, help="pace answers like a serial line; 0: as fast as can be")
    parser.add_argument("--suffix", default="", help="hex of what follows every code")
    parser.add_argument("--senses", action="store_true", help="read without a trigger")
    parser.add_argument("--control-port", type=int, default=0)
    options = parser.parse_args()
    device = ScannerDevice(options.family, bytes.fromhex(options.suffix), options.senses)
    device.pacing.baud = options.baud
    if options.pty:
        device.wire = PtyWire(options.pty, device.receive, device.pacing)
    elif options.rfc2217:
        device.wire = Rfc2217Wire(options.port, device.receive, device.pacing, _parse_line(options.line))
    else:
        device.wire = TcpWire(options.port, device.receive, device.pacing)
    control = ControlServer(options.control_port, device.control)
    wire = device.wire
    announce(port=wire.path if isinstance(wire, PtyWire) else wire.port, control=control.port)
    run_until_told()


if __name__ == "__main__":
    main()
