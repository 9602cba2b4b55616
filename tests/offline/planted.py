"""Looks for planted personal values in raw bytes, in every form in which a program can leave them behind."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import urllib.parse
import zlib
from collections.abc import Callable, Iterable, Iterator

from cryptography.hazmat.primitives import hashes

Encode = Callable[[str], Iterable[bytes]]

_STREAMS = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_INFLATED_BYTES = 4 * 2**20


def _texts(value: str) -> list[bytes]:
    return [value.encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]


def _hex(value: str) -> Iterator[bytes]:
    for text in _texts(value):
        yield text.hex().encode()
        yield text.hex().upper().encode()


def _base64(value: str) -> Iterator[bytes]:
    """At the three alignments, without the characters that depend on the neighbours."""
    for encoded in (value.encode(), value.encode("gb18030")):
        for before in range(3):
            whole = base64.b64encode(b"\0" * before + encoded)
            first, last = (0, 2, 3)[before], len(whole) - 4 if (before + len(encoded)) % 3 else len(whole)
            for alphabet in (whole, whole.replace(b"+", b"-").replace(b"/", b"_")):
                yield alphabet[first:last]


def _url(value: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "gb18030"):
        quoted = "".join(f"%{byte:02X}" for byte in value.encode(encoding))
        yield from (quoted.encode(), quoted.lower().encode())
        yield urllib.parse.quote(value, encoding=encoding).encode()


def _json(value: str) -> Iterator[bytes]:
    escaped = json.dumps(value)[1:-1]
    yield escaped.encode()
    yield re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), escaped).encode()


def _reversed(value: str) -> list[bytes]:
    return _texts(value[::-1]) + [text[::-1] for text in _texts(value)]


def _digests(value: str) -> Iterator[bytes]:
    """An unsalted digest of an identity number is the number: there are few enough to try them all."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(value.encode())
    plain = [hashlib.new(name, value.encode()).digest() for name in ("md5", "sha1", "sha256")]
    for digest in [*plain, sm3.finalize()]:
        yield from (digest, digest.hex().encode(), digest.hex().upper().encode(), base64.b64encode(digest).rstrip(b"="))


FORMS: dict[str, Encode] = {
    "text": _texts,
    "hex": _hex,
    "base64": _base64,
    "url": _url,
    "json": _json,
    "reversed": _reversed,
    "digest": _digests,
}


def find(values: Iterable[str], data: bytes) -> list[str]:
    """Names of the forms in which any value stands in the bytes, or in a compressed stream inside them."""
    needles = [(form, needle) for value in values for form, encode in FORMS.items() for needle in encode(value)]
    found = {form for form, needle in needles if needle in data}
    for inside in _inflated(data):
        found |= {f"compressed {form}" for form, needle in needles if needle in inside}
    return sorted(found)


def _inflated(data: bytes) -> Iterator[bytes]:
    for start in _STREAMS.finditer(data):
        stream = zlib.decompressobj(wbits=47)  # zlib or gzip, by its header
        try:
            inside = stream.decompress(data[start.start() :], _INFLATED_BYTES)
        except zlib.error:
            continue
        if inside:
            yield inside
