"""Is what comes from a camera a picture of now? Pure judgements on a stream; the clock is an argument.

A camera may send the same picture for ever, a black one, one of another size, or one a second: the stream flows, and
yet nobody should be photographed by it. Not responsible for whether one picture is good enough (quality).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from drivers.camera.quality import Grey, problems_of

FROZEN_S = 2.0
SLOWEST_FPS = 4.0
LOOKED_AT_S = 2.0
BLACK, BRIGHT = 12.0, 250.0
FROZEN, COVERED, WRONG_SIZE, SLOW = "frozen", "covered", "wrong_size", "slow"
HINTS = {
    FROZEN: "the picture stands still: unplug the camera and plug it in again",
    COVERED: "the lens shows nothing: is it covered, or the light off?",
    WRONG_SIZE: "the camera sends another size of picture than the profile says",
    SLOW: "the camera sends too few pictures: check its cable and its light",
}


@dataclass(frozen=True)
class Expected:
    """What the profile says of the pictures; 0 expects nothing."""

    width: int = 0
    height: int = 0


class StreamJudge:
    """Looks at every picture as it comes. `problem` is empty while all is well."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._times: deque[float] = deque(maxlen=64)
        self._digest = b""
        self._moved_at: float | None = None
        self._covered = self._wrong_size = False
        self.size = (0, 0)
        self.brightness = 0.0

    def see(self, grey: Grey, now: float) -> None:
        """One more picture, in grey, at `now` (monotonic seconds)."""
        height, width = grey.shape
        self.size = (width, height)
        small = grey[:: max(1, height // 48), :: max(1, width // 64)]
        digest = small.tobytes()
        if digest != self._digest:
            self._digest, self._moved_at = digest, now
        self._times.append(now)
        self.brightness = float(np.mean(small))
        self._covered = not BLACK < self.brightness < BRIGHT or problems_of(small, float("inf")) == (COVERED,)
        wanted = self._expected
        self._wrong_size = bool(wanted.width) and (wanted.width, wanted.height) != (width, height)

    def problem(self, now: float) -> str:
        """What is wrong with the stream: covered, frozen, wrong_size, slow, or nothing."""
        if self._covered:
            return COVERED
        if self._moved_at is not None and self._times and now - self._moved_at > FROZEN_S:
            return FROZEN
        if self._wrong_size:
            return WRONG_SIZE
        rate = self.rate(now)
        return SLOW if rate is not None and rate < SLOWEST_FPS else ""

    def rate(self, now: float) -> float | None:
        """Pictures a second over the last moments; None before there is enough to tell."""
        recent = [at for at in self._times if now - at <= LOOKED_AT_S]
        if not self._times or now - self._times[0] < LOOKED_AT_S:
            return None
        return len(recent) / LOOKED_AT_S
