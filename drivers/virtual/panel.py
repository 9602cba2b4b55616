"""A panel board: `python -m drivers.virtual.panel --port 5304 --control-port 0` (TCP), or --pty PATH, --rfc2217.

Protocol: docs/panel.md. Control: GET / (state), GET /lights, POST /door {"open", "door"?}, /tilt {"tilted"},
/proximity {"near"}, /headphones {"in"}, /key {"key", "held_s"?}, /flood {"events", "a_second"?, "what"?},
/restart, /reset (as new), /fault {"fault", "answers"?}, /seed {"seed", "rate"}, /plug, /unplug. Faults hit answers;
event_lost hits events: they are counted and not sent.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Mapping
from typing import Any

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.faults import BYTE_AT_A_TIME, VANISH, Misbehaviour, Spoilers
from drivers.virtual.panel_codec import (
    DARK,
    DOOR,
    HEADPHONES,
    HEARTBEAT,
    IDENTIFY,
    KEY,
    KEYS,
    LIGHT,
    LIGHT_NAMES,
    PROXIMITY,
    RATE_NAMES,
    REFUSED,
    SENSOR,
    STARTED,
    STATE,
    TILT,
    pack,
    spoil_checksum,
    spoil_length,
    unpack,
)
from drivers.virtual.process import announce, run_until_told
from drivers.virtual.wire import Pacing, Peer, PtyWire, TcpWire
from drivers.virtual.wire_rfc2217 import LineSettings, Rfc2217Wire

OWN_FAULTS = ("refuse", "wrong_light", "wrong_state", "event_lost")
HEARTBEAT_S, WATCHDOG_S, AWAY_S = 1.0, 10.0, 0.8
HOLD_S = 2.0
_SENSES = {"/tilt": (TILT, "tilted"), "/proximity": (PROXIMITY, "near"), "/headphones": (HEADPHONES, "in")}
Wire = TcpWire | PtyWire | Rfc2217Wire


class PanelBoard:
    """Sensors, lamps, pad, wire and faults together."""

    def __init__(self, doors: int, watchdog_s: float = WATCHDOG_S) -> None:
        self._doors, self._watchdog_s = doors, watchdog_s
        self.faults = Misbehaviour(Spoilers(spoil_checksum, spoil_length), OWN_FAULTS)
        self.pacing = Pacing()
        self.wire: Wire | None = None
        self._sensors: dict[int, int] = dict.fromkeys([*range(DOOR, DOOR + doors), TILT, PROXIMITY, HEADPHONES], 0)
        self._rates = [0] * len(LIGHT_NAMES)
        self._shone: set[int] = set()
        self._held = 0
        self._event = 0
        self._heard_at = time.monotonic()
        self._buffer = bytearray()
        self._lock = threading.RLock()
        self._calm = threading.Event()

    def live(self) -> None:
        """Power on."""
        self._tell(STARTED, number=0)
        threading.Thread(target=self._beat, daemon=True).start()

    def receive(self, peer: Peer, data: bytes) -> None:
        """Bytes of the host."""
        with self._lock:
            self._heard_at = time.monotonic()
            self._buffer += data
            while (request := unpack(self._buffer)) is not None:
                seq, kind, body = request
                fault = self.faults.next()
                self._say(pack(seq, *self._answer(kind, body, fault)), fault)

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        assert self.wire is not None
        match method, path:
            case "GET", "/" | "/lights":
                pass
            case "POST", "/door":
                self._sense(DOOR + int(body.get("door", 1)) - 1, bool(body.get("open")))
            case "POST", "/tilt" | "/proximity" | "/headphones":
                which, word = _SENSES[path]
                self._sense(which, bool(body.get(word)))
            case "POST", "/key":
                self._press(str(body.get("key", "")), float(body.get("held_s", 0)))
            case "POST", "/flood":
                self._flood(int(body.get("events", 1000)), int(body.get("a_second", 1000)), str(body.get("what", "")))
            case "POST", "/restart" | "/reset":
                self._restart(as_new=path == "/reset")
            case "POST", "/plug":
                self._power_on()
            case "POST", "/unplug":
                self._pull_out()
            case _:
                self._misbehave(method, path, body)
        return Reply.json(self._lights() if path == "/lights" else self.state())

    def state(self) -> dict[str, Any]:
        """For the bench."""
        assert self.wire is not None
        return {
            **self.faults.told(),
            "plugged": self.wire.plugged,
            "doors": [bool(self._sensors[DOOR + number]) for number in range(self._doors)],
            "tilted": bool(self._sensors[TILT]),
            "near": bool(self._sensors[PROXIMITY]),
            "headphones": bool(self._sensors[HEADPHONES]),
            "lights": self._lights(),
            "shone": sorted(LIGHT_NAMES[number] for number in self._shone),
            "events": self._event,
            "line": str(self.wire.host) if isinstance(self.wire, Rfc2217Wire) else "",
        }

    def _misbehave(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        match method, path:
            case "POST", "/fault":
                self.faults.set(str(body.get("fault", "")), int(body.get("answers", 0)))
                self.pacing.one_byte_at_a_time = self.faults.fault == BYTE_AT_A_TIME
            case "POST", "/seed":
                self.faults.seed(int(body.get("seed", 0)), float(body.get("rate", 0.1)))
            case _:
                raise KeyError(path)

    def _lights(self) -> dict[str, str]:
        return {name: RATE_NAMES[rate] for name, rate in zip(LIGHT_NAMES, self._rates, strict=True)}

    def _answer(self, kind: int, body: bytes, fault: str) -> tuple[int, bytes]:
        if fault == "refuse":
            return REFUSED, b"\x04"
        if len(body) != (2 if kind == LIGHT else 0):
            return REFUSED, b"\x02"
        match kind:
            case 0x01:
                return IDENTIFY + 0x80, bytes([1, 1, 4, self._doors, 0x3F]) + b"Doorstep board"
            case 0x02:
                state = self._state_body()
                return STATE + 0x80, state[:2] + b"\xf0" + state[3:] if fault == "wrong_state" else state
            case 0x03:
                return self._shine(body[0], body[1], fault)
            case 0x04:
                self._rates = [0] * len(LIGHT_NAMES)
                return DARK + 0x80, b""
        return REFUSED, b"\x01"

    def _shine(self, light: int, rate: int, fault: str) -> tuple[int, bytes]:
        if light >= len(LIGHT_NAMES) or rate >= len(RATE_NAMES):
            return REFUSED, b"\x03"
        if fault == "wrong_light":
            return LIGHT + 0x80, bytes([light, (rate + 1) % len(RATE_NAMES)])
        self._rates[light] = rate
        if rate:
            self._shone.add(light)
        return LIGHT + 0x80, bytes([light, rate])

    def _state_body(self) -> bytes:
        doors = sum(self._sensors[DOOR + number] << number for number in range(self._doors))
        flags = self._sensors[TILT] | self._sensors[PROXIMITY] << 1 | self._sensors[HEADPHONES] << 2
        return bytes([self._event, doors, flags]) + self._held.to_bytes(2, "big") + bytes(self._rates)

    def _sense(self, which: int, value: bool) -> None:
        if which not in self._sensors:
            raise Refused(f"this board has {self._doors} doors")
        with self._lock:
            if self._sensors[which] != value:
                self._sensors[which] = int(value)
                self._tell(SENSOR, bytes([which, value]))

    def _press(self, key: str, held_s: float) -> None:
        if len(key) != 1 or key not in KEYS:
            raise Refused(f"keys are {KEYS}")
        with self._lock:
            self._held = 1 << KEYS.index(key)
            self._tell(KEY, key.encode() + b"\x01\x00")
        if key == "5" and held_s >= HOLD_S:
            self._tell(KEY, key.encode() + bytes([2, min(255, int(held_s * 10))]))
        with self._lock:
            self._held = 0
            self._tell(KEY, key.encode() + bytes([0, min(255, int(held_s * 10))]))

    def _flood(self, events: int, a_second: int, what: str) -> None:
        calm = self._calm = threading.Event()

        def pour() -> None:
            started = time.monotonic()
            for number in range(events):
                if calm.is_set():
                    return
                if what == "keys":
                    self._tell(KEY, b"7\x01\x00")
                else:
                    self._sense(PROXIMITY, not self._sensors[PROXIMITY])
                ahead = (number + 1) / a_second - (time.monotonic() - started)
                if ahead > 0:
                    time.sleep(ahead)

        threading.Thread(target=pour, daemon=True).start()

    def _restart(self, as_new: bool = False) -> None:
        if as_new:
            self._calm.set()
            self.faults.set("none")
            self.pacing.one_byte_at_a_time = False
            self._sensors = dict.fromkeys(self._sensors, 0)
            self._shone.clear()
            self._power_on()
        with self._lock:
            self._rates = [0] * len(LIGHT_NAMES)
            self._event = 0
            self._tell(STARTED, number=0)

    def _power_on(self) -> None:
        assert self.wire is not None
        if not self.wire.plugged:
            self.wire.plug()
            self._restart()

    def _pull_out(self) -> None:
        """A board without its cable has no power: all is dark."""
        assert self.wire is not None
        self.wire.unplug()
        self._rates = [0] * len(LIGHT_NAMES)
        self._buffer.clear()

    def _beat(self) -> None:
        while True:
            time.sleep(HEARTBEAT_S)
            with self._lock:
                self._send(pack(self._event, HEARTBEAT, b""))
                if time.monotonic() - self._heard_at > self._watchdog_s:
                    self._rates = [0] * len(LIGHT_NAMES)

    def _tell(self, kind: int, body: bytes = b"", number: int | None = None) -> None:
        """Send an event under the next number."""
        with self._lock:
            self._event = (self._event + 1) & 0xFF if number is None else number
            if self.faults.fault != "event_lost":
                self._send(pack(self._event, kind, body))

    def _say(self, answer: bytes, fault: str) -> None:
        if fault == VANISH:
            threading.Thread(target=self._vanish, daemon=True).start()  # the wire cannot end its own reading thread
        elif answer := self.faults.twist(fault, answer):
            self._send(answer)

    def _vanish(self) -> None:
        self._pull_out()
        time.sleep(AWAY_S)
        self._power_on()

    def _send(self, data: bytes) -> None:
        if self.wire is not None and self.wire.plugged:
            self.wire.send(data)


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5304)
    parser.add_argument("--pty", default="", help="make a tty under this path instead of a TCP port")
    parser.add_argument("--rfc2217", action="store_true", help="be a serial line of 9600 8N1 behind a network box")
    parser.add_argument("--baud", type=int, default=0, help="pace answers like a serial line; 0: as fast as can be")
    parser.add_argument("--doors", type=int, choices=range(5), default=1)
    parser.add_argument("--watchdog-s", type=float, default=WATCHDOG_S, help="dark after so long without a host")
    parser.add_argument("--control-port", type=int, default=0)
    options = parser.parse_args()
    board = PanelBoard(options.doors, options.watchdog_s)
    board.pacing.baud = options.baud
    if options.pty:
        board.wire = PtyWire(options.pty, board.receive, board.pacing)
    elif options.rfc2217:
        board.wire = Rfc2217Wire(options.port, board.receive, board.pacing, LineSettings())
    else:
        board.wire = TcpWire(options.port, board.receive, board.pacing)
    board.live()
    control = ControlServer(options.control_port, board.control)
    wire = board.wire
    announce(port=wire.path if isinstance(wire, PtyWire) else wire.port, control=control.port)
    run_until_told()


if __name__ == "__main__":
    main()
