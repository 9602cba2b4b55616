"""A camera through OpenCV: a V4L2 device, an MJPEG address or a file. Frames stay in memory.

A thread reads as long as somebody watches; it publishes each picture to kiosk.frames and keeps the newest
one for TakePhoto. Reading stops and all is wiped when the preview stops. OpenCV lives only in this process: it
brings its own Qt plug-ins, which must never meet ours.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from drivers.camera.quality import problems_of
from drivers.contract.commands import (
    Acknowledged,
    DeviceCommand,
    DeviceResult,
    GetReport,
    Photo,
    PreviewStarted,
    StartPreview,
    StopPreview,
    TakePhoto,
    TestReport,
    TestStep,
)
from drivers.contract.errors import DeviceFault, DeviceOffline, UnsupportedCommand
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from kiosk.frames import MAX_HEIGHT, MAX_WIDTH, FrameWriter
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

OPEN_MS = 3000
FIRST_FRAME_S = 4.0
STALE_S = 2.0
JPEG_QUALITY = 90


@dataclass(frozen=True)
class _Shot:
    """The newest picture (BGR, as OpenCV has it) and when it came."""

    picture: Any
    at: float


class OpencvCamera:
    """One camera. `source`: /dev/videoN, an http:// MJPEG address or a file; `frames`: the shared picture."""

    role = DeviceRole.CAMERA

    def __init__(self, source: str, frames: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._source, self._frames, self._clock = source, frames, clock
        self._newest: _Shot | None = None
        self._watching: threading.Event | None = None
        self._thread: threading.Thread | None = None

    def report(self, control: Control) -> DeviceReport:
        """While watching: whether pictures come. Otherwise: whether the source is there, unopened."""
        if self._watching is not None and self._fresh() is None:
            self.close()
            raise DeviceFault("no picture comes any more", cause="no_picture")
        if self._watching is None:
            _look_for(self._source)
        return DeviceReport(self.role, DeviceState.ONLINE)

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """StartPreview, StopPreview, TakePhoto and GetReport."""
        match command:
            case StartPreview():
                return self._start(control)
            case StopPreview():
                self.close()
                return Acknowledged()
            case TakePhoto():
                return self._take()
            case GetReport():
                return self.report(control)
            case _:
                raise UnsupportedCommand(f"{type(command).__name__} is not for a camera")

    def self_test(self, control: Control) -> TestReport:
        """Open, wait for a picture, and judge it."""
        watched = self._watching is not None
        try:
            self._start(control)
            problems = self._take().problems
        finally:
            if not watched:
                self.close()
        seen = ", ".join(problems) or "a clear picture"
        advice = "clean the lens, check the light" if problems else ""
        return TestReport(not problems, (TestStep("picture", seen, not problems, advice),))

    def close(self) -> None:
        """Stop reading and wipe what was seen."""
        if self._watching is not None and self._thread is not None:
            self._watching.clear()
            self._thread.join(OPEN_MS / 1000 + 2)
        self._watching, self._thread, self._newest = None, None, None

    def _start(self, control: Control) -> PreviewStarted:
        control.check()
        ours = self._watching is None
        try:
            return self._start_watching(control)
        except (Cancelled, DeadlineExceeded):
            if ours:
                self.close()  # nobody will ask to stop a preview that was never reported as started
            raise

    def _start_watching(self, control: Control) -> PreviewStarted:
        if self._watching is None:
            capture = self._open()
            self._watching = threading.Event()
            self._watching.set()
            self._thread = threading.Thread(target=self._watch, args=(capture, self._watching), daemon=True)
            self._thread.start()
        ends = self._clock() + FIRST_FRAME_S
        while (shot := self._fresh()) is None:
            if self._clock() > ends:
                self.close()
                raise DeviceFault("the camera opens but sends no picture", cause="no_picture")
            control.wait(0.05)
        height, width = shot.picture.shape[:2]
        return PreviewStarted(self._frames, int(width), int(height))

    def _take(self) -> Photo:
        import cv2

        shot = self._fresh()
        if shot is None:
            raise DeviceFault("no fresh picture: is the preview running?", cause="no_picture")
        grey = cv2.cvtColor(shot.picture, cv2.COLOR_BGR2GRAY)
        sharpness = float(cv2.Laplacian(grey, cv2.CV_64F).var())
        done, jpeg = cv2.imencode(".jpg", shot.picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not done:
            raise DeviceFault("the picture could not be encoded", cause="jpeg")
        return Photo(jpeg.tobytes(), problems_of(grey, sharpness))

    def _open(self) -> Any:
        import cv2

        settings = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, OPEN_MS]
        is_device = self._source.startswith("/dev/")
        try:
            capture = (
                cv2.VideoCapture(self._source, cv2.CAP_V4L2)
                if is_device
                else cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, settings)
            )
        except cv2.error as error:
            raise DeviceOffline(f"{self._source} cannot be opened: {error}") from error
        if not capture.isOpened():
            raise DeviceOffline(f"{self._source} cannot be opened")
        return capture

    def _watch(self, capture: Any, watching: threading.Event) -> None:
        """Read until told to stop or the source ends; runs on its own thread."""
        import cv2

        writer = FrameWriter(self._frames)
        try:
            while watching.is_set():
                taken, picture = capture.read()
                if not taken:
                    break
                fitted = _fit(picture)
                self._newest = _Shot(fitted, self._clock())
                height, width = fitted.shape[:2]
                writer.write(width, height, cv2.cvtColor(fitted, cv2.COLOR_BGR2RGB).tobytes())
        finally:
            self._newest = None
            writer.close()
            with contextlib.suppress(Exception):  # releasing a vanished source must not hide why it vanished
                capture.release()

    def _fresh(self) -> _Shot | None:
        shot = self._newest
        return shot if shot is not None and self._clock() - shot.at < STALE_S else None


def _look_for(source: str) -> None:
    """Whether a source exists, without switching a camera on; DeviceOffline when not."""
    parts = urlsplit(source)
    try:
        if parts.scheme in {"http", "https"}:
            socket.create_connection((parts.hostname or "", parts.port or 80), 1.0).close()
        else:
            os.stat(source)
    except OSError as error:
        raise DeviceOffline(f"{source} is not there: {error}") from error


def _fit(picture: Any) -> Any:
    """At most MAX_WIDTH by MAX_HEIGHT, proportions kept."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(MAX_WIDTH / width, MAX_HEIGHT / height, 1.0)
    return picture if scale == 1.0 else cv2.resize(picture, (int(width * scale), int(height * scale)))
