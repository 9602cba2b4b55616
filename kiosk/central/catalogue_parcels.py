"""What a terminal downloads: one parcel with everything of a version, or with what changed since another one.

Format (docs/catalogue.md): zlib over MessagePack {"from", "to", "metadata": {name: bytes}, "patches": {role: bytes},
"items": [bytes]}. Nothing in it is trusted: the terminal checks what it builds from it against signed metadata. Its
length and SHA-256 stand in the signed timestamp, so that no more is read than was meant.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

WHOLE_INSTEAD = 0.40
"""A delta above this part of the whole is not worth its own failure modes."""


class Parcel(msgspec.Struct, omit_defaults=True):
    """One download."""

    to: int
    since: int = msgspec.field(default=0, name="from")
    metadata: dict[str, bytes] = {}
    patches: dict[str, bytes] = {}
    items: list[bytes] = []


def pack(parcel: Parcel) -> bytes:
    """The parcel's bytes."""
    return zlib.compress(msgspec.msgpack.encode(parcel), 9)


def whole(version: int, metadata: Mapping[str, bytes], items: Mapping[str, bytes]) -> bytes:
    """Everything. `items` by SHA-256 in hex."""
    return pack(Parcel(version, 0, dict(metadata), {}, [items[name] for name in sorted(items)]))


def delta(
    versions: tuple[int, int], old: Mapping[str, bytes], new: Mapping[str, bytes], items: Iterable[bytes]
) -> bytes:
    """What changed between two versions' metadata, beside the items that the older one lacks."""
    since, to = versions
    changed = {role: body for role, body in new.items() if old.get(role) != body}
    patches = {role: patch(old[role], body) for role, body in changed.items() if role == "targets" and role in old}
    rest = {role: body for role, body in changed.items() if role not in patches}
    return pack(Parcel(to, since, rest, patches, sorted(items)))


def patch(old: bytes, new: bytes) -> bytes:
    """How to make a role's new metadata of its old one: the listed files that differ, and all the rest anew."""
    before, after = json.loads(old), json.loads(new)
    had: dict[str, Any] = before["signed"]["targets"]
    has: dict[str, Any] = after["signed"].pop("targets")
    body = {
        "set": {path: info for path, info in has.items() if had.get(path) != info},
        "remove": sorted(had.keys() - has.keys()),
        "rest": after,
    }
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()
