"""The table `bridge`: the gaps that damage left in the store's two chains. Not responsible for finding them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from offline_cache.chains.chain import GENESIS, Bridge, follower
from offline_cache.disk.database import Database

Chain = Literal["entry", "journal"]

_NEXT = {
    chain: f"SELECT coalesce(bridge.next, {key} + 1), coalesce(bridge.previous, hash) FROM {chain} "  # noqa: S608
    f"LEFT JOIN bridge ON chain = '{chain}' AND after = {key} ORDER BY {key} DESC LIMIT 1"
    for chain, key in (("entry", "sequence"), ("journal", "number"))
}
"""One statement, because it is part of every promise."""


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


def next_record(database: Database, chain: Chain) -> tuple[int, bytes]:
    """Number and predecessor's hash of the record to be written next."""
    rows = database.read(_NEXT[chain])
    return rows[0] if rows else follower(0, GENESIS, read_bridges(database, chain))
