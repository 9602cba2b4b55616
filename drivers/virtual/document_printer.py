"""An A4 printer that speaks IPP: `python -m drivers.virtual.document_printer --port 8631`.

Control: GET / (state), GET /jobs, GET /jobs/N.pdf, GET /jobs/N/pages/P.png, POST /tray {"sheets"}, POST /jam
{"at_sheet"}, POST /clear, POST /fault {"fault": NAME}, POST /power, POST /take, POST /plug, POST /unplug. Faults: none,
silent, slow, garbage, cover-open, toner-empty.
"""

from __future__ import annotations

import argparse
import io
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pypdfium2

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.ipp_codec import Attributes, IppRequest, read_request, write_answer
from drivers.virtual.printing import COMPLETED, PROCESSING, STOPPED, Job, Printer
from drivers.virtual.process import announce, wait_for_end

FAULTS = ["none", "silent", "slow", "garbage", "cover-open", "toner-empty"]
OK, BAD_REQUEST, NOT_FOUND, NOT_POSSIBLE, NO_FORMAT = 0x0000, 0x0400, 0x0406, 0x0404, 0x040A
UNSUPPORTED = 0x0501
SLOW_S = 1.5
SILENT_S = 30.0
BODY_LIMIT = 64 * 1024 * 1024


class DocumentDevice:
    """Printer, IPP server and faults together."""

    def __init__(self, port: int, sheet_s: float, sheets: int) -> None:
        self.printer = Printer(sheet_s, sheets)
        self.fault = "none"
        self.port = port
        self._server: ThreadingHTTPServer | None = None
        self._ended = threading.Event()
        self.plug()

    def plug(self) -> None:
        """Switch the network on."""
        if self._server is None:
            self._server = _Server(("127.0.0.1", self.port), _ipp_class(self.answer))
            self.port = self._server.server_address[1]
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def unplug(self) -> None:
        """Switch the network off."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def answer(self, data: bytes) -> bytes | None:
        """The IPP answer to a request; None: hang up without a word."""
        if self.fault == "silent":
            self._ended.wait(SILENT_S)
            return None
        if self.fault == "slow":
            self._ended.wait(SLOW_S)
        if self.fault == "garbage":
            return bytes(range(60))
        try:
            request = read_request(data)
        except ValueError:
            return write_answer(BAD_REQUEST, 0, [])
        operations: dict[int, Callable[[IppRequest], tuple[int, list[tuple[str, Attributes]]]]] = {
            0x0002: self._print_job,
            0x0004: _nothing_to_say,
            0x0008: self._cancel,
            0x0009: self._job,
            0x000A: self._jobs,
            0x000B: lambda request: (OK, [("printer", self._attributes())]),
        }
        operation = operations.get(request.operation, _unsupported)
        status, groups = operation(request)
        return write_answer(status, request.number, groups)

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        if method == "GET" and path != "/":
            return self._show(path)
        actions: dict[str, Callable[[], object]] = {
            "/": self.state,
            "/tray": lambda: self.printer.refill(_whole(body, "sheets")),
            "/jam": lambda: self.printer.set_problem("media-jam", _whole(body, "at_sheet")),
            "/clear": lambda: self.printer.set_problem(""),
            "/fault": lambda: self._set_fault(str(body.get("fault", ""))),
            "/power": self.printer.power_cycle,
            "/take": self.printer.take,
            "/plug": self.plug,
            "/unplug": self.unplug,
        }
        actions[path]()
        return Reply.json(self.state())

    def state(self) -> dict[str, Any]:
        """For the bench."""
        printer = self.printer
        return {
            "plugged": self._server is not None,
            "fault": self.fault,
            "sheets": printer.tray,
            "state": printer.state,
            "reasons": printer.reasons,
            "out_tray": printer.out_tray,
            "jobs": len(printer.archive),
        }

    def _set_fault(self, name: str) -> None:
        if name not in FAULTS:
            raise Refused(f"faults are: {', '.join(FAULTS)}")
        self.fault = name
        self.printer.set_problem(name if name in {"cover-open", "toner-empty"} else "")

    def _show(self, path: str) -> Reply:
        parts = path.strip("/").split("/")
        if parts == ["jobs"]:
            return Reply.json({"jobs": [_described(job, n) for n, job in enumerate(self.printer.archive)]})
        if parts[0] != "jobs":
            raise KeyError(path)
        job = self._archived(parts[1].removesuffix(".pdf"))
        if len(parts) == 2:
            return Reply(job.pdf, "application/pdf")
        return Reply(_page(job, _number(parts[-1].removesuffix(".png"))), "image/png")

    def _archived(self, number: str) -> Job:
        try:
            return self.printer.archive[_number(number)]
        except IndexError:
            raise Refused("there is no such job") from None

    def _print_job(self, request: IppRequest) -> tuple[int, list[tuple[str, Attributes]]]:
        copies = request.value("job", "copies", 1)
        try:
            job = self.printer.submit(request.value("operation", "job-name", ""), request.document, copies)
        except ValueError:
            return NO_FORMAT, []
        return OK, [("job", self._job_attributes(job))]

    def _job(self, request: IppRequest) -> tuple[int, list[tuple[str, Attributes]]]:
        job = self.printer.find(request.value("operation", "job-id", 0))
        return (NOT_FOUND, []) if job is None else (OK, [("job", self._job_attributes(job))])

    def _jobs(self, request: IppRequest) -> tuple[int, list[tuple[str, Attributes]]]:
        return OK, [("job", self._job_attributes(job)) for job in self.printer.jobs]

    def _cancel(self, request: IppRequest) -> tuple[int, list[tuple[str, Attributes]]]:
        job_id = request.value("operation", "job-id", 0)
        if self.printer.find(job_id) is None:
            return NOT_FOUND, []
        return (OK if self.printer.cancel(job_id) else NOT_POSSIBLE), []

    def _job_attributes(self, job: Job) -> Attributes:
        reasons = {PROCESSING: "job-printing", COMPLETED: "job-completed-successfully", STOPPED: "printer-stopped"}
        return [
            ("integer", "job-id", [job.id]),
            ("uri", "job-uri", [f"ipp://127.0.0.1:{self.port}/ipp/print/{job.id}"]),
            ("uri", "job-uuid", [job.uuid]),
            ("enum", "job-state", [job.state]),
            ("keyword", "job-state-reasons", [reasons.get(job.state, "none")]),
            ("integer", "job-impressions", [job.of]),
            ("integer", "job-impressions-completed", [job.sheets]),
            ("integer", "job-media-sheets-completed", [job.sheets]),
        ]

    def _attributes(self) -> Attributes:
        tray = f"type=sheetFeedAutoRemovableTray;maxcapacity=250;level={self.printer.tray};status=0;name=main;"
        toner = 0 if self.printer.problem == "toner-empty" else 75
        supply = f"index=1;class=supplyThatIsConsumed;type=toner;unit=percent;maxcapacity=100;level={toner};"
        return [
            ("text", "printer-make-and-model", ["Doorstep virtual A4"]),
            ("enum", "printer-state", [self.printer.state]),
            ("keyword", "printer-state-reasons", self.printer.reasons),
            ("boolean", "printer-is-accepting-jobs", [True]),
            ("mime", "document-format-supported", ["application/pdf"]),
            ("enum", "operations-supported", [2, 4, 8, 9, 10, 11]),
            ("octets", "printer-input-tray", [tray.encode()]),
            ("octets", "printer-supply", [supply.encode()]),
        ]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def _ipp_class(answer: Callable[[bytes], bytes | None]) -> type[BaseHTTPRequestHandler]:
    class Request(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # http.server's name
            length = min(int(self.headers.get("Content-Length") or 0), BODY_LIMIT)
            reply = answer(self.rfile.read(length))
            if reply is None:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/ipp")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Request


def _nothing_to_say(request: IppRequest) -> tuple[int, list[tuple[str, Attributes]]]:
    """Validate-Job: yes, we would."""
    return OK, []


def _unsupported(request: IppRequest) -> tuple[int, list[tuple[str, Attributes]]]:
    """server-error-operation-not-supported."""
    return UNSUPPORTED, []


def _whole(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or not 0 <= value <= 5000:
        raise Refused(f"{name} is a number from 0 to 5000")
    return value


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 10**9


def _described(job: Job, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "id": job.id,
        "name": job.name,
        "pages": job.pages,
        "copies": job.copies,
        "sheets": job.sheets,
        "state": job.state,
    }


def _page(job: Job, page: int) -> bytes:
    if not 1 <= page <= job.pages:
        raise Refused(f"pages are 1 to {job.pages}")
    with pypdfium2.PdfDocument(job.pdf) as document:
        sheet = document[page - 1]
        out = io.BytesIO()
        sheet.render(scale=900 / sheet.get_width()).to_pil().save(out, "PNG")
        sheet.close()
    return out.getvalue()


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8631)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--seconds-per-sheet", type=float, default=0.8)
    parser.add_argument("--sheets", type=int, default=250, help="paper in the tray")
    parser.add_argument("--data", type=Path, default=None, help="unused by this device; jobs stay in memory")
    options = parser.parse_args()
    device = DocumentDevice(options.port, options.seconds_per_sheet, options.sheets)
    control = ControlServer(options.control_port, device.control)
    announce(port=device.port, control=control.port)
    wait_for_end()


if __name__ == "__main__":
    main()
