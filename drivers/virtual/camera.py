"""A camera: an MJPEG stream of a drawn person. `python -m drivers.virtual.camera --port 8081`.

Control: GET / (state), GET /frame.jpg, POST /fault {"fault": NAME}, POST /plug, POST /unplug. Faults: none,
frozen, black, bright, empty_chair, slow.
"""

from __future__ import annotations

import argparse
import io
import math
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from drivers.virtual.control import ControlServer, Refused, Reply
from drivers.virtual.paper import font_of
from drivers.virtual.process import announce, wait_for_end

FAULTS = ["none", "frozen", "black", "bright", "empty_chair", "slow"]
WIDTH, HEIGHT = 640, 480
FRAMES_A_SECOND = 12
_BOUNDARY = "doorstep-frame"


class CameraDevice:
    """The scene and its stream."""

    def __init__(self, port: int) -> None:
        self.fault = "none"
        self.port = port
        self.viewers = 0
        self._server: ThreadingHTTPServer | None = None
        self._cache: dict[tuple[str, int], bytes] = {}
        self.plug()

    def plug(self) -> None:
        """Switch the camera on."""
        if self._server is None:
            self._server = _Server(("127.0.0.1", self.port), _stream_class(self))
            self.port = self._server.server_address[1]
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def unplug(self) -> None:
        """Pull the cable."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._server is not None

    def frame(self, number: int) -> bytes:
        """The JPEG that the lens sees as frame `number`; the scene repeats every 24 frames."""
        phase = 0 if self.fault == "frozen" else number % 24
        key = (self.fault, phase)
        if key not in self._cache:
            self._cache[key] = draw_scene(self.fault, phase)
        return self._cache[key]

    def control(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The control port."""
        match method, path:
            case "GET", "/":
                pass
            case "GET", "/frame.jpg":
                return Reply(self.frame(0), "image/jpeg")
            case "POST", "/fault":
                if body.get("fault") not in FAULTS:
                    raise Refused(f"faults are: {', '.join(FAULTS)}")
                self.fault = str(body["fault"])
            case "POST", "/plug":
                self.plug()
            case "POST", "/unplug":
                self.unplug()
            case _:
                raise KeyError(path)
        return Reply.json({"plugged": self.plugged, "fault": self.fault, "viewers": self.viewers})


def draw_scene(fault: str, phase: int) -> bytes:
    """A person before a light wall, breathing a little; or what a fault leaves of it."""
    if fault in {"black", "bright"}:
        return _jpeg(Image.new("RGB", (WIDTH, HEIGHT), (4, 4, 5) if fault == "black" else (255, 255, 255)))
    picture = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), (222, 229, 234))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 760, WIDTH * 2, HEIGHT * 2), fill=(196, 205, 212))
    if fault != "empty_chair":
        _draw_person(pen, round(6 * math.sin(phase / 24 * 2 * math.pi)))
    pen.text((WIDTH * 2 - 24, 24), "演示", font=font_of(44), fill=(150, 60, 60), anchor="ra")
    return _jpeg(picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).filter(ImageFilter.SHARPEN))


def _draw_person(pen: ImageDraw.ImageDraw, sway: int) -> None:
    middle = WIDTH + sway
    pen.ellipse((middle - 330, 640, middle + 330, 1300), fill=(52, 78, 110))
    pen.polygon([(middle - 70, 650), (middle + 70, 650), (middle, 790)], fill=(245, 245, 242))
    pen.rectangle((middle - 62, 540, middle + 62, 690), fill=(232, 190, 160))
    pen.ellipse((middle - 190, 130, middle + 190, 600), fill=(38, 32, 30))
    pen.ellipse((middle - 160, 190, middle + 160, 620), fill=(240, 202, 174))
    pen.pieslice((middle - 170, 150, middle + 170, 440), 180, 360, fill=(38, 32, 30))
    for side in (-1, 1):
        eye = middle + side * 66
        pen.ellipse((eye - 26, 378, eye + 26, 408), fill=(255, 255, 255))
        pen.ellipse((eye - 13, 380, eye + 13, 406), fill=(40, 28, 22))
        pen.line((eye - 34, 352, eye + 34, 350), fill=(50, 40, 36), width=9)
        pen.ellipse((middle + side * 168 - 18, 380, middle + side * 168 + 18, 470), fill=(232, 190, 160))
    pen.line((middle, 410, middle - 14, 486, middle + 12, 490), fill=(205, 160, 132), width=7)
    pen.arc((middle - 56, 500, middle + 56, 560), 15, 165, fill=(176, 84, 84), width=9)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A viewer that goes away is no error."""


def _stream_class(device: CameraDevice) -> type[BaseHTTPRequestHandler]:
    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            self.send_response(200)
            self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
            self.end_headers()
            device.viewers += 1
            try:
                self._stream()
            finally:
                device.viewers -= 1

        def _stream(self) -> None:
            number = 0
            while device.plugged:
                jpeg = device.frame(number)
                head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg + b"\r\n")
                number += 1
                time.sleep(1.0 if device.fault == "slow" else 1 / FRAMES_A_SECOND)

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
    wait_for_end()


if __name__ == "__main__":
    main()
