"""An ID-card reader: `python -m drivers.virtual.id_card --port 5301 --control-port 0`.

`--family` sam_v or multi_card; the wire is TCP, a tty (`--pty PATH`), or USB over USB/IP (`--usb`). Control: GET /
(state), POST /card {"text_block": HEX, "address"?, "fingerprints"?: 0..2, "photo"?: HEX}, DELETE /card, POST /fault
{"fault", "answers"?}, POST /seed {"seed", "rate"}, POST /pull {"after": n} (card lifted after n more commands),
POST /plug, POST /unplug. Own faults: every status code as status_xx, two_cards.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from drivers.virtual import id_card_modules as modules
from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.faults import Misbehaviour, Spoilers
from drivers.virtual.process import announce, run_until_told
from drivers.virtual.usbip import UsbWire, sam_v_shape
from drivers.virtual.wire import Pacing, Peer, PtyWire, TcpWire

OWN_FAULTS = (*(f"status_{code:02x}" for code in modules.STATUS_CODES), "two_cards", "sam_failed")
HALF_FRAME_S = 0.5
Wire = TcpWire | PtyWire | UsbWire
MakeWire = Callable[[Callable[[Peer, bytes], None], Pacing], Wire]


class IdCardDevice:
    """Module, wire and faults together."""

    def __init__(self, family: modules.Family, make_wire: MakeWire, pacing: Pacing, lift_to_reread: bool) -> None:
        self._family, self._pacing = family, pacing
        self._baud = pacing.baud
        self.chip = modules.Chip(lift_to_reread)
        self.misbehaviour = Misbehaviour(Spoilers(family.spoil_checksum, family.spoil_length), OWN_FAULTS)
        self.asked = 0
        self._pull_after = -1
        self._peer: Peer | None = None
        self._buffer, self._heard_at = bytearray(), 0.0
        self._lock = threading.Lock()
        self.wire = make_wire(self._receive, pacing)

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        match method, path:
            case "GET", "/":
                pass
            case "POST", "/card":
                with self._lock:
                    self.chip.put(_card(body))
                    self._pull_after = -1
            case "DELETE", "/card":
                with self._lock:
                    self.chip.lift()
            case "POST", "/fault":
                self.misbehaviour.set(str(body.get("fault", "")), int(body.get("answers", 0)))
            case "POST", "/seed":
                self.misbehaviour.seed(int(body.get("seed", 0)), float(body.get("rate", 0.0)))
            case "POST", "/pull":
                self._pull_after = int(body.get("after", 0))
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
            **self.misbehaviour.told(),
            "plugged": self.wire.plugged,
            "card": self.chip.card is not None,
            "asked": self.asked,
            "resets": self.chip.resets,
        }

    def _receive(self, peer: Peer, data: bytes) -> None:
        with self._lock:
            now = time.monotonic()
            if peer is not self._peer or now - self._heard_at > HALF_FRAME_S:
                self._peer, self._buffer = peer, bytearray()  # half a frame dies with its connection, or of old age
            self._heard_at, buffer = now, self._buffer
            buffer += data
            while (request := self._family.next_request(buffer)) is not None:
                self._answer(peer, request)

    def _answer(self, peer: Peer, request: bytes) -> None:
        if self._pull_after == 0:
            self.chip.lift()
        self._pull_after -= 1
        self.asked += 1
        fault = self.misbehaviour.next()
        answer = self._family.answer(request, self.chip, _forced(fault))
        self._pacing.one_byte_at_a_time = fault == "byte_at_a_time"
        if fault == "vanish":
            threading.Thread(target=self.wire.unplug, daemon=True).start()
            return
        if out := (answer if fault in OWN_FAULTS else self.misbehaviour.twist(fault, answer)):
            peer.send(out)


def _forced(fault: str) -> int | None:
    """The status code that a fault of the module's own forces on every answer."""
    if fault.startswith("status_"):
        return int(fault.removeprefix("status_"), 16)
    return {"two_cards": 0x81, "sam_failed": 0x60}.get(fault)


def _card(body: Mapping[str, Any]) -> modules.Card:
    try:
        text = bytes.fromhex(str(body.get("text_block", "")))
        address = bytes.fromhex(str(body.get("address", "")))
        photo = bytes.fromhex(str(body.get("photo", "")))
    except ValueError:
        raise Refused("text_block, address and photo are hex") from None
    prints = body.get("fingerprints", 0)
    if len(text) != 256 or len(address) not in {0, 70} or len(photo) not in {0, 1024} or prints not in {0, 1, 2}:
        raise Refused("text_block has 256 bytes, address 70, photo 1024; fingerprints are 0, 1 or 2")
    return modules.Card(
        text, address, photo or bytes(1024), b"".join(bytes([index + 1]) * 512 for index in range(prints))
    )


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", choices=sorted(modules.FAMILIES), default="sam_v")
    parser.add_argument("--port", type=int, default=5301)
    wires = parser.add_mutually_exclusive_group()
    wires.add_argument("--pty", default="", help="make a tty under this path instead of listening on --port")
    wires.add_argument("--usb", action="store_true", help="serve USB/IP on --port instead of plain bytes")
    parser.add_argument("--baud", type=int, default=0, help="pace answers like a serial line; 0: as fast as can be")
    parser.add_argument("--no-lift", action="store_true", help="find a card again without it being lifted")
    parser.add_argument("--control-port", type=int, default=0)
    options = parser.parse_args()
    pacing = Pacing(options.baud or (115200 if options.pty else 0))

    def make_wire(receive: Callable[[Peer, bytes], None], pacing: Pacing) -> Wire:
        if options.pty:
            return PtyWire(options.pty, receive, pacing)
        if options.usb:
            return UsbWire(options.port, receive, sam_v_shape())
        return TcpWire(options.port, receive, pacing)

    try:
        device = IdCardDevice(modules.FAMILIES[options.family], make_wire, pacing, not options.no_lift)
    except OSError as error:
        parser.error(f"the wire cannot be opened: {error}")
    control = ControlServer(options.control_port, device.control)
    wire = device.wire
    announce(port=wire.path if isinstance(wire, PtyWire) else wire.port, control=control.port)
    run_until_told()


if __name__ == "__main__":
    main()
