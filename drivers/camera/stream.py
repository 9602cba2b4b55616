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
FROZEN, COVERED, BLINDED, WRONG_SIZE, SLOW = "frozen", "covered", "blinded", "wrong_size", "slow"
HINTS = {
    FROZEN: "the picture stands still: unplug the camera and plug it in again",
    COVERED: "the lens shows nothing: is it covered, or the light off?",
    BLINDED: "the picture is white: does a lamp or the sun shine into the lens?",
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
        self._times: deque[float] = deque()
        self._began_at = self._moved_at = 0.0
        self._digest = b""
        self._blank = ""
        self._wrong_size = False
        self.size = (0, 0)
        self.brightness = 0.0

    def see(self, grey: Grey, now: float) -> None:
        """One more picture, in grey, at `now` (monotonic seconds)."""
        height, width = grey.shape
        self.size = (width, height)
        if not self._times or now - self._times[-1] >= LOOKED_AT_S:
            self._times.clear()  # it was away: what was before says nothing about now
            self._began_at = self._moved_at = now
        small = grey[:: max(1, height // 48), :: max(1, width // 64)]
        digest = small.tobytes()
        if digest != self._digest:
            self._digest, self._moved_at = digest, now
        self._times.append(now)
        while now - self._times[0] > LOOKED_AT_S:
            self._times.popleft()
        self.brightness = float(np.mean(small))
        self._blank = _blank(small, self.brightness)
        wanted = self._expected
        self._wrong_size = bool(wanted.width) and (wanted.width, wanted.height) != (width, height)

    def problem(self, now: float) -> str:
        """What is wrong with the stream: covered, blinded, frozen, wrong_size, slow, or nothing."""
        if self._blank:
            return self._blank
        if self._times and now - self._moved_at > FROZEN_S:
            return FROZEN
        if self._wrong_size:
            return WRONG_SIZE
        rate = self.rate(now)
        return SLOW if rate is not None and rate < SLOWEST_FPS else ""

    def rate(self, now: float) -> float | None:
        """Pictures a second over the last moments; None before there is enough to tell."""
        if not self._times or now - self._began_at < LOOKED_AT_S:
            return None
        return sum(now - at <= LOOKED_AT_S for at in self._times) / LOOKED_AT_S


def _blank(small: Grey, brightness: float) -> str:
    """Covered, blinded, or neither."""
    if brightness >= BRIGHT:
        return BLINDED
    return COVERED if brightness <= BLACK or problems_of(small, float("inf")) == (COVERED,) else ""
