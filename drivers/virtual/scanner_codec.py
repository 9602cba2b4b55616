"""The scanner's side of four serial families: what the host asks, and what the module answers.

Written from the vendors' documents, apart from the driver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ON, OFF, VERSION, NONSENSE = "on", "off", "version", "nonsense"
ACK, NAK, ENQ = 0x06, 0x15, 0x05


def crc16(data: bytes) -> int:
    """Polynomial 1021, beginning with 0, bit by bit."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
        value &= 0xFFFF
    return value


@dataclass(frozen=True)
class Request:
    """One request of the host: what it wants, and its bytes."""

    wants: str
    raw: bytes


@dataclass(frozen=True)
class Family:
    """`take` cuts one request out of what arrived (None: incomplete); `reply` makes the answer with a mark."""

    take: Callable[[bytearray], Request | None]
    reply: Callable[[Request, int], bytes]
    symbology: bytes = b""
    answers: bool = True
    spoil_checksum: Callable[[bytes], bytes] = lambda answer: answer
    spoil_length: Callable[[bytes], bytes] = lambda answer: answer


def _take_plain(buffer: bytearray) -> Request | None:
    return _take_until(buffer, b"\x16", b"\x0d", {b"\x16T\x0d": ON, b"\x16U\x0d": OFF})


def _take_unified(buffer: bytearray) -> Request | None:
    meanings = {
        b"\x7e\x010000#SCNTRG1;\x03": ON,
        b"\x7e\x010000#SCNTRG0;\x03": OFF,
        b"\x7e\x010000#QRYFWV;\x03": VERSION,
    }
    return _take_until(buffer, b"\x7e\x01", b";\x03", meanings)


def _take_until(buffer: bytearray, head: bytes, tail: bytes, meanings: dict[bytes, str]) -> Request | None:
    start = buffer.find(head)
    if start < 0:
        return None
    end = buffer.find(tail, start)
    if end < 0:
        return None
    raw = bytes(buffer[start : end + len(tail)])
    del buffer[: end + len(tail)]
    return Request(meanings.get(raw, NONSENSE), raw)


def _take_module(buffer: bytearray) -> Request | None:
    start = buffer.find(b"\x7e\x00")
    if start < 0 or len(buffer) < start + 4:
        return None
    end = start + 6 + buffer[start + 3] + 2
    if len(buffer) < end:
        return None
    raw = bytes(buffer[start:end])
    del buffer[:end]
    body, check = raw[2:-2], int.from_bytes(raw[-2:], "big")
    if check not in {crc16(body), 0xABCD}:
        return Request("misheard", raw)
    return Request({b"\x08\x01\x00\x02\x01": ON, b"\x08\x01\x00\x02\x00": OFF}.get(body, NONSENSE), raw)


def _take_bank(buffer: bytearray) -> Request | None:
    start = buffer.find(b"\x02\x30")
    if start < 0 or len(buffer) < start + 4:
        return None
    end = start + 4 + int.from_bytes(buffer[start + 2 : start + 4], "big")
    if len(buffer) < end:
        return None
    raw = bytes(buffer[start:end])
    del buffer[:end]
    return Request({b"\x16T\x0d!": ON, b"\x16U\x0d!": OFF}.get(raw[4:], NONSENSE), raw)


def _unified_reply(request: Request, mark: int) -> bytes:
    text = b"V1.02.003" if request.wants == VERSION else b""
    return b"\x02\x01" + request.raw[2:-2] + text + bytes([mark]) + b";\x03"


def _module_reply(request: Request, mark: int) -> bytes:
    kind = 1 if request.wants == "misheard" else {ACK: 0, NAK: 2}.get(mark, 3)
    body = bytes([kind, 1, 0])
    return b"\x02\x00" + body + crc16(body).to_bytes(2, "big")


def _bank_reply(request: Request, mark: int) -> bytes:
    return request.raw[:-1] + bytes([mark])


def _flip_last(answer: bytes) -> bytes:
    return answer[:-1] + bytes([answer[-1] ^ 1])


FAMILIES = {
    "honeywell": Family(_take_plain, lambda request, mark: b"", answers=False),
    "newland": Family(_take_unified, _unified_reply),
    "gm65": Family(
        _take_module,
        _module_reply,
        spoil_checksum=_flip_last,
        spoil_length=lambda answer: answer[:3] + b"\x7f" + answer[4:],
    ),
    "nt0861": Family(
        _take_bank,
        _bank_reply,
        symbology=b"s",
        spoil_length=lambda answer: answer[:2] + b"\x7f\xf0" + answer[4:],
    ),
}
