"""Those who make a transaction durable: each puts the same bytes on the same disk, one commit each.

Equal durability means WAL with `synchronous=FULL` (2) for every SQLite queue, asserted on its own connection. Peers
are only imported here, and only where the extra `figures` is installed.
"""

from __future__ import annotations

import importlib
import os
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_cache.chains.journal import JournalEvent
from offline_cache.clock import SystemClock
from offline_cache.contract import Answer, Draft
from offline_cache.outbox.identifiers import new_transaction_id
from offline_cache.store import Place, Store, open_store
from offline_cache.trust.centre_trust import SEALING_PREFIX, SealingKey
from offline_cache.trust.sealing import HpkeX25519
from offline_cache.trust.signed_text import base64url

RAW, RAW_LOG = "raw", "raw_log"
STORE, ROW, BATCH = "store", "store_row", "store_batch"
BATCH_ROWS = 20
_FULL = 2
_PREALLOCATED = 64 * 1024 * 1024
_PAGE_BYTES, _FRAME_BYTES = 4096, 4096 + 24

Put = Callable[[], int]
"""Make one commit durable; how many rows it held."""


class NotInstalled(Exception):
    """A peer is not here."""


@dataclass(frozen=True)
class Contender:
    """A way to make rows durable, open on a folder of its own."""

    name: str
    put: Put
    close: Callable[[], None]


class _Drafts:
    """Applications of one citizen after the other, each with an answer of `size` characters."""

    def __init__(self, size: int) -> None:
        self._text, self._count = "x" * size, 0

    def next(self) -> Draft:
        """Another one."""
        self._count += 1
        answers = (Answer("address", self._text),)
        key = new_transaction_id(1_700_000_000_000 + self._count)
        return Draft(key, "application", "hrss/card", 1, "440106", "4401", "Name", "token", answers)


def open_real_store(folder: Path) -> Store:
    """The store of the product, as its process opens it, enrolled: every payload is sealed to a centre's key."""
    place = Place(folder / "store", folder / "store.key", "GZ-TH-0001")
    store = open_store(place, SystemClock(), random.uniform)
    signing, sealing = Ed25519PrivateKey.generate(), X25519PrivateKey.generate().public_key().public_bytes_raw()
    content = SealingKey("0123456789abcdef", HpkeX25519.suite, base64url(sealing), "2026-01-01T00:00:00")
    text = SEALING_PREFIX + base64url(msgspec.json.encode(content))
    with store.database.transaction():
        store.trust.pin(signing.public_key().public_bytes_raw())
        if not store.trust.take_sealing_key(f"{text}.{base64url(signing.sign(text.encode('ascii')))}"):
            raise AssertionError("no key to seal to")
    return store


def store(folder: Path, size: int) -> Contender:
    """Everything that `Accept` does: check, number, sign the slip, chain, encrypt, commit, journal."""
    opened, drafts = open_real_store(folder), _Drafts(size)

    def put() -> int:
        opened.outbox.accept(drafts.next())
        return 1

    return Contender(STORE, put, opened.close)


def row(folder: Path, count: int) -> Contender:
    """One record of the hash-chained journal with as many bytes: what a queue's put is, encrypted and chained."""
    opened, text = open_real_store(folder), "x" * count

    def put() -> int:
        with opened.database.transaction():
            opened.journal.append(JournalEvent.TERMINAL_STARTED, detail=text)
        return 1

    return Contender(ROW, put, opened.close)


def batch(folder: Path, size: int) -> Contender:
    """As many as BATCH_ROWS in one commit."""
    opened, drafts = open_real_store(folder), _Drafts(size)

    def put() -> int:
        return len(opened.outbox.accept_all([drafts.next() for _ in range(BATCH_ROWS)]))

    return Contender(BATCH, put, opened.close)


def body_and_log_bytes(folder: Path, size: int) -> tuple[int, int]:
    """What one transaction is: bytes of its body, and bytes that its commit appends to the log."""
    opened, drafts = open_real_store(folder), _Drafts(size)
    log = opened.database.path.with_name(opened.database.path.name + "-wal")
    opened.outbox.accept(drafts.next())
    before = log.stat().st_size
    for _ in range(10):
        opened.outbox.accept(drafts.next())
    appended = (log.stat().st_size - before) // 10
    body = len(opened.database.read("SELECT body FROM payload LIMIT 1")[0][0])
    opened.close()
    return body, appended


def raw(folder: Path, count: int, name: str = RAW) -> Contender:
    """The disk itself: `count` bytes into a file whose blocks are there, then `fdatasync`."""
    descriptor = os.open(folder / "raw", os.O_RDWR | os.O_CREAT, 0o600)
    for _ in range(_PREALLOCATED // 2**20):
        os.write(descriptor, os.urandom(2**20))
    os.fsync(descriptor)
    data, state = os.urandom(count), {"offset": 0}

    def put() -> int:
        os.pwrite(descriptor, data, state["offset"])
        os.fdatasync(descriptor)
        state["offset"] = (state["offset"] + count) % (_PREALLOCATED - count)
        return 1

    return Contender(name, put, lambda: os.close(descriptor))


def persist_queue(folder: Path, count: int) -> Contender:
    """persist-queue's SQLiteQueue, which commits each put."""
    module = _peer("persistqueue")
    queue = module.SQLiteQueue(str(folder), auto_commit=True, multithreading=True)
    _assert_full(queue._putter)
    data = os.urandom(count)

    def put() -> int:
        queue.put(data)
        return 1

    return Contender("persist-queue", put, queue.close)


def litequeue(folder: Path, count: int) -> Contender:
    """litequeue, whose default is NORMAL, put to FULL."""
    queue = _peer("litequeue").LiteQueue(str(folder / "queue.db"))
    queue.conn.execute("PRAGMA synchronous = FULL")
    _assert_full(queue.conn)
    data = os.urandom(count // 2).hex()

    def put() -> int:
        queue.put(data)
        return 1

    return Contender("litequeue", put, queue.conn.close)


def huey(folder: Path, count: int) -> Contender:
    """huey's SQLite storage with fsync asked for."""
    storage = _peer("huey.storage").SqliteStorage("bench", filename=str(folder / "huey.db"), fsync=True)
    _assert_full(storage.conn)
    data = os.urandom(count)

    def put() -> int:
        storage.enqueue(data)
        return 1

    return Contender("huey", put, storage.close)


PEERS = (persist_queue, litequeue, huey)


def _peer(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise NotInstalled(f"{name} is not installed (pip install doorstep[figures])") from error


def _assert_full(connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    level = connection.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, level) != ("wal", _FULL):
        raise AssertionError(f"{mode}, synchronous={level}: not durable")
