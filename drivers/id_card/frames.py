"""Frames of the SAM_V module (GA/T 467): bytes ↔ request and answer. Pure.

    host → reader   AA AA AA 96 69 | LenH LenL | CMD PARA | data… | CHK
    reader → host   AA AA AA 96 69 | LenH LenL | SW1 SW2 SW3 | data… | CHK

Len counts the bytes after it, CHK included, big endian. CHK is the XOR of every byte from LenH to the last
data byte. Three or more AA are a sync run: one too many must not lose the frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from drivers.contract.errors import ProtocolError

PREAMBLE = bytes.fromhex("AAAAAA9669")
_SYNC = PREAMBLE[2:]
MAX_LENGTH = 0x0910 + 64
"""The longest answer is a read with two fingerprints (Len 090A); more is noise."""
_SHORTEST_ANSWER = 4


class Command:
    """CMD PARA pairs."""

    RESET_SAM = bytes.fromhex("10FF")
    SAM_STATUS = bytes.fromhex("11FF")
    SAM_ID = bytes.fromhex("12FF")
    FIND_CARD = bytes.fromhex("2001")
    SELECT_CARD = bytes.fromhex("2002")
    READ_TEXT_PHOTO = bytes.fromhex("3001")
    READ_NEW_ADDRESS = bytes.fromhex("3003")
    READ_TEXT_PHOTO_FINGERPRINT = bytes.fromhex("3010")
    MAX_RF_BYTES = bytes.fromhex("61FF")


@dataclass(frozen=True, repr=False)
class Answer:
    """SW1 SW2 are the card's own status words, SW3 the reader's; `data` may hold personal data."""

    sw1: int
    sw2: int
    sw3: int
    data: bytes

    def __repr__(self) -> str:
        return f"Answer(sw={self.sw1:02X}{self.sw2:02X}{self.sw3:02X}, {len(self.data)} bytes)"


def checksum(data: bytes) -> int:
    """XOR of all bytes."""
    return reduce(xor, data, 0)


def encode_request(command: bytes, data: bytes = b"") -> bytes:
    """A whole request frame."""
    length = (len(command) + len(data) + 1).to_bytes(2, "big")
    body = length + command + data
    return PREAMBLE + body + bytes([checksum(body)])


class AnswerParser:
    """Finds one answer in a stream: skips noise in front, waits for the rest, checks the end.

    `feed` returns the answer once it is whole; raises ProtocolError with `cause` checksum or length. What
    follows it stays for the next call: feeding nothing asks whether another answer is already there.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.noise = 0

    @property
    def started(self) -> bool:
        """Whether a frame has begun."""
        return self._buffer.find(_SYNC) >= 0

    def feed(self, data: bytes) -> Answer | None:
        """Add what arrived; the answer, or None while it is incomplete."""
        self._buffer += data
        start = self._find_start()
        if start < 0 or len(self._buffer) < start + 5:
            return None
        head = start + len(_SYNC)
        length = int.from_bytes(self._buffer[head : head + 2], "big")
        if not _SHORTEST_ANSWER <= length <= MAX_LENGTH:
            raise ProtocolError(
                "the reader announced a length that no answer has",
                cause="length",
                expected=f"{_SHORTEST_ANSWER}..{MAX_LENGTH}",
                got=str(length),
            )
        end = head + 2 + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[head:end])
        del self._buffer[:end]
        return _decode(body)

    def missing(self) -> str:
        """For evidence: what had arrived when the rest did not come."""
        return f"{len(self._buffer)} bytes, beginning {bytes(self._buffer[:7]).hex(' ')}"

    def _find_start(self) -> int:
        start = self._buffer.find(_SYNC)
        if start < 0:
            self.noise = max(0, len(self._buffer) - 2)
        return start


def _decode(body: bytes) -> Answer:
    expected = checksum(body[:-1])
    if body[-1] != expected:
        raise ProtocolError(
            "the checksum of the reader's answer is wrong",
            cause="checksum",
            expected=f"{expected:02X}",
            got=f"{body[-1]:02X}",
        )
    return Answer(body[2], body[3], body[4], body[5:-1])
