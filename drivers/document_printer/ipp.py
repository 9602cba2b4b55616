"""The binary form of IPP (RFC 8010): a request to bytes, bytes to an answer. Pure.

Our own, because pyipp's import brings aiohttp and costs half a second in a process that must restart at once.
Only the value tags that printers use here are typed; any other value stays bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drivers.contract.errors import ProtocolError

VERSION = b"\x02\x00"
OPERATION_GROUP, JOB_GROUP, END, PRINTER_GROUP = 0x01, 0x02, 0x03, 0x04
INTEGER, BOOLEAN, ENUM = 0x21, 0x22, 0x23
OCTETS, RANGE, TEXT_WITH_LANGUAGE, NAME_WITH_LANGUAGE = 0x30, 0x33, 0x35, 0x36
NAME, KEYWORD, URI, CHARSET, LANGUAGE, MIME = 0x42, 0x44, 0x45, 0x47, 0x48, 0x49
_TEXTS = {0x41, NAME, KEYWORD, URI, 0x46, CHARSET, LANGUAGE, MIME}
GROUPS_LIMIT = 1000
"""A list of jobs has one group for each; more than a printer can hold are noise."""
_FIRST_VALUE_TAG = 0x20  # 0x10 to 0x1F say why there is no value: unsupported, unknown, no-value

NOT_FOUND, GONE = 0x0406, 0x0407
"""client-error statuses for a job that the printer no longer knows."""


class Operation:
    """operations-supported values (RFC 8011 §5.4.15)."""

    PRINT_JOB = 0x0002
    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B
    PURGE_JOBS = 0x0012
    CANCEL_MY_JOBS = 0x0039


Value = int | bool | str | bytes | tuple[int, int]


@dataclass(frozen=True)
class Attribute:
    """One attribute of a request: value tag, name, one or more values."""

    tag: int
    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class IppAnswer:
    """Status code and the attributes of each group, by group tag, in order."""

    status: int
    groups: Sequence[tuple[int, Mapping[str, tuple[Value, ...]]]] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        """successful-ok and its siblings are below 0x0100."""
        return self.status < 0x0100

    def group(self, tag: int) -> Mapping[str, tuple[Value, ...]]:
        """The first group with this tag; empty when there is none."""
        return next((attributes for group, attributes in self.groups if group == tag), {})


def encode_request(
    operation: int, request_id: int, attributes: Sequence[Attribute], job: Sequence[Attribute] = ()
) -> bytes:
    """A request without document data. Charset and language come first, as RFC 8011 §4.1.4 demands."""
    out = bytearray(VERSION + struct.pack(">HI", operation, request_id) + bytes([OPERATION_GROUP]))
    first = (
        Attribute(CHARSET, "attributes-charset", ("utf-8",)),
        Attribute(LANGUAGE, "attributes-natural-language", ("zh-cn",)),
    )
    for attribute in (*first, *attributes):
        out += _encode(attribute)
    if job:
        out += bytes([JOB_GROUP])
        for attribute in job:
            out += _encode(attribute)
    return bytes(out + bytes([END]))


def decode_answer(data: bytes, request_id: int | None = None) -> IppAnswer:
    """Parse an answer to the request of that number; ProtocolError when it is not one."""
    try:
        if data[0] not in {1, 2}:
            raise ProtocolError("the printer does not speak IPP", cause="ipp", got=data[:2].hex())
        status, number = struct.unpack_from(">HI", data, 2)
        if request_id is not None and number != request_id:
            raise ProtocolError(
                "an answer to another question", cause="stale", got=str(number), expected=str(request_id)
            )
        return IppAnswer(status, _groups(data))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ProtocolError("the printer's IPP answer cannot be read", cause="ipp", got=str(error)) from None


def _groups(data: bytes) -> tuple[tuple[int, dict[str, tuple[Value, ...]]], ...]:
    groups: list[tuple[int, dict[str, list[Value]]]] = []
    offset, name = 8, ""
    while data[offset] != END:
        tag = data[offset]
        if tag < 0x10:
            if len(groups) == GROUPS_LIMIT:
                raise ProtocolError("the printer's IPP answer has no end", cause="ipp", got=f"{GROUPS_LIMIT} groups")
            groups.append((tag, {}))
            offset += 1
            continue
        shown, offset = _counted(data, offset + 1)
        raw, offset = _counted(data, offset)
        name = shown.decode("utf-8") or name
        values = groups[-1][1].setdefault(name, [])
        if tag >= _FIRST_VALUE_TAG:
            values.append(_value(tag, raw))
    return tuple((tag, {name: tuple(values) for name, values in group.items()}) for tag, group in groups)


def _counted(data: bytes, offset: int) -> tuple[bytes, int]:
    """Bytes with their length in front, and where the next ones begin."""
    start = offset + 2
    end = start + int(struct.unpack_from(">H", data, offset)[0])
    if end > len(data):
        raise IndexError("a value is cut off")
    return data[start:end], end


def _value(tag: int, raw: bytes) -> Value:
    """Text that is not UTF-8 is a printer's slip, and no reason to give its state up."""
    if tag in {INTEGER, ENUM}:
        return int(struct.unpack(">i", raw)[0])
    if tag == BOOLEAN:
        return raw != b"\0"
    if tag == RANGE:
        low, high = struct.unpack(">ii", raw)
        return int(low), int(high)
    if tag in {TEXT_WITH_LANGUAGE, NAME_WITH_LANGUAGE}:
        _, offset = _counted(raw, 0)
        raw = _counted(raw, offset)[0]
        return raw.decode("utf-8", "replace")
    return raw.decode("utf-8", "replace") if tag in _TEXTS else raw


def _encode(attribute: Attribute) -> bytes:
    out = bytearray()
    name = attribute.name.encode("ascii")
    for index, value in enumerate(attribute.values):
        raw = _raw(attribute.tag, value)
        shown = name if index == 0 else b""
        out += bytes([attribute.tag]) + struct.pack(">H", len(shown)) + shown + struct.pack(">H", len(raw)) + raw
    return bytes(out)


def _raw(tag: int, value: Value) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, tuple):
        return struct.pack(">ii", *value)
    return bytes([value]) if tag == BOOLEAN else struct.pack(">i", value)
