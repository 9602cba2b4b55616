"""The board's side of docs/panel.md: frames packed and unpacked, byte by byte. Written apart from the driver."""

from __future__ import annotations

IDENTIFY, STATE, LIGHT, DARK = 0x01, 0x02, 0x03, 0x04
HEARTBEAT, SENSOR, KEY, STARTED = 0x40, 0x41, 0x42, 0x43
REFUSED = 0xFF
DOOR, TILT, PROXIMITY, HEADPHONES = 0x01, 0x10, 0x11, 0x12
KEYS = "0123456789*#"
LIGHT_NAMES = ("id_card", "smart_card", "receipt", "document", "scanner", "status")
RATE_NAMES = ("off", "slow", "medium", "quick", "continuous")


def crc16(data: bytes) -> int:
    """Polynomial 1021, beginning with 0, bit by bit."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
        value &= 0xFFFF
    return value


def pack(seq: int, kind: int, body: bytes) -> bytes:
    """A whole frame."""
    covered = bytes((len(body) + 2, seq, kind)) + body
    return b"\xa5\x5a" + covered + crc16(covered).to_bytes(2, "big")


def unpack(buffer: bytearray) -> tuple[int, int, bytes] | None:
    """Take one good frame out of `buffer`: (seq, kind, body); None while there is none."""
    while (start := buffer.find(b"\xa5\x5a")) >= 0 and len(buffer) > start + 2:
        length = buffer[start + 2]
        end = start + 3 + length + 2
        if 2 <= length <= 34 and len(buffer) < end:
            return None
        frame = bytes(buffer[start:end])
        if 2 <= length <= 34 and crc16(frame[2:-2]) == int.from_bytes(frame[-2:], "big"):
            del buffer[:end]
            return frame[3], frame[4], frame[5:-2]
        del buffer[: start + 1]
    return None


def spoil_checksum(frame: bytes) -> bytes:
    """With a CRC that is wrong."""
    return frame[:-1] + bytes((frame[-1] ^ 1,))


def spoil_length(frame: bytes) -> bytes:
    """With a length that no frame has."""
    return frame[:2] + b"\x7f" + frame[3:]
