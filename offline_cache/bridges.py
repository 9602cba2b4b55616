"""The table `bridge`: the gaps that damage left in the store's two chains. Not responsible for finding them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from offline_cache.chain import GENESIS, Bridge, follower
from offline_cache.database import Database

Chain = Literal["entry", "journal"]


def read_bridges(database: Database, chain: Chain) -> dict[int, Bridge]:
    """All bridges of a chain, by the number they follow."""
    rows = database.read("SELECT after, next, previous FROM bridge WHERE chain = ?", (chain,))
    return {after: Bridge(after, next_number, previous) for after, next_number, previous in rows}


def write_bridges(database: Database, chain: Chain, bridges: Iterable[Bridge]) -> None:
    """Record gaps; inside a transaction of the caller."""
    for bridge in bridges:
        database.write(
            "INSERT INTO bridge (chain, after, next, previous) VALUES (?, ?, ?, ?)",
            (chain, bridge.after, bridge.next, bridge.previous),
        )


def next_record(database: Database, chain: Chain, last: tuple[int, bytes] | None) -> tuple[int, bytes]:
    """Number and predecessor's hash of the record to be written after `last` (number, hash)."""
    return follower(*(last or (0, GENESIS)), read_bridges(database, chain))
