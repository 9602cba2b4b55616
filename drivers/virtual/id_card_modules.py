"""What ID-card modules answer: the chip on the reader, and two families of frames around it. Own codec, no wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

STATUS_CODES = (
    *(0x10, 0x11, 0x21, 0x23, 0x24, 0x31, 0x32, 0x33, 0x34, 0x40, 0x41, 0x47),
    *(0x50, 0x60, 0x61, 0x66, 0x80, 0x81, 0x90, 0x91, 0x9F),
)
SAM_NUMBER = bytes.fromhex("0500030076B1340187D61200B168DE3A")
LONGEST_REQUEST = 64


def xor(data: bytes) -> int:
    """All bytes together."""
    result = 0
    for byte in data:
        result ^= byte
    return result


@dataclass(frozen=True)
class Card:
    """A card's blocks."""

    text: bytes
    address: bytes
    photo: bytes
    fingerprints: bytes


class Chip:
    """The card on the reader. `lift_to_reread`: a card once read is not found again until it is lifted."""

    def __init__(self, lift_to_reread: bool) -> None:
        self.lift_to_reread = lift_to_reread
        self.card: Card | None = None
        self.resets = 0
        self._selected = self._read = False

    def put(self, card: Card) -> None:
        """Lay a card on the reader."""
        self.card, self._selected, self._read = card, False, False

    def lift(self) -> None:
        """Take it away."""
        self.card, self._selected, self._read = None, False, False

    def found(self) -> bool:
        """Whether the reader finds it."""
        return self.card is not None and not (self._read and self.lift_to_reread)

    def select(self) -> bool:
        """Whether it can be selected."""
        self._selected = self.card is not None
        return self._selected

    def read(self) -> Card | None:
        """Its blocks; None when it is not there."""
        self._read = self.card is not None
        return self.card

    def known(self) -> Card | None:
        """The card, if it was selected or read before."""
        return self.card if self._selected or self._read else None


class Family(Protocol):
    """One kind of frames."""

    def next_request(self, buffer: bytearray) -> bytes | None:
        """Take one request out of what arrived; None while it is incomplete."""

    def answer(self, request: bytes, chip: Chip, forced: int | None) -> bytes:
        """The answer's frame; `forced` is a status code that the module gives whatever it is asked."""

    def spoil_checksum(self, answer: bytes) -> bytes:
        """The same with a wrong check byte."""

    def spoil_length(self, answer: bytes) -> bytes:
        """The same with an impossible length."""


class SamV:
    """AA AA AA 96 69, length, command, check byte."""

    START = b"\xaa\xaa\xaa\x96\x69"

    def next_request(self, buffer: bytearray) -> bytes | None:
        """From LenH to the check byte."""
        start = bytes(buffer).find(self.START)
        if start < 0 or len(buffer) < start + 7:
            return None
        length = int.from_bytes(buffer[start + 5 : start + 7], "big")
        if not 3 <= length <= LONGEST_REQUEST:
            del buffer[: start + 7]  # an impossible length: look for the next beginning
            return self.next_request(buffer)
        end = start + 7 + length
        if len(buffer) < end:
            return None
        request = bytes(buffer[start + 5 : end])
        del buffer[:end]
        return request

    def answer(self, request: bytes, chip: Chip, forced: int | None) -> bytes:
        """Carry out CMD PARA."""
        if forced is not None:
            return self._frame(forced)
        if xor(request[:-1]) != request[-1]:
            return self._frame(0x10)
        if request[2:3] in {b"\x10", b"\x11", b"\x12", b"\x60", b"\x61"}:
            return self._own(request, chip)
        return self._card(request[2:4], chip)

    def _own(self, request: bytes, chip: Chip) -> bytes:
        """What concerns the module itself."""
        match request[2:4]:
            case b"\x10\xff":
                chip.resets += 1
                return self._frame(0x90)
            case b"\x11\xff":
                return self._frame(0x90)
            case b"\x12\xff":
                return self._frame(0x90, SAM_NUMBER)
            case b"\x61\xff":
                return self._frame(0x90 if len(request) == 6 else 0x11)
        return self._frame(0x90 if request[2] == 0x60 and request[3] <= 4 else 0x21)

    def _card(self, command: bytes, chip: Chip) -> bytes:
        """What concerns the card on it."""
        match command:
            case b"\x20\x01":
                return self._frame(0x9F, bytes(4)) if chip.found() else self._frame(0x80)
            case b"\x20\x02":
                return self._frame(0x90, bytes(8)) if chip.select() else self._frame(0x81)
            case b"\x30\x01":
                return self._read(chip, False)
            case b"\x30\x10":
                return self._read(chip, True)
            case b"\x30\x03":
                card = chip.known()
                if card is None:
                    return self._frame(0x41)
                return self._frame(0x90, card.address) if card.address else self._frame(0x91)
        return self._frame(0x21)

    def spoil_checksum(self, answer: bytes) -> bytes:
        """Its last bit the other way round."""
        return answer[:-1] + bytes([answer[-1] ^ 1])

    def spoil_length(self, answer: bytes) -> bytes:
        """7FF0 instead of its length."""
        return answer[:5] + b"\x7f\xf0" + answer[7:]

    def _read(self, chip: Chip, with_fingerprints: bool) -> bytes:
        card = chip.read()
        if card is None:
            return self._frame(0x41)
        lengths = b"\x01\x00\x04\x00"
        if not with_fingerprints:
            return self._frame(0x90, lengths + card.text + card.photo)
        lengths += len(card.fingerprints).to_bytes(2, "big")
        return self._frame(0x90, lengths + card.text + card.photo + card.fingerprints)

    def _frame(self, status: int, data: bytes = b"") -> bytes:
        body = (4 + len(data)).to_bytes(2, "big") + bytes([0, 0, status]) + data
        return self.START + body + bytes([xor(body)])


class MultiCard:
    """02, length, data, LRC, 03."""

    def next_request(self, buffer: bytearray) -> bytes | None:
        """The data with its LRC behind it."""
        while buffer and buffer[0] != 0x02:
            del buffer[0]
        if len(buffer) < 3:
            return None
        length = int.from_bytes(buffer[1:3], "big")
        if not 2 <= length <= LONGEST_REQUEST:
            del buffer[0]
            return self.next_request(buffer)
        if len(buffer) < length + 5:
            return None
        request = bytes(buffer[3 : 4 + length])
        del buffer[: length + 5]
        return request

    def answer(self, request: bytes, chip: Chip, forced: int | None) -> bytes:
        """Carry out a two-byte command."""
        data, lrc = request[:-1], request[-1]
        if forced is not None:
            return self._frame(bytes([forced, 0]))
        if xor(data) != lrc:
            return self._frame(b"\x00\xf3")
        match data[:2]:
            case b"\x31\x11":
                return self._frame(b"\x00\x00" + b"YANSHI-1.0")
            case b"\x31\x12":
                chip.resets += 1
                return self._frame(b"\x00\x00")
            case b"\xca\x01":
                card = chip.read()
                if card is None:
                    return self._frame(b"\x80\x00")
                return self._frame(b"\x90\x00" + b"\x01\x00\x04\x00" + card.text + card.photo)
        return self._frame(b"\x00\x01")

    def spoil_checksum(self, answer: bytes) -> bytes:
        """Its LRC's last bit the other way round."""
        return answer[:-2] + bytes([answer[-2] ^ 1, answer[-1]])

    def spoil_length(self, answer: bytes) -> bytes:
        """7FF0 instead of its length."""
        return answer[:1] + b"\x7f\xf0" + answer[3:]

    def _frame(self, data: bytes) -> bytes:
        return b"\x02" + len(data).to_bytes(2, "big") + data + bytes([xor(data), 0x03])


FAMILIES: Mapping[str, Family] = {"sam_v": SamV(), "multi_card": MultiCard()}
