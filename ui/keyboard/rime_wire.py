"""What the keyboard and the input process say to each other, and how it is cut into bytes.

A message is a 4-byte big-endian length and that many bytes of JSON. The keyboard sends the whole composition
every time, as strokes; so a new process can take over in the middle of a word. Not responsible for the
meaning of a stroke to librime (ui.keyboard.rime_host), nor for when to send (ui.keyboard.rime).

Strokes: one letter is that key; `BACKSPACE` takes back; `pick(3)` chooses the fourth candidate;
`literal("，")` finishes with the first candidate and adds a text that needs no choosing.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

BACKSPACE = "<"
DIVIDER = "'"
"""Parts two syllables: xi'an. Counts as a letter."""
MAX_STROKES = 64
"""Longer compositions help nobody; the keyboard takes no more keys."""
MAX_MESSAGE_BYTES = 64 * 1024
_LENGTH = struct.Struct(">I")


class WireError(Exception):
    """The bytes are no message of ours."""


def pick(index: int) -> str:
    """The stroke that chooses candidate `index`, counted from 0."""
    return str(index)


def literal(text: str) -> str:
    """The stroke that finishes with the first candidate, then adds `text`."""
    return f"={text}"


@dataclass(frozen=True)
class Request:
    """Compose `strokes` with `schema` and show `count` candidates from `first` on."""

    number: int
    schema: str
    strokes: list[str] = field(default_factory=list)
    first: int = 0
    count: int = 0


@dataclass(frozen=True)
class Reply:
    """The answer to request `number`; number 0 is the greeting.

    `commit` is finished text, made of the first `used` strokes; the rest is still being composed and shown as
    `preedit`. `more` says that candidates follow after these. `error` is for the log and names no text.
    """

    number: int
    commit: str = ""
    used: int = 0
    preedit: str = ""
    candidates: list[str] = field(default_factory=list)
    more: bool = False
    error: str = ""


def pack(message: Request | Reply) -> bytes:
    """The bytes of one message."""
    body = json.dumps(asdict(message), ensure_ascii=False).encode("utf-8", "replace")
    return _LENGTH.pack(len(body)) + body


class Unpacker:
    """Collects bytes and gives back whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The fields of each message that is complete now; raises WireError on nonsense."""
        self._buffer += data
        messages: list[dict[str, Any]] = []
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > MAX_MESSAGE_BYTES:
                raise WireError(f"message of {length} bytes")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                break
            messages.append(_fields(bytes(self._buffer[_LENGTH.size : end])))
            del self._buffer[:end]
        return messages


def request_of(fields: dict[str, Any]) -> Request:
    """The request with these fields; raises WireError when they are not those of a request."""
    try:
        request = Request(**fields)
    except TypeError as error:
        raise WireError(str(error)) from error
    _check((request.number, request.first, request.count), (request.schema, *request.strokes))
    if not all(request.strokes):
        raise WireError("an empty stroke")
    return request


def reply_of(fields: dict[str, Any]) -> Reply:
    """The reply with these fields; raises WireError when they are not those of a reply."""
    try:
        reply = Reply(**fields)
    except TypeError as error:
        raise WireError(str(error)) from error
    _check((reply.number, reply.used), (reply.commit, reply.preedit, reply.error, *reply.candidates))
    return reply


def _check(numbers: Iterable[Any], texts: Iterable[Any]) -> None:
    """JSON promises nothing about types."""
    if not all(isinstance(number, int) for number in numbers):
        raise WireError("a number is none")
    if not all(isinstance(text, str) for text in texts):
        raise WireError("a text is none")


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise WireError("a message that is no JSON") from error
    if not isinstance(fields, dict):
        raise WireError("a message that is no object")
    return fields
