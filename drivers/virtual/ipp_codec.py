"""IPP messages as a printer sees them: request bytes in, answer bytes out (RFC 8010). Our own codec."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any, BinaryIO

GROUPS = {1: "operation", 2: "job", 4: "printer", 5: "unsupported"}
_GROUP_TAGS = {name: tag for tag, name in GROUPS.items()}
_TAGS = {
    "integer": 0x21,
    "boolean": 0x22,
    "enum": 0x23,
    "octets": 0x30,
    "text": 0x41,
    "name": 0x42,
    "keyword": 0x44,
    "uri": 0x45,
    "charset": 0x47,
    "language": 0x48,
    "mime": 0x49,
}


@dataclass
class IppRequest:
    """One request; `document` is what follows the attributes."""

    operation: int
    number: int
    attributes: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    document: bytes = b""

    def value(self, group: str, name: str, default: Any = None) -> Any:
        """The first value of an attribute."""
        return (self.attributes.get(group, {}).get(name) or [default])[0]


def read_request(data: bytes) -> IppRequest:
    """Parse; raises ValueError for what is not IPP."""
    source = io.BytesIO(data)
    major = _take(source, 2)[0]
    if major not in {1, 2}:
        raise ValueError("IPP version")
    request = IppRequest(_short(source), int.from_bytes(_take(source, 4), "big"))
    group, name = "operation", ""
    while (tag := _take(source, 1)[0]) != 3:
        if tag < 0x10:
            group = GROUPS.get(tag, f"group-{tag}")
            continue
        name = _take(source, _short(source)).decode() or name
        raw = _take(source, _short(source))
        request.attributes.setdefault(group, {}).setdefault(name, []).append(_typed(tag, raw))
    request.document = source.read()
    return request


Attributes = list[tuple[str, str, list[Any]]]
"""(type, name, values)."""


def write_answer(status: int, number: int, groups: list[tuple[str, Attributes]]) -> bytes:
    """A whole answer."""
    out = bytearray(b"\x02\x00" + status.to_bytes(2, "big") + number.to_bytes(4, "big"))
    first: tuple[str, Attributes] = (
        "operation",
        [("charset", "attributes-charset", ["utf-8"]), ("language", "attributes-natural-language", ["zh-cn"])],
    )
    for group, attributes in [first, *groups]:
        out.append(_GROUP_TAGS[group])
        for kind, name, values in attributes:
            for index, value in enumerate(values):
                shown = name.encode() if index == 0 else b""
                raw = _raw(value)
                out += bytes([_TAGS[kind]]) + len(shown).to_bytes(2, "big") + shown + len(raw).to_bytes(2, "big") + raw
    return bytes(out) + b"\x03"


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
    return raw if tag == 0x30 else raw.decode("utf-8", "replace")


def _raw(value: Any) -> bytes:
    if isinstance(value, bool):
        return bytes([value])
    if isinstance(value, int):
        return value.to_bytes(4, "big", signed=True)
    return value if isinstance(value, bytes) else str(value).encode()
