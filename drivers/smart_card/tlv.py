"""Tag, length, value as cards write them (ISO 7816-4 BER-TLV). Pure, and bounded in depth and size."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.contract.errors import ProtocolError

DEPTH = 6


def parse(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each tag with its value, in order; padding 00 and FF between them is passed over.

    Raises ProtocolError for what is cut off or longer than it can be.
    """
    offset = 0
    while offset < len(data):
        if data[offset] in {0x00, 0xFF}:
            offset += 1
            continue
        tag, offset = _tag(data, offset)
        length, offset = _length(data, offset)
        if offset + length > len(data):
            raise _broken("a value is cut off")
        yield tag, data[offset : offset + length]
        offset += length


def find(data: bytes, *path: int) -> bytes | None:
    """The first value under a path of tags, for example find(fci, 0x6F, 0xA5, 0xBF0C); None when it is absent."""
    for wanted in path:
        value = next((value for tag, value in parse(data) if tag == wanted), None)
        if value is None:
            return None
        data = value
    return data


def find_all(data: bytes, wanted: int, depth: int = DEPTH) -> Iterator[bytes]:
    """Every value of a tag, inside constructed values too, down to DEPTH."""
    for tag, value in parse(data):
        if tag == wanted:
            yield value
        elif depth and _constructed(tag):
            yield from find_all(value, wanted, depth - 1)


def _constructed(tag: int) -> bool:
    first = tag
    while first > 0xFF:
        first >>= 8
    return bool(first & 0x20)


def _tag(data: bytes, offset: int) -> tuple[int, int]:
    tag = data[offset]
    offset += 1
    if tag & 0x1F != 0x1F:
        return tag, offset
    for _ in range(2):
        if offset >= len(data):
            raise _broken("a tag is cut off")
        tag = tag << 8 | data[offset]
        offset += 1
        if not tag & 0x80:
            return tag, offset
    raise _broken("a tag is longer than three bytes")


def _length(data: bytes, offset: int) -> tuple[int, int]:
    if offset >= len(data):
        raise _broken("a length is cut off")
    first = data[offset]
    offset += 1
    if first < 0x80:
        return first, offset
    count = first & 0x7F
    if not 1 <= count <= 2 or offset + count > len(data):
        raise _broken("a length cannot be read")
    return int.from_bytes(data[offset : offset + count], "big"), offset + count


def _broken(hint: str) -> ProtocolError:
    return ProtocolError(f"the card's data cannot be read: {hint}", cause="tlv")
