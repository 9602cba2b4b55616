"""A camera with two lenses and a document camera: `python -m drivers.virtual.camera --port 8081`.

MJPEG over HTTP under /stream (colour), /infrared and /document. Control: GET / (state), GET /frame.jpg, POST /fault
{"fault", "answers"?: pictures}, POST /seed {"seed", "rate"}, POST /plug, POST /unplug. What the wire faults of
drivers.virtual.faults mean to a picture: silent sends none, slow one a second, garbage and truncated spoil the JPEG,
stale repeats the last one, vanish pulls the cable. Own faults change what is seen, or how the stream begins.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from drivers.virtual.camera_scenes import PHASES, draw
from drivers.virtual.control import ControlServer, Reply
from drivers.virtual.faults import GARBAGE_BYTES, Misbehaviour
from drivers.virtual.process import announce, run_until_told

SEEN = ("frozen", "black", "bright", "covered", "empty_chair", "wrong_size")
BEGINNINGS = ("mute", "no_boundary", "endless_header", "not_found")
LENSES = {"/stream": "colour", "/infrared": "infrared", "/document": "document"}
FRAME_S, SLOW_S = 1 / 12, 1.0
_BOUNDARY = "doorstep-frame"
Put = Callable[[bytes], Any]


class CameraDevice:
    """The scenes and their streams."""

    def __init__(self, port: int) -> None:
        self.misbehaviour = Misbehaviour(own=(*SEEN, *BEGINNINGS))
        self.port = port
        self.viewers = 0
        self._server: ThreadingHTTPServer | None = None
        self._hand = threading.Lock()  # on the cable: it is either put in or pulled
        self._cache: dict[tuple[str, str, int], bytes] = {}
        self.pulled = threading.Event()
        self.plug()

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._server is not None

    def plug(self) -> None:
        """Put the cable in."""
        with self._hand:
            if self._server is None:
                self.pulled = threading.Event()
                self._server = _Server(("127.0.0.1", self.port), _request_class(self))
                self.port = self._server.server_address[1]
                threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def unplug(self) -> None:
        """Pull the cable."""
        with self._hand:
            server, self._server = self._server, None
            self.pulled.set()
            if server is not None:
                server.shutdown()
                server.server_close()

    def picture(self, lens: str, fault: str, number: int) -> bytes:
        """The JPEG that a lens sees as picture `number`."""
        key = (lens, fault if fault in SEEN else "none", 0 if fault == "frozen" else number % PHASES)
        if key not in self._cache:
            self._cache[key] = draw(*key)
        return self._cache[key]

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        match method, path:
            case "GET", "/":
                pass
            case "GET", "/frame.jpg":
                return Reply(self.picture("colour", self.misbehaviour.fault, 0), "image/jpeg")
            case "POST", "/fault":
                self.misbehaviour.set(str(body.get("fault", "")), int(body.get("answers", 0)))
            case "POST", "/seed":
                self.misbehaviour.seed(int(body.get("seed", 0)), float(body.get("rate", 0.0)))
            case "POST", "/plug":
                self.plug()
            case "POST", "/unplug":
                self.unplug()
            case _:
                raise KeyError(path)
        return Reply.json({"plugged": self.plugged, "viewers": self.viewers} | self.misbehaviour.told())


class _Stream:
    """One viewer of one lens, until the cable is pulled or she goes."""

    def __init__(self, device: CameraDevice, lens: str, put: Put) -> None:
        self._device, self._lens, self._put = device, lens, put
        self._pulled = device.pulled
        self._last = b""

    def run(self) -> None:
        number = 0
        while not self._pulled.is_set():
            fault = self._device.misbehaviour.next()
            if fault == "vanish":
                threading.Thread(target=self._device.unplug, daemon=True).start()
                return
            if fault != "silent":
                self._send(fault, self._device.picture(self._lens, fault, number))
            number += 1
            self._pulled.wait(SLOW_S if fault == "slow" else FRAME_S)

    def _send(self, fault: str, jpeg: bytes) -> None:
        announced = len(jpeg)
        match fault:
            case "garbage":
                jpeg = GARBAGE_BYTES * 20
                announced = len(jpeg)
            case "bad_checksum":
                middle = len(jpeg) // 2
                jpeg = jpeg[:middle] + bytes(64) + jpeg[middle + 64 :]
            case "truncated":
                jpeg = jpeg[: len(jpeg) // 3]
                announced = len(jpeg)
            case "wrong_length":
                announced = 0x7FF0
            case "stale":
                jpeg = self._last or jpeg
                announced = len(jpeg)
        self._last = jpeg
        noise = GARBAGE_BYTES if fault == "noise" else b""
        head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {announced}\r\n\r\n"
        data = noise + head.encode() + jpeg + b"\r\n"
        if fault != "byte_at_a_time":
            self._put(data)
            return
        for offset in range(0, len(data), 512):
            self._put(data[offset : offset + 512])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A viewer that goes away is no error."""


def _request_class(device: CameraDevice) -> type[BaseHTTPRequestHandler]:
    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            pulled, beginning = device.pulled, device.misbehaviour.fault
            lens = LENSES.get(self.path)
            if lens is None or beginning == "not_found":
                self.send_error(404)
                return
            device.viewers += 1
            try:
                if beginning == "mute":
                    pulled.wait()
                elif beginning == "endless_header":
                    while not pulled.is_set():
                        self.wfile.write(b"X-Padding: " + bytes(80) + b"\r\n")
                        pulled.wait(0.01)
                else:
                    self._begin("" if beginning == "no_boundary" else f"; boundary={_BOUNDARY}")
                    _Stream(device, lens, self.wfile.write).run()
            finally:
                device.viewers -= 1

        def _begin(self, boundary: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"multipart/x-mixed-replace{boundary}")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Request


def main() -> None:
    """Run the device."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--data", type=Path, default=None, help="unused by this device")
    options = parser.parse_args()
    device = CameraDevice(options.port)
    control = ControlServer(options.control_port, device.control)
    announce(port=device.port, control=control.port)
    run_until_told()


if __name__ == "__main__":
    main()
