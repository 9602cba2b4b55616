"""How a virtual device misbehaves on its wire: what is common to all protocols of request and answer.

Not responsible for what only one device can do (jam, cover, card pulled): that is the device's own list.
A fault holds until it is taken back, for a number of answers, or comes from a seed.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.virtual.control import Refused

SLOW_S = 1.0
NONE = "none"
SILENT, SLOW, GARBAGE, BYTE_AT_A_TIME = "silent", "slow", "garbage", "byte_at_a_time"
BAD_CHECKSUM, TRUNCATED, WRONG_LENGTH = "bad_checksum", "truncated", "wrong_length"
STALE, NOISE, VANISH = "stale", "noise", "vanish"
WIRE_FAULTS = (NONE, SILENT, SLOW, GARBAGE, BYTE_AT_A_TIME, BAD_CHECKSUM, TRUNCATED, WRONG_LENGTH, STALE, NOISE, VANISH)
NOISE_BYTES = b"\x00\xaa"
GARBAGE_BYTES = bytes((7 * index + 1) % 251 for index in range(40))


@dataclass
class Spoilers:
    """How this protocol breaks a checksum and a length; a protocol without one leaves the answer as it is."""

    checksum: Callable[[bytes], bytes] = lambda answer: answer
    length: Callable[[bytes], bytes] = lambda answer: answer


@dataclass
class Misbehaviour:
    """The faults of one device. `own` are the device's own fault names, told apart in its state."""

    spoilers: Spoilers = field(default_factory=Spoilers)
    own: tuple[str, ...] = ()
    fault: str = NONE
    _left: int = 0
    _late: bytes = b""
    _dice: random.Random | None = None
    _rate: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def names(self) -> tuple[str, ...]:
        """Every fault this device knows."""
        return (*WIRE_FAULTS, *self.own)

    def told(self) -> dict[str, object]:
        """For a device's state: what is wrong with it now, and everything that could be."""
        return {"fault": self.fault, "faults": list(self.names)}

    def set(self, name: str, answers: int = 0) -> None:
        """Misbehave from now on, or for the next `answers` answers; Refused for an unknown name."""
        if name not in self.names:
            raise Refused(f"faults are: {', '.join(self.names)}")
        with self._lock:
            self.fault, self._left, self._late, self._dice = name, answers, b"", None

    def seed(self, number: int, rate: float) -> None:
        """Misbehave at random: each answer with probability `rate`, by wire faults only, the same for the same seed."""
        if not 0 <= rate <= 1:
            raise Refused("rate is between 0 and 1")
        with self._lock:
            self.fault, self._left, self._late = NONE, 0, b""
            self._dice, self._rate = random.Random(number), rate  # noqa: S311  # a test's dice

    def next(self) -> str:
        """The fault of the answer that is about to be given."""
        with self._lock:
            if self._dice is not None:
                return self._dice.choice(WIRE_FAULTS[1:]) if self._dice.random() < self._rate else NONE
            name = self.fault
            if self._left:
                self._left -= 1
                if not self._left:
                    self.fault = NONE
            return name

    def twist(self, fault: str, answer: bytes) -> bytes:
        """What goes out instead of `answer`; empty for silence. SLOW sleeps; VANISH is for the wire to do."""
        match fault:
            case "silent" | "vanish":
                return b""
            case "slow":
                time.sleep(SLOW_S)
            case "garbage":
                return GARBAGE_BYTES
            case "bad_checksum":
                return self.spoilers.checksum(answer)
            case "truncated":
                return answer[: max(1, len(answer) // 2)] if len(answer) < 14 else answer[:7]
            case "wrong_length":
                return self.spoilers.length(answer)
            case "noise":
                return NOISE_BYTES + answer
            case "stale":
                late, self._late = self._late, answer
                return late + answer
        return answer
