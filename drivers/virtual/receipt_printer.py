"""An ESC/POS receipt printer: `python -m drivers.virtual.receipt_printer --port 9101 --family custom --data DIR`.

Control: GET / (state), GET /last.png, GET /last.json, GET /list, GET /slips/N.png; POST /paper {"state":
ok|near_end|out, "left_mm"?, "near_mm"?}, POST /fault {"fault": NAME, "answers"?, "after_mm"?, "for_s"?}, POST /seed
{"seed", "rate"}, POST /plug, POST /unplug {"after_mm"?}, POST /power (off and on: what waits is lost), POST /reset (as
new, but for the wire), POST /take and POST /retract (the slip in the presenter). Faults: those of faults.py and
OWN_FAULTS of escpos_machine.py; `after_mm` of paper from now, `for_s` seconds long. Slips are kept in memory, and as
pictures in --data, the newest.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.escpos_machine import Build, ReceiptMachine
from drivers.virtual.escpos_slips import Slips
from drivers.virtual.escpos_status import FAMILIES
from drivers.virtual.process import announce, run_until_told
from drivers.virtual.usbip import UsbWire, printer_shape
from drivers.virtual.wire import Pacing, PtyWire, TcpWire

GONE_S = 0.3


class ReceiptDevice:
    """The machine, its plug, and its control port."""

    def __init__(self, machine: ReceiptMachine, wire: TcpWire | PtyWire | UsbWire) -> None:
        self._machine, self._wire = machine, wire
        self._hand = threading.Lock()  # one at a time has the plug in it
        machine.vanish = self._blink

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """One request. Plugging waits for the wire's own thread, so it does not hold the machine."""
        machine = self._machine
        if method == "GET" and path != "/":
            with machine.change:
                return machine.slips.show(path)
        if path in {"/plug", "/unplug", "/power"} and body.get("after_mm") is None:
            self._plugging(path)
        elif method != "GET":
            with machine.change:
                self._change(method, path, body)
                machine.settle()
        with machine.change:
            return Reply.json({"plugged": self._wire.plugged, **machine.state()})

    def _change(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        machine = self._machine
        match method, path:
            case "POST", "/paper":
                self._set_paper(body)
            case "POST", "/fault":
                self._order_fault(body)
            case "POST", "/seed":
                machine.misbehaviour.seed(int(_number(body, "seed")), _number(body, "rate"))
            case "POST", "/unplug":
                pull = threading.Thread(target=self._wire.unplug, daemon=True)
                machine.after(_number(body, "after_mm"), pull.start)
            case "POST", "/take":
                machine.slips.take()
                machine.condition.slip_waiting = False
            case "POST", "/retract":
                machine.slips.retract()
                machine.condition.slip_waiting = False
            case "POST", "/reset":
                machine.reset()
            case _:
                raise KeyError(path)

    def _plugging(self, path: str) -> None:
        with self._hand:
            if path != "/plug":
                self._wire.unplug()
            if path == "/power":
                self._machine.lose_power()
            if path != "/unplug":
                self._wire.plug()

    def _blink(self) -> None:
        """The port vanishes and comes back."""
        with self._hand:
            self._wire.unplug()
            threading.Event().wait(GONE_S)
            self._wire.plug()

    def _set_paper(self, body: Mapping[str, Any]) -> None:
        state = str(body.get("state", "ok"))
        if state not in {"ok", "near_end", "out"}:
            raise Refused("state is ok, near_end or out")
        machine = self._machine
        machine.condition.near_end = state == "near_end"
        machine.near_mm = _number(body, "near_mm")
        left_mm = None if body.get("left_mm") is None else _number(body, "left_mm")
        machine.paper.left_mm = 0.0 if state == "out" else left_mm

    def _order_fault(self, body: Mapping[str, Any]) -> None:
        machine = self._machine
        name, answers = str(body.get("fault", "")), int(_number(body, "answers"))
        if name not in machine.misbehaviour.names:
            raise Refused(f"faults are: {', '.join(machine.misbehaviour.names)}")
        if body.get("after_mm") is None:
            machine.start_fault(name, answers)
        else:
            machine.after(_number(body, "after_mm"), lambda: machine.start_fault(name, answers))
        if body.get("for_s") is not None:
            timer = threading.Timer(_number(body, "for_s"), machine.end_fault)
            timer.daemon = True
            timer.start()


def _number(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name) or 0
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Refused(f"{name} is a number, not below 0")
    return float(value)


def _wire(options: argparse.Namespace, machine: ReceiptMachine, pacing: Pacing) -> TcpWire | PtyWire | UsbWire:
    if options.pty:
        return PtyWire(options.pty, machine.receive, pacing)
    if options.usb:
        return UsbWire(options.port, machine.receive, printer_shape())
    return TcpWire(options.port, machine.receive, pacing)


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9101)
    parser.add_argument("--pty", default="", help="make a tty under this path instead of a TCP port")
    parser.add_argument("--usb", action="store_true", help="be a USB printer, over USB/IP on the port")
    parser.add_argument("--baud", type=int, default=0, help="pace both ways like a serial line; 0: as fast as can be")
    parser.add_argument("--width", type=int, default=576, choices=(384, 576))
    parser.add_argument("--family", default="escpos", choices=FAMILIES)
    parser.add_argument("--speed-mm-s", type=float, default=0.0, help="how fast paper moves; 0: at once")
    parser.add_argument("--buffer", type=int, default=0, help="receive buffer in bytes; 0: endless")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--data", type=Path, default=None, help="folder for the slips' pictures, the newest only")
    options = parser.parse_args()
    pacing = Pacing(options.baud)
    build = Build(options.family, options.width, options.speed_mm_s, options.buffer, options.baud)
    machine = ReceiptMachine(build, Slips(options.data), pacing)
    wire = _wire(options, machine, pacing)
    control = ControlServer(options.control_port, ReceiptDevice(machine, wire).control)
    announce(port=wire.path if isinstance(wire, PtyWire) else wire.port, control=control.port)
    run_until_told()


if __name__ == "__main__":
    main()
