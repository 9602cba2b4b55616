"""How a fuzzer's bytes are cut: portions of a stream, answers of a card, a wire that ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kiosk.ipc import Control, DeadlineExceeded

Seeds = tuple[bytes, ...]
PATIENCE = 8
"""How often a silent wire says so before its reader's time is over."""


def portions(data: bytes) -> Iterator[bytes]:
    """The bytes after the first, in portions as large as it says; 0: all at once."""
    size, rest = (data[0] if data else 0), data[1:]
    step = size or max(1, len(rest))
    for start in range(0, len(rest), step):
        yield rest[start : start + step]


def whole(*seeds: bytes) -> Seeds:
    """Streams, to be cut not at all and into portions of three bytes."""
    return tuple(first + seed for seed in seeds for first in (b"\0", b"\3"))


def outcomes(feed: Callable[[bytes], Any], stream: Iterator[bytes], error: type[Exception]) -> list[str]:
    """What a parser finds one after the other, its error last: after it nobody asks on."""
    found: list[str] = []
    try:
        for portion in stream:
            answer = feed(portion)
            while answer is not None:
                found.append(repr(answer))
                answer = feed(b"")
    except error as told:
        found.append(repr(told))
    return found


def same_however_cut(data: bytes, make: Callable[[], Callable[[bytes], Any]], error: type[Exception]) -> None:
    """AssertionError when portions change what is found."""
    assert outcomes(make(), portions(data), error) == outcomes(make(), iter([data[1:]]), error)


def answers(data: bytes) -> Callable[[bytes], bytes]:
    """A card that gives the answers in `data`, each after its length, and then says that there is no such file."""
    at = 0

    def send(command: bytes) -> bytes:
        nonlocal at
        if at >= len(data):
            return b"\x6a\x82"
        start, at = at + 1, at + 1 + data[at]
        return data[start:at]

    return send


def told(*replies: bytes) -> bytes:
    """Answers as `answers` reads them."""
    return b"".join(bytes([len(reply)]) + reply for reply in replies)


def spoken(*replies: bytes) -> bytes:
    """Answers as a `Wire` carries them; one that is longer than a portion comes in several."""
    return told(*(reply[start : start + 255] for reply in replies for start in range(0, len(reply), 255)))


class Wire:
    """A transport on which the portions in `data` arrive, each after its length, then nothing. Waits take no time."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._silences = data, 0, 0

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def write(self, data: bytes, control: Control) -> None:
        pass

    def discard_input(self) -> None:
        pass

    def set_baud(self, baud: int) -> None:
        pass

    def read_some(self, within_s: float, control: Control) -> bytes:
        start = self._at + 1
        self._at = start + self._data[self._at] if self._at < len(self._data) else self._at
        some = self._data[start : self._at]
        self._silences += not some
        if self._silences > PATIENCE:
            raise DeadlineExceeded
        return some
