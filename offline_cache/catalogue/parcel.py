"""Opens what a centre sends: unfolded within limits, and applied to the metadata we hold. Nothing in it is trusted.

docs/catalogue.md has the format. Not responsible for signatures (trust) nor for storing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from offline_cache.catalogue.refused import CatalogueRefusedError

MOST_PARCEL_BYTES = 32 * 1024 * 1024
MOST_UNFOLDED_BYTES = 128 * 1024 * 1024
MOST_RATIO = 100
_SMALLEST_LIMIT = 1024 * 1024


class Parcel(msgspec.Struct, frozen=True):
    """One download: metadata and patches by role, and items."""

    to: int
    since: int = msgspec.field(default=0, name="from")
    metadata: dict[str, bytes] = {}
    patches: dict[str, bytes] = {}
    items: list[bytes] = []


class _Patch(msgspec.Struct, frozen=True):
    set: dict[str, Any]
    remove: list[str]
    rest: dict[str, Any]


def open_parcel(body: bytes) -> Parcel:
    """The parcel in `body`. Raises CatalogueRefusedError (too_large, malformed)."""
    limit = min(MOST_UNFOLDED_BYTES, max(_SMALLEST_LIMIT, MOST_RATIO * len(body)))
    unfolder = zlib.decompressobj()
    try:
        content = unfolder.decompress(body, limit)
    except zlib.error as error:
        raise CatalogueRefusedError("malformed", "parcel") from error
    if unfolder.unconsumed_tail:
        raise CatalogueRefusedError("too_large", f"a parcel that unfolds to over {limit} bytes")
    if not unfolder.eof or unfolder.unused_data:
        raise CatalogueRefusedError("malformed", "parcel")
    try:
        return msgspec.msgpack.decode(content, type=Parcel)
    except (msgspec.DecodeError, RecursionError) as error:
        raise CatalogueRefusedError("malformed", "parcel") from error


def new_metadata(parcel: Parcel, held: Mapping[str, bytes]) -> dict[str, bytes]:
    """All roles' metadata as the parcel would have it, unverified. Raises CatalogueRefusedError (malformed)."""
    offered = dict(held) if parcel.since else {}
    offered |= parcel.metadata
    for role, patch in parcel.patches.items():
        if role not in held:
            raise CatalogueRefusedError("malformed", f"a patch of {role}, which we do not hold")
        offered[role] = _patched(held[role], patch)
    return offered


def _patched(old: bytes, patch: bytes) -> bytes:
    try:
        changes = msgspec.json.decode(patch, type=_Patch)
        had = json.loads(old)["signed"]["targets"]
        gone = set(changes.remove)
        kept = {path: info for path, info in had.items() if path not in gone}
        signed = {**changes.rest["signed"], "targets": kept | changes.set}
        new = {**changes.rest, "signed": signed}
    except (msgspec.DecodeError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CatalogueRefusedError("malformed", "patch") from error
    return json.dumps(new, separators=(",", ":"), sort_keys=True).encode()
