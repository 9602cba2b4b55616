"""An ESC/POS receipt printer: `python -m drivers.virtual.receipt_printer --port 9101 --data DIR`.

Control: GET / (state), GET /last.png, GET /last.json, GET /list, GET /slips/N.png, POST /paper {"state":
ok|near_end|out, "left_mm"?}, POST /fault {"fault": NAME}, POST /plug, POST /unplug, POST /take. Faults: none,
silent, slow, cover_open, cutter_error, overheated, unrecoverable.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.escpos import EscposReader
from drivers.virtual.paper import Paper, Slip
from drivers.virtual.process import announce, wait_for_end
from drivers.virtual.wire import Pacing, Peer, PtyWire, TcpWire

FAULTS = ["none", "silent", "slow", "cover_open", "cutter_error", "overheated", "unrecoverable"]
KEEP_SLIPS = 100
SLOW_S = 1.0


class ReceiptDevice:
    """The printer behind the wire."""

    def __init__(self, port: int, width: int, pty: str = "", baud: int = 0) -> None:
        self.paper = Paper(width)
        self.slips: list[Slip] = []
        self.taken = 0
        self.fault, self.near_end, self.automatic = "none", False, 0
        self._reader = EscposReader(self)
        self._peer: Peer | None = None
        self._lock = threading.RLock()
        self._pending = bytearray()
        pacing = Pacing(baud)
        self.wire: TcpWire | PtyWire = (
            PtyWire(pty, self._receive, pacing) if pty else TcpWire(port, self._receive, pacing)
        )

    def cut(self) -> None:
        """The cutter: a slip falls out."""
        if (slip := self.paper.cut()) is not None:
            self.slips = [*self.slips[-KEEP_SLIPS + 1 :], slip]

    def say(self, data: bytes) -> None:
        """Answer the host."""
        if self._peer is not None and self.fault != "silent":
            if self.fault == "slow":
                threading.Event().wait(SLOW_S)
            self._peer.send(data)

    def set_automatic_status(self, mask: int) -> None:
        """GS a: four bytes now and on each change."""
        self.automatic = mask
        if mask:
            self.say(self._automatic_status())

    def paper_sensor(self) -> int:
        """GS r 1; only answered while online, so never "out"."""
        return 0x03 if self.near_end else 0x00

    @property
    def stopped(self) -> bool:
        """Whether printing stands still."""
        return self.paper.empty or self.fault not in {"none", "silent", "slow"}

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port. Plugging waits for the wire's own thread, so it does not hold the lock."""
        if (method, path) in {("POST", "/plug"), ("POST", "/unplug")}:
            self.wire.plug() if path == "/plug" else self.wire.unplug()
            return Reply.json(self.state())
        with self._lock:
            match method, path:
                case "GET", "/":
                    return Reply.json(self.state())
                case "GET", "/last.png":
                    return Reply(self._slip(-1).png, "image/png")
                case "GET", "/last.json":
                    return Reply.json(_described(self._slip(-1), len(self.slips) - 1))
                case "GET", "/list":
                    return Reply.json({"slips": [_described(slip, n) for n, slip in enumerate(self.slips)]})
                case "GET", _ if path.startswith("/slips/") and path.endswith(".png"):
                    number = path.removeprefix("/slips/").removesuffix(".png")
                    return Reply(self._slip(int(number) if number.isdigit() else 10**9).png, "image/png")
            self._change(method, path, body)
            self._work()
            return Reply.json(self.state())

    def state(self) -> dict[str, Any]:
        """For the bench."""
        return {
            "plugged": self.wire.plugged,
            "fault": self.fault,
            "paper": "out" if self.paper.empty else "near_end" if self.near_end else "ok",
            "slips": len(self.slips),
            "waiting": len(self.slips) - self.taken,
            "unknown": self._reader.unknown[-20:],
        }

    def _change(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        match method, path:
            case "POST", "/paper":
                self._set_paper(str(body.get("state", "")), body.get("left_mm"))
            case "POST", "/fault":
                if body.get("fault") not in FAULTS:
                    raise Refused(f"faults are: {', '.join(FAULTS)}")
                self.fault = str(body["fault"])
            case "POST", "/take":
                self.taken = len(self.slips)
            case _:
                raise KeyError(path)

    def _set_paper(self, state: str, left_mm: Any) -> None:
        if state not in {"ok", "near_end", "out"}:
            raise Refused("state is ok, near_end or out")
        self.near_end = state == "near_end"
        if left_mm is not None and not isinstance(left_mm, int | float):
            raise Refused("left_mm is a number")
        self.paper.left_mm = 0.0 if state == "out" else left_mm

    def _slip(self, index: int) -> Slip:
        try:
            return self.slips[index]
        except IndexError:
            raise Refused("there is no such slip") from None

    def _receive(self, peer: Peer, data: bytes) -> None:
        with self._lock:
            self._peer = peer
            self._pending += data
            self._take_real_time()
            self._work()

    def _take_real_time(self) -> None:
        """DLE EOT, DLE ENQ and DLE DC4 act at once, ahead of what waits; bytes inside a block are data."""
        index = 0
        while index < len(self._pending):
            if (size := _block_size(self._pending, index)) > 1:
                if index + size > len(self._pending):
                    return  # the rest of the block has yet to come
                index += size
            elif self._pending[index] == 0x10 and (used := self._real_time(bytes(self._pending[index : index + 10]))):
                del self._pending[index : index + used]
            else:
                index += 1
        self._reader.feed(bytes(self._pending))
        self._pending.clear()

    def _real_time(self, head: bytes) -> int:
        if len(head) < 3:
            return 0
        match head[1], head[2]:
            case 0x04, n if 1 <= n <= 4:
                self.say(bytes([self._status(n)]))
                return 3
            case 0x05, _:
                if self.fault == "cutter_error":
                    self.fault = "none"
                return 3
            case 0x14, 0x08:
                self._reader.clear()
                return 10
        return 0

    def _status(self, n: int) -> int:
        """The table of status bytes, by state."""
        base = 0x12
        match n:
            case 1:
                return base | (0x08 if self.stopped else 0)
            case 2:
                error = self.fault in {"cutter_error", "overheated", "unrecoverable"}
                cover = 0x04 if self.fault == "cover_open" else 0
                return base | cover | (0x20 if self.paper.empty else 0) | (0x40 if error else 0)
            case 3:
                return base | {"cutter_error": 0x08, "unrecoverable": 0x20, "overheated": 0x40}.get(self.fault, 0)
        return base | (0x6C if self.paper.empty else 0x0C if self.near_end else 0)

    def _automatic_status(self) -> bytes:
        first = 0x10 | (0x08 if self.stopped else 0) | (0x20 if self.fault == "cover_open" else 0)
        second = {"cutter_error": 0x08, "unrecoverable": 0x20, "overheated": 0x40}.get(self.fault, 0)
        third = 0x0F if self.paper.empty else 0x03 if self.near_end else 0
        return bytes([first, second, third, 0])

    def _work(self) -> None:
        """Print what has been received, as far as the paper goes."""
        while not self.stopped and self._reader.step():
            pass


def _block_size(data: bytearray, index: int) -> int:
    """Length of the counted block that begins here (bitmap, GS ( …); 1 where none begins."""
    head = data[index : index + 8]
    if head[:3] == b"\x1dv0":
        return 8 + (head[4] | head[5] << 8) * (head[6] | head[7] << 8) if len(head) == 8 else 8
    if head[:2] == b"\x1d(":
        return 5 + (head[3] | head[4] << 8) if len(head) >= 5 else 5
    return 1


def _described(slip: Slip, number: int) -> dict[str, Any]:
    return {"number": number, "lines": slip.lines, "qr": slip.codes, "bitmaps": slip.bitmaps}


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9101)
    parser.add_argument("--pty", default="", help="make a tty under this path instead of a TCP port")
    parser.add_argument("--baud", type=int, default=0)
    parser.add_argument("--width", type=int, default=576, choices=(384, 576))
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--data", type=Path, default=None, help="unused by this device; slips stay in memory")
    options = parser.parse_args()
    device = ReceiptDevice(options.port, options.width, options.pty, options.baud)
    control = ControlServer(options.control_port, device.control)
    wire = device.wire
    announce(port=wire.port if isinstance(wire, TcpWire) else wire.path, control=control.port)
    wait_for_end()


if __name__ == "__main__":
    main()
