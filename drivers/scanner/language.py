"""What a scanner family says and hears, as values; and where a code ends. Pure.

A family brings a `Language`: the bytes that start and stop reading, and how an answer is found in what arrived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from drivers.contract.errors import DeviceError, DeviceFault, ProtocolError
from drivers.contract.scanner import PAYLOAD_LIMIT_BYTES, ScannedCode

SHORTEST_GAP_S, LONGEST_GAP_S = 0.05, 0.1
_GAP_BITS = 960
"""The silence that ends a code: 96 characters long, within the bounds above."""


class Verdict(Enum):
    """What an answer says of the request; the value goes into the evidence."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown command"
    MISHEARD = "our checksum was wrong"
    DAMAGED = "its checksum or length is wrong"


@dataclass(frozen=True)
class Reply:
    """An answer found at received[start:end]."""

    verdict: Verdict
    start: int
    end: int


FindReply = Callable[[bytes, bytes], Reply | None]
"""(received, request) → the answer to the request; None while there is none. Answers to others are passed over."""


@dataclass(frozen=True)
class Language:
    """`find_reply` is None where a family confirms nothing; `read_code` parts a code from its symbology mark."""

    trigger: bytes
    stop: bytes
    find_reply: FindReply | None = None
    read_code: Callable[[bytes], ScannedCode] = ScannedCode

    def is_reply(self, received: bytes) -> int:
        """Length of the late answer with which `received` begins; 0 for none."""
        if self.find_reply is None:
            return 0
        found = [self.find_reply(received, request) for request in (self.trigger, self.stop)]
        whole = [reply for reply in found if reply and reply.verdict is not Verdict.DAMAGED]
        return max((reply.end for reply in whole if reply.start == 0), default=0)


@dataclass(frozen=True)
class Framing:
    """A code ends with `suffix`, or where there is none with a silence of `gap_s`."""

    gap_s: float
    suffix: bytes = b""

    def split(self, received: bytes) -> bytes | None:
        """The code without its suffix once that has come; ProtocolError when it is too long."""
        end = received.find(self.suffix) if self.suffix else -1
        if (len(received) if end < 0 else end) > PAYLOAD_LIMIT_BYTES:
            raise ProtocolError(
                "the code is longer than any that we take",
                cause="length",
                expected=f"at most {PAYLOAD_LIMIT_BYTES} bytes",
                got="more",
            )
        return None if end < 0 else received[:end]


def gap_for(baud: int) -> float:
    """The silence that ends a code at this speed, in seconds."""
    return min(LONGEST_GAP_S, max(SHORTEST_GAP_S, _GAP_BITS / baud))


def failure(verdict: Verdict) -> DeviceError:
    """What an answer other than ACCEPTED means for the caller."""
    if verdict in {Verdict.MISHEARD, Verdict.DAMAGED}:
        return ProtocolError(f"the scanner's answer: {verdict.value}", cause="checksum")
    return DeviceFault(f"the scanner's answer: {verdict.value}; check its mode and firmware", status=verdict.value)
