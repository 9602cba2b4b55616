"""A camera through OpenCV: one or two lenses (colour, infrared), or a document camera. Frames stay in memory.

Reading goes on as long as somebody watches, on a thread that nobody waits for (capture); pictures are published to
kiosk.frames and wiped when the preview stops, or when it has lasted longer than anybody looks. OpenCV lives only in
this process: it brings its own Qt plug-ins, which must never meet ours.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from drivers.camera.capture import Capture, Shot, Source
from drivers.camera.quality import problems_of
from drivers.camera.stream import FROZEN, HINTS, Expected
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
from drivers.contract.errors import DeviceError, DeviceFault, DeviceOffline, UnsupportedCommand
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from kiosk.frames import in_memory, wipe_leftover
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

FIRST_FRAME_S = 4.0
LOOK_S = 0.5
HANGING_LIMIT = 2
JPEG_QUALITY = 90
LEAST_JUDGED_S = 2.2


@dataclass(frozen=True)
class CameraOptions:
    """Addresses by lens, the file of shared pictures, what is expected, and how long a preview may last.

    `on_disk` allows the shared file to lie on a disk: for development machines without a tmpfs only.
    """

    lenses: Mapping[str, str]
    frames: str
    expected: Expected = Expected()
    longest_s: float = 600.0
    on_disk: bool = False


class OpencvCamera:
    """One device with its lenses; one of them is watched at a time."""

    def __init__(
        self,
        options: CameraOptions,
        role: DeviceRole = DeviceRole.CAMERA,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.role = role
        self._options, self._clock = options, clock
        self._capture: Capture | None = None
        self._lens = ""
        self._hanging: list[Capture] = []
        self._tidied = False

    def report(self, control: Control) -> DeviceReport:
        """While watching: whether pictures of now come. Otherwise: whether the sources are there, unopened."""
        self._tidy()
        capture = self._watched()
        if capture is None:
            for address in self._options.lenses.values():
                _look_for(address, min(LOOK_S, control.remaining_s))
            return DeviceReport(self.role, DeviceState.ONLINE)
        if capture.newest() is None:
            hint = capture.missing or "no picture comes"
            return DeviceReport(self.role, DeviceState.OFFLINE, reason="offline", hint=hint)
        problem = capture.problem()
        if problem:
            return DeviceReport(self.role, DeviceState.HARDWARE_ERROR, reason="fault", hint=HINTS[problem])
        return DeviceReport(self.role, DeviceState.ONLINE)

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """StartPreview, StopPreview, TakePhoto and GetReport."""
        match command:
            case StartPreview():
                return self._start(command.lens, control)
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
        """Open each lens, watch it for a moment, and judge what it shows."""
        watched, steps = self._lens if self._watched() is not None else "", []
        for lens in self._options.lenses:
            try:
                steps += self._test_lens(lens, control)
            except DeviceError as error:
                steps.append(TestStep(lens, error.hint, False, "check cable and power, then replace the camera"))
            finally:
                self._stop()  # also when cancelled: nobody would ask to stop what was never reported as started
        if watched:
            with contextlib.suppress(DeviceError):  # the steps have told it
                self._start(watched, control)
        return TestReport(all(step.passed for step in steps), tuple(steps))

    def close(self) -> None:
        """Stop watching; what was seen is wiped and its file removed. Never waits for OpenCV."""
        if self._capture is not None:
            self._stop()
            wipe_leftover(self._options.frames)

    def _stop(self) -> None:
        capture, self._capture, self._lens = self._capture, None, ""
        if capture is not None:
            capture.let_go()
            self._hanging = [one for one in (*self._hanging, capture) if one.thread.is_alive()]

    def _start(self, lens: str, control: Control) -> PreviewStarted:
        control.check()
        self._tidy()
        ours = self._watched() is None or self._lens != lens
        try:
            return self._start_watching(lens, control)
        except (Cancelled, DeadlineExceeded):
            if ours:
                self.close()  # nobody will ask to stop a preview that was never reported as started
            raise

    def _start_watching(self, lens: str, control: Control) -> PreviewStarted:
        if self._watched() is None or self._lens != lens:
            self._stop()  # the file stays: a reader may have it mapped
            self._capture, self._lens = self._new_capture(lens), lens
        capture, ends = self._capture, self._clock() + FIRST_FRAME_S
        assert capture is not None
        while (shot := capture.newest()) is None:
            if capture.missing:
                self.close()
                raise DeviceOffline(capture.missing)
            if self._clock() > ends:
                self.close()
                raise DeviceFault("the camera opens but sends no picture", cause="no_picture")
            control.wait(0.05)
        height, width = shot.picture.shape[:2]
        return PreviewStarted(self._options.frames, int(width), int(height))

    def _new_capture(self, lens: str) -> Capture:
        address = self._options.lenses.get(lens)
        if address is None:
            raise UnsupportedCommand(f"this camera has no {lens} lens")
        if not self._options.on_disk and not in_memory(self._options.frames):
            raise DeviceFault("pictures would lie on a disk: the run folder must be on a tmpfs", cause="not_in_memory")
        self._hanging = [one for one in self._hanging if one.thread.is_alive()]
        if len(self._hanging) >= HANGING_LIMIT:
            raise DeviceOffline("the camera hangs: unplug it and plug it in again", cause="hung")
        source = Source(address, self._options.frames, self._options.expected)
        return Capture(source, self._clock, self._options.longest_s)

    def _watched(self) -> Capture | None:
        """The capture, unless its time is over: a preview that nobody ends must not run for ever."""
        if self._capture is not None and self._capture.over:
            self.close()
        return self._capture

    def _take(self) -> Photo:
        import cv2

        capture = self._watched()
        shot: Shot | None = capture.newest() if capture is not None else None
        if capture is None or shot is None:
            raise DeviceFault("no fresh picture: is the preview running?", cause="no_picture")
        if capture.problem() == FROZEN:
            raise DeviceFault(HINTS[FROZEN], cause=FROZEN)
        grey = cv2.cvtColor(shot.picture, cv2.COLOR_BGR2GRAY)
        sharpness = float(cv2.Laplacian(grey, cv2.CV_64F).var())
        done, jpeg = cv2.imencode(".jpg", shot.picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not done:
            raise DeviceFault("the picture could not be encoded", cause="jpeg")
        return Photo(jpeg.tobytes(), problems_of(grey, sharpness))

    def _test_lens(self, lens: str, control: Control) -> list[TestStep]:
        self._stop()
        self._start(lens, control)
        control.wait(LEAST_JUDGED_S)
        capture = self._capture
        assert capture is not None
        (width, height), rate, brightness = capture.measured()
        problem = capture.problem()
        seen = f"{width}×{height}, {rate:.0f} pictures a second, brightness {brightness:.0f}"
        steps = [TestStep(f"{lens} stream", seen, not problem, HINTS.get(problem, ""))]
        if not problem:
            faults = self._take().problems
            advice = "clean the lens, check the light" if faults else ""
            steps.append(TestStep(f"{lens} picture", ", ".join(faults) or "clear", not faults, advice))
        return steps

    def _tidy(self) -> None:
        """Once a life: what a process that was killed left in memory goes."""
        if not self._tidied:
            self._tidied = True
            wipe_leftover(self._options.frames)


def _look_for(address: str, within_s: float) -> None:
    """Whether a source exists, without switching a camera on; DeviceOffline when not."""
    parts = urlsplit(address)
    try:
        if parts.scheme in {"http", "https"}:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            socket.create_connection((parts.hostname or "", port), max(0.01, within_s)).close()
        else:
            os.stat(address)
    except (OSError, ValueError) as error:
        raise DeviceOffline(f"{address} is not there: {error}") from error
