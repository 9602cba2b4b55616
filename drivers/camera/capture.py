"""The thread that reads one source for as long as somebody watches it, and comes back to it when it was away.

OpenCV's calls may block for seconds, or for ever: so nobody waits for this thread. Whoever has enough of it lets go of
it; it ends by itself at its next breath. What it saw goes to the shared ring and is wiped at its end.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drivers.camera.stream import Expected, StreamJudge
from kiosk.frames import MAX_HEIGHT, MAX_WIDTH, FrameWriter

log = logging.getLogger(__name__)
OPEN_MS = 3000
AGAIN_S = 0.5
STALE_S = 2.0
LET_GO_S = 0.05
FILE_FPS = 12.0
FASTEST_FPS = 1000.0


@dataclass(frozen=True)
class Shot:
    """One picture (BGR, as OpenCV has it) and when it came."""

    picture: Any
    at: float


@dataclass(frozen=True)
class Source:
    """A camera: /dev/videoN, an http:// MJPEG address or a file; where its pictures go; what they should be."""

    address: str
    frames: str
    expected: Expected = Expected()

    @property
    def is_device(self) -> bool:
        """Whether it is a V4L2 node."""
        return self.address.startswith("/dev/")

    @property
    def is_file(self) -> bool:
        """Whether it is read as fast as we like, and has an end."""
        return not self.is_device and "://" not in self.address


class Capture:
    """Reads `source` until let go, at most for `longest_s`."""

    def __init__(self, source: Source, clock: Callable[[], float], longest_s: float) -> None:
        self._source, self._clock = source, clock
        self._ends = clock() + longest_s
        self._let_go = threading.Event()
        self._lock = threading.Lock()
        self._judge = StreamJudge(source.expected)
        self._newest: Shot | None = None
        self._writer = FrameWriter(source.frames)
        self.missing = ""
        self.thread = threading.Thread(target=self._run, name="camera-capture", daemon=True)
        self.thread.start()

    @property
    def over(self) -> bool:
        """Whether it ended, or should have."""
        return self._let_go.is_set() or not self.thread.is_alive() or self._clock() > self._ends

    def let_go(self, within_s: float = LET_GO_S) -> None:
        """End it and wipe what it shared, whether its thread is stuck or not."""
        self._let_go.set()
        with self._lock:
            self._newest = None
            self._writer.wipe()
        self.thread.join(within_s)

    def newest(self) -> Shot | None:
        """The newest picture, if it is of now."""
        shot = self._newest
        return shot if shot is not None and self._clock() - shot.at < STALE_S else None

    def problem(self) -> str:
        """What is wrong with the stream, if anything."""
        with self._lock:
            return self._judge.problem(self._clock())

    def measured(self) -> tuple[tuple[int, int], float, float]:
        """Size in pixels, pictures a second, mean brightness 0 to 255."""
        with self._lock:
            return self._judge.size, self._judge.rate(self._clock()) or 0.0, self._judge.brightness

    def _run(self) -> None:
        try:
            while not self._let_go.is_set() and self._clock() < self._ends:
                if self._read_while_it_is_there():
                    continue  # a file begins again at its end
                self._newest = None
                self._let_go.wait(AGAIN_S)
        finally:
            with self._lock:
                self._newest = None
                if not self._let_go.is_set():
                    self._writer.wipe()  # its time was over; after let_go somebody else may use the file

    def _read_while_it_is_there(self) -> bool:
        """Until it ends; whether it may be begun again at once."""
        import cv2

        capture, seen = open_capture(self._source), 0
        if capture is None:
            self.missing = f"{self._source.address} cannot be opened"
            return False
        every_s = 1 / _rate_of(capture) if self._source.is_file else 0.0
        try:
            while not self._let_go.is_set() and self._clock() < self._ends:
                began = self._clock()
                taken, picture = capture.read()
                if not taken:
                    break
                self.missing, seen = "", seen + 1
                self._keep(picture)
                if every_s:
                    self._let_go.wait(max(0.0, began + every_s - self._clock()))
        except cv2.error as error:
            self.missing = f"OpenCV: {str(error).splitlines()[0][:120]}"
            return False
        finally:
            capture.release()
        if seen and self._source.is_file:
            return True
        self.missing = f"{self._source.address} sends no pictures any more"
        return False

    def _keep(self, picture: Any) -> None:
        import cv2

        now, grey, fitted = self._clock(), cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), fit(picture)
        height, width = fitted.shape[:2]
        rgb = cv2.cvtColor(fitted, cv2.COLOR_BGR2RGB).tobytes()
        with self._lock:
            if self._let_go.is_set():
                return
            self._judge.see(grey, now)
            self._newest = Shot(fitted, now)
            self._writer.write(width, height, rgb)


def open_capture(source: Source) -> Any:
    """OpenCV's capture; None when the source cannot be opened."""
    import cv2

    settings = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, OPEN_MS]
    try:
        if source.is_device:
            capture = cv2.VideoCapture(source.address, cv2.CAP_V4L2)
        else:
            capture = cv2.VideoCapture(source.address, cv2.CAP_FFMPEG, settings)
    except cv2.error:
        return None
    if not capture.isOpened():
        return None
    if source.is_device and source.expected.width:
        _ask_for_size(capture, source.expected)
    return capture


def _ask_for_size(capture: Any, expected: Expected) -> None:
    """A UVC camera begins small, and gives large pictures in time only as MJPEG; one that refuses shows in the size."""
    import cv2

    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, expected.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, expected.height)


def _rate_of(capture: Any) -> float:
    """Pictures a second that a file was made for."""
    import cv2

    told = float(capture.get(cv2.CAP_PROP_FPS))
    return told if 0 < told <= FASTEST_FPS else FILE_FPS


def fit(picture: Any) -> Any:
    """At most MAX_WIDTH by MAX_HEIGHT, proportions kept."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(MAX_WIDTH / width, MAX_HEIGHT / height, 1.0)
    return picture if scale == 1.0 else cv2.resize(picture, (int(width * scale), int(height * scale)))
