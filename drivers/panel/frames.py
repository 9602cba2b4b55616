"""Frames of the panel board (docs/panel.md): bytes ↔ values. Pure.

A5 5A | LEN | SEQ | KIND | body… | CRC CRC
"""

from __future__ import annotations

from binascii import crc_hqx
from dataclasses import dataclass, field, replace
from enum import IntEnum

from drivers.contract.errors import ProtocolError
from drivers.contract.panel import FlashRate, GuideLight

HEAD = b"\xa5\x5a"
SHORTEST, LONGEST = 2, 34
PROTOCOL_VERSION = 1
LIGHTS = tuple(GuideLight)
RATES = tuple(FlashRate)
KEYS = "0123456789*#"
ANSWER = 0x80


class Kind(IntEnum):
    """What a frame is; an answer is its request's kind + ANSWER."""

    IDENTIFY = 0x01
    STATE = 0x02
    LIGHT = 0x03
    DARK = 0x04
    HEARTBEAT = 0x40
    SENSOR = 0x41
    KEY = 0x42
    STARTED = 0x43
    REFUSED = 0xFF


REASONS = {1: "unknown kind", 2: "wrong length", 3: "no such light or rate", 4: "lamp broken"}
UP, DOWN, HELD = 0, 1, 2
FIRST_DOOR, LAST_DOOR, TILT, PROXIMITY, HEADPHONES = 0x01, 0x04, 0x10, 0x11, 0x12


@dataclass(frozen=True)
class Frame:
    """One frame, its check done."""

    seq: int
    kind: int
    body: bytes = b""

    @property
    def is_event(self) -> bool:
        """Whether the board spoke by itself."""
        return 0x40 <= self.kind < ANSWER


@dataclass(frozen=True)
class Identity:
    """Who the board is."""

    version: int
    firmware: str
    doors: int
    lights: tuple[GuideLight, ...]
    name: str


@dataclass(frozen=True)
class BoardState:
    """Everything the board senses; `last_event` is the number of the event that it told last."""

    last_event: int
    open_doors: int
    tilted: bool
    near: bool
    headphones: bool

    def sensors(self, doors: int) -> dict[str, str]:
        """In the words of a DeviceReport: door, door_2, …, tilt, proximity, headphones."""
        words = {
            "door" if number == 0 else f"door_{number + 1}": "open" if self.open_doors >> number & 1 else "closed"
            for number in range(doors)
        }
        words["tilt"] = "tilted" if self.tilted else "level"
        words["proximity"] = "somebody" if self.near else "nobody"
        words["headphones"] = "in" if self.headphones else "out"
        return words

    def changed(self, which: int, value: int) -> BoardState:
        """After a SENSOR event; ProtocolError for a sensor that does not exist."""
        if value not in {0, 1}:
            raise ProtocolError("a sensor told neither 0 nor 1", cause="value", got=f"{value:02X}")
        if FIRST_DOOR <= which <= LAST_DOOR:
            bit = 1 << which - FIRST_DOOR
            return replace(self, open_doors=self.open_doors | bit if value else self.open_doors & ~bit)
        match which:
            case 0x10:
                return replace(self, tilted=bool(value))
            case 0x11:
                return replace(self, near=bool(value))
            case 0x12:
                return replace(self, headphones=bool(value))
        raise ProtocolError("no such sensor", cause="value", got=f"{which:02X}")


def encode(frame: Frame) -> bytes:
    """The bytes of a frame."""
    covered = bytes([2 + len(frame.body), frame.seq, frame.kind]) + frame.body
    return HEAD + covered + crc_hqx(covered, 0).to_bytes(2, "big")


def light_body(light: GuideLight, rate: FlashRate) -> bytes:
    """Body of a LIGHT request, and of the answer that agrees with it."""
    return bytes([LIGHTS.index(light), RATES.index(rate)])


def decode_identity(body: bytes) -> Identity:
    """Body of the answer to IDENTIFY."""
    if len(body) < 5 or body[3] > 4:
        raise ProtocolError("the board's identity is not one", cause="length", got=body[:5].hex(" "))
    version, major, minor, doors, there = body[:5]
    if version != PROTOCOL_VERSION:
        raise ProtocolError("the board speaks another version", expected=str(PROTOCOL_VERSION), got=str(version))
    lights = tuple(light for number, light in enumerate(LIGHTS) if there >> number & 1)
    name = "".join(chr(byte) for byte in body[5:] if 32 <= byte < 127)
    return Identity(version, f"{major}.{minor}", doors, lights, name)


def decode_state(body: bytes) -> BoardState:
    """Body of the answer to STATE."""
    if len(body) != 5 + len(LIGHTS):
        raise ProtocolError("the board's state has a wrong length", cause="length", got=str(len(body)))
    last, doors, flags = body[:3]
    if flags & ~0x07 or doors & ~0x0F or any(rate >= len(RATES) for rate in body[5:]):
        raise ProtocolError("the board's state has words that we do not know", cause="value", got=body.hex(" "))
    return BoardState(last, doors, bool(flags & 1), bool(flags & 2), bool(flags & 4))


@dataclass
class FrameParser:
    """Finds frames in a stream; what is damaged is dropped and counted."""

    damaged: int = 0
    _buffer: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[Frame]:
        """The whole frames that have arrived."""
        self._buffer += data
        frames = []
        while self._to_head():
            length = self._buffer[2]
            if not SHORTEST <= length <= LONGEST:
                self._drop()
                continue
            end = 3 + length + 2
            if len(self._buffer) < end:
                break
            covered, check = bytes(self._buffer[2 : end - 2]), bytes(self._buffer[end - 2 : end])
            if crc_hqx(covered, 0).to_bytes(2, "big") != check:
                self._drop()
                continue
            frames.append(Frame(covered[1], covered[2], covered[3:]))
            del self._buffer[:end]
        return frames

    def _drop(self) -> None:
        self.damaged += 1
        del self._buffer[:1]

    def _to_head(self) -> bool:
        """Drop everything in front of a head; whether a head and its LEN are there."""
        start = self._buffer.find(HEAD)
        if start < 0:
            keep = 1 if self._buffer.endswith(HEAD[:1]) else 0
            self.damaged += len(self._buffer) > keep
            del self._buffer[: len(self._buffer) - keep]
            return False
        self.damaged += start > 0
        del self._buffer[:start]
        return len(self._buffer) > 2
