"""An A4 printer that speaks IPP: `python -m drivers.virtual.document_printer --port 8631`.

Control:
  GET / (state), GET /jobs, GET /jobs/N.pdf, GET /jobs/N/pages/P.png, GET /out (what came out, sheet by sheet)
  POST /tray {"sheets", "tray"?}, /toner {"percent"}, /take, /plug, /unplug, /clear, /reset
  POST /trap {"what", "at_sheet", "when": before|middle|after}, /jam {"at_sheet"} (before that sheet)
  POST /fault {"fault", "answers"?}: wire faults, drip, http-error, busy, and cover-open, toner-empty, media-jam, …
  POST /seed {"seed", "rate"}, /lose {"operation", "done": true|false} (one answer lost, after or before doing it)
  POST /power {"on"?, "keep"?} (without "on": off and on again), /habits {NAME: value}, /operations {"without": [NAME]}
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.faults import Misbehaviour, Spoilers
from drivers.virtual.ipp_codec import read_request, with_wrong_length, write_answer
from drivers.virtual.ipp_http import HttpReply, IppListener
from drivers.virtual.ipp_service import BAD_REQUEST, OPERATIONS, IppService
from drivers.virtual.printing import PROBLEMS, TRAPS, WHEN, Habits, Printer, Trap
from drivers.virtual.printing_archive import Archive, draw_page
from drivers.virtual.printing_jobs import Job
from drivers.virtual.process import announce, run_until_told

SILENT_S = 30.0
OWN_FAULTS = ("drip", "http-error", "busy", *PROBLEMS)


class DocumentDevice:
    """Printer, IPP server and faults together."""

    def __init__(self, port: int, habits: Habits, trays: dict[str, int], data: Path | None = None) -> None:
        self._habits, self._trays, self._data = habits, trays, data
        self._wire = IppListener(port, self.answer)
        self._lost: dict[int, bool] = {}
        self._begin()
        self.plug()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._wire.port

    def plug(self) -> None:
        """Switch the network on."""
        self._wire.plug()
        self.service.port = self._wire.port

    def unplug(self) -> None:
        """Switch the network off; the printer prints on."""
        self._wire.unplug()

    def answer(self, data: bytes) -> HttpReply | None:
        """The reply to a request; None: hang up without a word."""
        fault = self.faults.next()
        if fault == "silent":
            self._wire.ended.wait(SILENT_S)
            return None
        if fault == "http-error":
            return HttpReply(b"", 503)
        body = self._carry_out(data)
        if fault == "vanish":
            threading.Thread(target=self.unplug, daemon=True).start()
            return None
        if body is None:
            return None
        return HttpReply(self.faults.twist(fault, body), drip=fault in {"drip", "byte_at_a_time"})

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        if method == "GET" and path != "/":
            return self._show(path)
        printer = self.printer
        actions: dict[str, Callable[[], object]] = {
            "/": self.state,
            "/tray": lambda: self._fill(body),
            "/toner": lambda: printer.change(toner=_whole(body, "percent", 100)),
            "/jam": lambda: self._trap({"what": "media-jam", **body}),
            "/trap": lambda: self._trap(body),
            "/clear": printer.clear,
            "/fault": lambda: self._fault(body),
            "/seed": lambda: self.faults.seed(_whole(body, "seed", 2**31), float(body.get("rate", 0.1))),
            "/lose": lambda: self._lose(body),
            "/power": lambda: self._power(body),
            "/habits": lambda: self._set_habits(body),
            "/operations": lambda: self._set_operations(body),
            "/take": printer.take,
            "/plug": self.plug,
            "/unplug": self.unplug,
            "/reset": self._reset,
        }
        actions[path]()
        return Reply.json(self.state())

    def state(self) -> dict[str, Any]:
        """For the bench."""
        printer = self.printer
        return {
            "plugged": self._wire.plugged,
            **self.faults.told(),
            "fault": printer.problem or self.faults.fault,
            "sheets": printer.tray,
            "trays": printer.trays,
            "toner": printer.toner,
            "on": printer.on,
            "state": printer.state,
            "reasons": printer.reasons,
            "out_tray": printer.out_tray,
            "impressions": printer.impressions,
            "jobs": len(self.service.archived),
        }

    def _begin(self) -> None:
        self.faults = Misbehaviour(Spoilers(length=with_wrong_length), OWN_FAULTS)
        self.printer = Printer(replace(self._habits), dict(self._trays), on_trap=self._sprung)
        self.printer.start()
        self.service = IppService(self.printer, Archive(self._data))
        self.service.port = self._wire.port

    def _reset(self) -> None:
        """As new from the factory; the old printer stays without power."""
        self.printer.power_off(keep_jobs=False)
        self._lost = {}
        self._begin()
        self.plug()

    def _carry_out(self, data: bytes) -> bytes | None:
        try:
            request = read_request(data)
        except ValueError:
            return write_answer(BAD_REQUEST, None, [])
        if not self.printer.on:
            return None
        done = self._lost.pop(request.operation, None)
        if done is False:
            return None
        status, groups = self.service.carry_out(request)
        return None if done else write_answer(status, request, groups)

    def _sprung(self, what: str) -> None:
        """A trap that concerns the network: a printer without power is gone from it."""
        if what in {"vanish", "off"}:
            self.unplug()

    def _fill(self, body: Mapping[str, Any]) -> None:
        name = str(body.get("tray", "main"))
        self.printer.change(trays={**self.printer.trays, name: _whole(body, "sheets")})

    def _trap(self, body: Mapping[str, Any]) -> None:
        what, when = str(body.get("what", "")), str(body.get("when", "before"))
        if what not in TRAPS or when not in WHEN:
            raise Refused(f"what is one of {', '.join(TRAPS)}; when is one of {', '.join(WHEN)}")
        self.printer.change(traps=[*self.printer.traps, Trap(what, _whole(body, "at_sheet"), when)])

    def _fault(self, body: Mapping[str, Any]) -> None:
        name = str(body.get("fault", ""))
        self.faults.set(name, int(body.get("answers", 0)))
        self.service.busy = name == "busy"
        if name == "none":
            self.printer.clear()
        elif name in PROBLEMS:
            self.printer.change(problem=name, **({"toner": 0} if name == "toner-empty" else {}))
            self.faults.set("none")

    def _lose(self, body: Mapping[str, Any]) -> None:
        numbers = {name: number for number, name in OPERATIONS.items()}
        name = str(body.get("operation", ""))
        if name not in numbers:
            raise Refused(f"operation is one of {', '.join(numbers)}")
        self._lost[numbers[name]] = bool(body.get("done", True))

    def _power(self, body: Mapping[str, Any]) -> None:
        on = body.get("on")
        if on is not True:
            self.printer.power_off(keep_jobs=bool(body.get("keep")))
        if on is False:
            self.unplug()
            return
        self.printer.power_on()
        self.plug()

    def _set_habits(self, body: Mapping[str, Any]) -> None:
        known = {field.name for field in fields(Habits)}
        if not set(body) <= known:
            raise Refused(f"habits are: {', '.join(sorted(known))}")
        self.printer.change(habits=replace(self.printer.habits, **body))

    def _set_operations(self, body: Mapping[str, Any]) -> None:
        without = set(body.get("without", ()))
        if not without <= set(OPERATIONS.values()):
            raise Refused(f"operations are: {', '.join(OPERATIONS.values())}")
        self.service.operations = frozenset(number for number, name in OPERATIONS.items() if name not in without)

    def _show(self, path: str) -> Reply:
        parts = path.strip("/").split("/")
        if parts == ["out"]:
            return Reply.json({"out": [{"job": job, "pages": pages} for job, pages in self.printer.out]})
        if parts == ["jobs"]:
            return Reply.json({"jobs": [_described(job) for job in self.service.archived[-50:]]})
        if parts[0] != "jobs" or len(parts) not in {2, 4}:
            raise KeyError(path)
        try:
            pdf = self._archive_of(parts[1].removesuffix(".pdf"))
            if len(parts) == 2:
                return Reply(pdf, "application/pdf")
            return Reply(draw_page(pdf, _number(parts[-1].removesuffix(".png"))), "image/png")
        except (KeyError, IndexError):
            raise Refused("there is no such job or page") from None

    def _archive_of(self, number: str) -> bytes:
        return self.service.archive.read(_number(number))


def _whole(body: Mapping[str, Any], name: str, most: int = 5000) -> int:
    value = body.get(name)
    if not isinstance(value, int) or not 0 <= value <= most:
        raise Refused(f"{name} is a number from 0 to {most}")
    return value


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 10**9


def _described(job: Job) -> dict[str, Any]:
    return {
        "number": job.number,
        "id": job.id,
        "uuid": job.uuid,
        "name": job.ticket.name,
        "pages": job.pages,
        "copies": job.ticket.copies,
        "duplex": job.ticket.duplex,
        "sheets": job.sheets,
        "of": job.of,
        "state": job.state,
    }


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8631)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--seconds-per-sheet", type=float, default=0.8)
    parser.add_argument("--warm-up-s", type=float, default=0.0, help="after the power comes back")
    parser.add_argument("--sheets", type=int, default=250, help="paper in the tray")
    parser.add_argument("--second-tray", type=int, default=None, help="paper in a second tray, when there is one")
    parser.add_argument("--data", type=Path, default=None, help="keep the last 50 papers here instead of in memory")
    options = parser.parse_args()
    trays = {"main": options.sheets} | ({} if options.second_tray is None else {"second": options.second_tray})
    habits = Habits(options.seconds_per_sheet, options.warm_up_s)
    device = DocumentDevice(options.port, habits, trays, options.data)
    control = ControlServer(options.control_port, device.control)
    announce(port=device.port, control=control.port)
    run_until_told()


if __name__ == "__main__":
    main()
