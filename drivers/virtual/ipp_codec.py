"""IPP messages as a printer sees them: request bytes in, answer bytes out (RFC 8010). Our own codec."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

GROUPS = {1: "operation", 2: "job", 4: "printer", 5: "unsupported"}
_GROUP_TAGS = {name: tag for tag, name in GROUPS.items()}
_TAGS = {
    "no-value": 0x13,
    "integer": 0x21,
    "boolean": 0x22,
    "enum": 0x23,
    "octets": 0x30,
    "resolution": 0x32,
    "range": 0x33,
    "collection": 0x34,
    "text": 0x41,
    "name": 0x42,
    "keyword": 0x44,
    "uri": 0x45,
    "charset": 0x47,
    "language": 0x48,
    "mime": 0x49,
}
_OCTETS = frozenset({0x30, 0x31, 0x32, 0x34, 0x35, 0x36, 0x37, 0x4A})
"""Tags whose values stay bytes: octet strings, dates, collections, texts with a language."""


@dataclass
class IppRequest:
    """One request; `document` is what follows the attributes. `order` keeps the operation attributes as they came."""

    version: tuple[int, int]
    operation: int
    number: int
    attributes: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    document: bytes = b""

    def value(self, group: str, name: str, default: Any = None) -> Any:
        """The first value of an attribute."""
        return (self.attributes.get(group, {}).get(name) or [default])[0]

    def values(self, group: str, name: str) -> list[Any]:
        """All values of an attribute; empty when it is absent."""
        return self.attributes.get(group, {}).get(name, [])


def read_request(data: bytes) -> IppRequest:
    """Parse; raises ValueError for what is not IPP."""
    source = io.BytesIO(data)
    major, minor = _take(source, 2)
    request = IppRequest((major, minor), _short(source), int.from_bytes(_take(source, 4), "big"))
    group, name = "operation", ""
    while (tag := _take(source, 1)[0]) != 3:
        if tag < 0x10:
            group = GROUPS.get(tag, f"group-{tag}")
            continue
        name = _take(source, _short(source)).decode("utf-8", "replace") or name
        raw = _take(source, _short(source))
        if group == "operation" and name not in request.order:
            request.order.append(name)
        request.attributes.setdefault(group, {}).setdefault(name, []).append(_typed(tag, raw))
    request.document = source.read()
    return request


Attributes = list[tuple[str, str, Sequence[Any]]]
"""(type, name, values)."""
Groups = list[tuple[str, Attributes]]


def write_answer(status: int, request: IppRequest | None, groups: Groups) -> bytes:
    """A whole answer; `request` is None when it could not be read."""
    version = bytes(request.version) if request is not None and request.version[0] in {1, 2} else b"\x02\x00"
    number = request.number if request is not None else 0
    out = bytearray(version + status.to_bytes(2, "big") + number.to_bytes(4, "big"))
    first: tuple[str, Attributes] = (
        "operation",
        [("charset", "attributes-charset", ["utf-8"]), ("language", "attributes-natural-language", ["zh-cn"])],
    )
    for group, attributes in [first, *groups]:
        out.append(_GROUP_TAGS[group])
        for kind, name, values in attributes:
            for index, value in enumerate(values):
                out += _value(_TAGS[kind], name if index == 0 else "", value)
    return bytes(out) + b"\x03"


def _value(tag: int, name: str, value: Any) -> bytes:
    if tag != _TAGS["collection"]:
        return _triple(tag, name.encode(), _raw(value))
    out = _triple(tag, name.encode(), b"")  # RFC 8010 §3.1.6: members stand between begin and end, by their names
    for kind, member, values in value:
        out += _triple(0x4A, b"", member.encode()) + b"".join(_value(_TAGS[kind], "", one) for one in values)
    return out + _triple(0x37, b"", b"")


def _triple(tag: int, name: bytes, raw: bytes) -> bytes:
    return bytes([tag]) + len(name).to_bytes(2, "big") + name + len(raw).to_bytes(2, "big") + raw


def with_wrong_length(answer: bytes) -> bytes:
    """The same answer, with the length of its first value pointing beyond the end."""
    return answer[:11] + b"\x7f\xff" + answer[13:] if len(answer) > 13 else answer


def _take(source: BinaryIO, count: int) -> bytes:
    data = source.read(count)
    if len(data) != count:
        raise ValueError("the message is cut off")
    return data


def _short(source: BinaryIO) -> int:
    return int.from_bytes(_take(source, 2), "big")


def _typed(tag: int, raw: bytes) -> Any:
    if tag in {0x21, 0x23}:
        return int.from_bytes(raw, "big", signed=True)
    if tag == 0x22:
        return raw == b"\x01"
    if tag == 0x33 and len(raw) == 8:
        return int.from_bytes(raw[:4], "big", signed=True), int.from_bytes(raw[4:], "big", signed=True)
    return raw if tag in _OCTETS or tag < 0x20 else raw.decode("utf-8", "replace")


def _raw(value: Any) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bool):
        return bytes([value])
    if isinstance(value, int):
        return value.to_bytes(4, "big", signed=True)
    if isinstance(value, tuple):  # a range
        return b"".join(part.to_bytes(4, "big", signed=True) for part in value)
    return value if isinstance(value, bytes) else str(value).encode()
