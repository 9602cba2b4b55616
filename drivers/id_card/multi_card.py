"""The 02 … 03 multi-card modules (多合一读卡器): their frames, and reading an ID card through them.

    02 | LenH LenL | Data | LRC | 03        Len counts Data, LRC is the XOR of Data; 115200 8N1

Data begins with two bytes of command, or of status. A status is the SAM_V code and 00 (90 00, 80 00, …), or one of
the module's own. Source: one module's document; its sub-codes 01 to 03 of reading differ from its own sample code,
so only the full read (CA 01 00) is used.
"""

from __future__ import annotations

from drivers.contract.commands import CardSeen
from drivers.contract.errors import DeviceError, DeviceFault, DeviceTimeout, NoMedia, ProtocolError
from drivers.id_card import status
from drivers.id_card.frames import checksum
from drivers.id_card.layouts import BLOCK_BYTES
from drivers.id_card.module import PHOTO_BYTES, Blocks
from drivers.transport import Transport
from kiosk.ipc import Control

START, END = 0x02, 0x03
VERSION, RESET, READ_ID_CARD = bytes.fromhex("3111"), bytes.fromhex("3112"), bytes.fromhex("CA0100")
LONGEST_DATA = 4096
_LENGTHS = bytes.fromhex("01000400")
_READ_DATA_BYTES = len(_LENGTHS) + BLOCK_BYTES + PHOTO_BYTES
_THINK_S = {VERSION: 0.5, RESET: 1.0, READ_ID_CARD: 3.0}
_OWN = {
    0x0000: "",
    0x0001: "the module does not know this command",
    0x0002: "reset failed",
    0x0003: "the radio field failed",
    0x00F1: "it calls our frame wrong",
    0x00F2: "it calls our length wrong",
    0x00F3: "it calls our checksum wrong",
    0x00F4: "it calls our command wrong",
    0x00FD: "it waited for us in vain",
    0x00FE: "its reading part does not answer",
    0x00FF: "an error that has no name",
}


def encode(data: bytes) -> bytes:
    """A whole frame."""
    return bytes([START]) + len(data).to_bytes(2, "big") + data + bytes([checksum(data), END])


class FrameParser:
    """Finds one frame in a stream: noise in front is passed over, a broken frame raises ProtocolError."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def started(self) -> bool:
        """Whether anything has come."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> bytes | None:
        """Add what arrived; the frame's data, or None while it is incomplete."""
        self._buffer += data
        start = self._buffer.find(START)
        del self._buffer[: start if start >= 0 else len(self._buffer)]
        if len(self._buffer) < 3:
            return None
        length = int.from_bytes(self._buffer[1:3], "big")
        if not 2 <= length <= LONGEST_DATA:
            raise ProtocolError("the module announced a length that no answer has", cause="length", got=str(length))
        if len(self._buffer) < length + 5:
            return None
        body, lrc, end = bytes(self._buffer[3 : 3 + length]), self._buffer[3 + length], self._buffer[4 + length]
        del self._buffer[: length + 5]
        if end != END:
            raise ProtocolError("the module's answer has no end", cause="garbage", got=f"{end:02X}")
        if lrc != checksum(body):
            expected = f"{checksum(body):02X}"
            raise ProtocolError("the checksum of the answer is wrong", cause="checksum", expected=expected)
        return body


class MultiCardModule:
    """One module on one wire."""

    sam_id = ""

    def __init__(self, transport: Transport, baud: int = 115200) -> None:
        self._transport, self._baud = transport, baud

    def trouble(self, control: Control) -> DeviceError | None:
        """Whether the module tells its version."""
        code, _ = self._ask(VERSION, control)
        return None if code in {0x0000, 0x9000} else _failure(code)

    def read(self, with_fingerprints: bool, control: Control) -> Blocks:
        """The full read; this family gives no fingerprints and no appended address."""
        code, data = self._ask(READ_ID_CARD, control)
        if code not in {0x0000, 0x9000}:
            raise _failure(code)
        control.emit(CardSeen())
        if len(data) != _READ_DATA_BYTES or not data.startswith(_LENGTHS):
            raise ProtocolError("the card's blocks have other lengths than they should", cause="length")
        return Blocks(data[4 : 4 + BLOCK_BYTES], data[4 + BLOCK_BYTES :])

    def still_there(self, control: Control) -> bool:
        """Whether the card can be read again: this family has no smaller question."""
        try:
            self.read(False, control)
        except NoMedia:
            return False
        return True

    def reset(self, control: Control) -> None:
        """Reset the module."""
        code, _ = self._ask(RESET, control)
        if code not in {0x0000, 0x9000}:
            raise _failure(code)

    def close(self) -> None:
        """Let go of the wire."""
        self._transport.close()

    def _ask(self, command: bytes, control: Control) -> tuple[int, bytes]:
        """Status code and data of one exchange."""
        self._transport.open()
        self._transport.discard_input()
        self._transport.write(encode(command), control)
        wire_s = 1.5 * 10 * (_READ_DATA_BYTES + 20) / self._baud
        waiting = Control(_THINK_S[command] + wire_s)
        parser = FrameParser()
        while True:
            data = self._transport.read_some(waiting.remaining_s, control)
            if not data:
                if parser.started:
                    raise ProtocolError("the answer broke off", cause="truncated")
                raise DeviceTimeout("the reader is silent")
            body = parser.feed(data)
            while (newer := parser.feed(b"")) is not None:
                body = newer  # what came first was a late answer to an earlier command
            if body is not None and _belongs(command, body):
                return int.from_bytes(body[:2], "big"), body[2:]


def _belongs(command: bytes, body: bytes) -> bool:
    """Whether an answer has the shape of one to `command`: only a read gives a card's blocks. Refusals fit any."""
    is_card = body[2:].startswith(_LENGTHS)
    is_success = body[:2] in {b"\x00\x00", b"\x90\x00"}
    return not is_success or is_card == (command == READ_ID_CARD)


def _failure(code: int) -> DeviceError:
    if code & 0xFF == 0 and code >> 8 in status.MEANINGS:
        return status.failure(code >> 8)
    return DeviceFault(f"module status {code:04X}: {_OWN.get(code, 'a code that no list knows')}", code=f"{code:04X}")
