"""The part of the stubbed centre that takes evidence (docs/line.md), counts each byte, and misbehaves on command."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from tests.offline.centre_stub import _Handler

PartMisfortune = Callable[["_Handler"], bool]


@dataclass
class BlobDesk:
    """`taken` lists the parts that were kept: (SHA-256, offset, length); `sizes` every part that arrived."""

    held: dict[str, bytearray] = field(default_factory=dict)
    whole: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, int, int]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    misfortunes: deque[PartMisfortune] = field(default_factory=deque)
    poisoned: set[str] = field(default_factory=set)
    knows: Callable[[str], bool] = lambda key: True
    signs: bool = True

    def get(self, handler: _Handler) -> None:
        """How far it has come."""
        sha256 = handler.path.removeprefix("/v1/blobs/")
        self._tell(handler, sha256, 200)

    def patch(self, handler: _Handler) -> None:
        """Take a part."""
        place = urlsplit(handler.path)
        sha256, query = place.path.removeprefix("/v1/blobs/"), parse_qs(place.query)
        offset, length = int(query["offset"][0]), int(query["length"][0])
        self.sizes.append(len(handler.body))
        if self.misfortunes and self.misfortunes.popleft()(handler):
            return
        if sha256 in self.poisoned:
            handler.answer(400, {"reason": "seal_broken"})
        elif not self.knows(handler.key):
            handler.answer(409, {"reason": "unknown_transaction"}, [("Retry-After", "1")])
        elif offset != self._offset(sha256):
            handler.answer(409, {"reason": "offset", "offset": self._offset(sha256)})
        else:
            self._take(handler, sha256, length)

    def keep(self, sha256: str, offset: int, body: bytes) -> None:
        """Write a part down."""
        self.held.setdefault(sha256, bytearray()).extend(body)
        self.taken.append((sha256, offset, len(body)))

    def _take(self, handler: _Handler, sha256: str, length: int) -> None:
        self.keep(sha256, self._offset(sha256), handler.body)
        self.keys[sha256] = handler.key
        if len(self.held[sha256]) < length:
            self._tell(handler, sha256, 200)
        elif hashlib.sha256(self.held[sha256]).hexdigest() != sha256:
            del self.held[sha256]
            handler.answer(400, {"reason": "evidence_damaged"})
        else:
            self.whole[sha256] = bytes(self.held[sha256])
            self._tell(handler, sha256, 201)

    def _offset(self, sha256: str) -> int:
        return len(self.held.get(sha256, b""))

    def _tell(self, handler: _Handler, sha256: str, status: int) -> None:
        answer = {"offset": self._offset(sha256), "complete": sha256 in self.whole}
        headers = [("Idempotency-Key", handler.key)]
        if sha256 in self.whole:
            proof = {"k": handler.key, "t": "GZ-TH-0001", "h": sha256}
            headers.append(("Doorstep-Receipt", handler.stub.signed("DE1", proof) if self.signs else "DE1.e30.AA"))
        handler.answer(status, answer, headers)


def cut_after(kept: bool) -> PartMisfortune:
    """The line breaks; the part had arrived, or not."""

    def strike(handler: _Handler) -> bool:
        if kept:
            place = urlsplit(handler.path)
            offset = int(parse_qs(place.query)["offset"][0])
            handler.stub.desk.keep(place.path.removeprefix("/v1/blobs/"), offset, handler.body)
        handler.hang_up()
        return True

    return strike


def flipped(handler: _Handler) -> bool:
    """A bit falls over on the way; nobody notices yet."""
    handler.body = bytes([handler.body[0] ^ 1]) + handler.body[1:]
    return False
