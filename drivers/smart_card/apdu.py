"""Commands and answers of ISO 7816-4 cards, and what their status words mean. Pure.

A card of protocol T=0 answers in two halves: 61xx says that xx bytes wait (GET RESPONSE fetches them), 6Cxx that the
command must be given again with Le = xx. `exchange` goes through both, a bounded number of times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract.errors import DeviceError, DeviceFault, InvalidMedia, PinBlocked, ProtocolError, WrongPin

OK = 0x9000
FILE_NOT_FOUND, RECORD_NOT_FOUND, WRONG_DATA = 0x6A82, 0x6A83, 0x6A88
PIN_BLOCKED = 0x6983
_MORE, _WRONG_LE, _WRONG_PIN = 0x61, 0x6C, 0x63C0
_LONGEST_CHAIN = 8
ABSENT = {FILE_NOT_FOUND, RECORD_NOT_FOUND, WRONG_DATA, 0x6A81, 0x6D00, 0x6E00}
_MEANINGS = {
    0x6281: "part of the data may be damaged",
    0x6283: "the file is deactivated",
    0x6700: "wrong length",
    0x6881: "logical channels are not supported",
    0x6882: "secure messaging is not supported",
    0x6982: "a PIN must be given first",
    0x6983: "the PIN is blocked",
    0x6984: "the referenced data cannot be used",
    0x6985: "not allowed now",
    0x6A80: "wrong data",
    0x6A81: "not supported",
    0x6A82: "there is no such file or application",
    0x6A83: "there is no such record",
    0x6A86: "wrong P1 or P2",
    0x6A88: "there is no such data",
    0x6D00: "unknown instruction",
    0x6E00: "unknown class",
    0x6F00: "the card reports a fault of its own",
}


@dataclass(frozen=True)
class Apdu:
    """One command. `le` is how many bytes are wanted (0: all there are); None wants none."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    def encode(self) -> bytes:
        """The short form; ValueError for data over 255 bytes."""
        if len(self.data) > 255:
            raise ValueError("a short APDU carries 255 bytes at most")
        body = bytes([len(self.data)]) + self.data if self.data else b""
        tail = b"" if self.le is None else bytes([self.le & 0xFF])
        return bytes([self.cla, self.ins, self.p1, self.p2]) + body + tail

    def __repr__(self) -> str:
        return f"Apdu({self.cla:02X} {self.ins:02X} {self.p1:02X} {self.p2:02X})"  # the data may be a PIN


@dataclass(frozen=True)
class Answer:
    """The data of a card's answer and its status word."""

    data: bytes
    sw: int

    def __repr__(self) -> str:
        return f"Answer({len(self.data)} bytes, {self.sw:04X})"


Send = Callable[[bytes], bytes]
"""Transmits one command's bytes and returns the answer's."""


def decode_answer(raw: bytes) -> Answer:
    """Split an answer; ProtocolError when it has no status word."""
    if len(raw) < 2:
        raise ProtocolError("the card's answer has no status word", cause="truncated", got=f"{len(raw)} bytes")
    return Answer(raw[:-2], int.from_bytes(raw[-2:], "big"))


def exchange(send: Send, command: Apdu) -> Answer:
    """Give a command and collect its whole answer, whatever its status word says in the end."""
    answer = decode_answer(send(command.encode()))
    data = b""
    for _ in range(_LONGEST_CHAIN):
        kind, count = answer.sw >> 8, answer.sw & 0xFF
        if kind == _WRONG_LE:
            again = Apdu(command.cla, command.ins, command.p1, command.p2, command.data, count)
            answer = decode_answer(send(again.encode()))
        elif kind == _MORE:
            data += answer.data
            answer = decode_answer(send(Apdu(0x00, 0xC0, 0, 0, le=count).encode()))
        else:
            return Answer(data + answer.data, answer.sw)
    raise ProtocolError("the card keeps saying that more follows", cause="endless")


def demand(send: Send, command: Apdu) -> bytes:
    """The data of a command that succeeds; a typed error otherwise."""
    answer = exchange(send, command)
    if answer.sw != OK:
        raise failure(answer.sw)
    return answer.data


def failure(sw: int) -> DeviceError:
    """The typed error of a status word that is not 9000."""
    evidence = f"{sw:04X}"
    if sw & 0xFFF0 == _WRONG_PIN:
        tries = sw & 0x0F
        if not tries:
            return PinBlocked("the card takes no PIN any more: it must be replaced", sw=evidence)
        return WrongPin("the card refused the PIN", sw=evidence, tries_left=str(tries))
    if sw == PIN_BLOCKED:
        return PinBlocked("the card takes no PIN any more: it must be replaced", sw=evidence)
    hint = _MEANINGS.get(sw, "a status word that no list knows")
    if sw in ABSENT:
        return InvalidMedia(f"not a card of this kind: {hint}", sw=evidence)
    return DeviceFault(f"the card refused: {hint}", sw=evidence)
