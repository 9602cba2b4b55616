"""`python -m tests.offline.kill_rounds FOLDER ROUNDS`: children that accept and send until they are killed.

Every other child kills itself at a named point, the others are killed by the parent at a moment of chance. Forks from
a process without threads, so a round costs milliseconds. After each STORE_ROUNDS rounds another store is begun, and
the old one judged. Prints one JSON object: rounds, acknowledged, lost, and how often each point was reached.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw

from offline_cache.clock import SystemClock
from offline_cache.contract import Answer, Attachment, Draft
from offline_cache.evidence import blobs
from offline_cache.evidence.blobs import Blob, Blobs
from offline_cache.evidence.pieces import DueBlob
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.identifiers import new_transaction_id
from offline_cache.outbox.schedule import Lane, Verdict, VerdictKind
from offline_cache.store import Place, Store, open_store
from tests.offline.centre_key import opened as opened_by_centre
from tests.offline.centre_key import pin
from tests.offline.power.__main__ import QuickKey

STORE_ROUNDS = 40
ID_BYTES = 37
STATEMENTS = (
    "BEGIN IMMEDIATE",
    "INSERT INTO entry",
    "INSERT INTO payload",
    "INSERT INTO delivery",
    "INSERT INTO evidence",
    "INSERT INTO journal",
    "UPDATE delivery",
    "UPDATE evidence",
    "DELETE FROM payload",
    "COMMIT",
    "PRAGMA wal_checkpoint",
)
FILES = ("write evidence", "keep evidence", "forget evidence")
"""One file; all files of a transaction and their folder; a file that the centre has."""

POINTS = tuple(f"{moment} {statement}" for statement in (*STATEMENTS, *FILES) for moment in ("before", "after"))


class Mortal(QuickKey):
    """A connection that ends its process, without warning, around a statement."""

    point, left = "", 0

    def execute(self, sql: str, *values: Any) -> Any:
        self.reach(f"before {sql}")
        answer = super().execute(sql, *values)
        self.reach(f"after {sql}")
        return answer

    @classmethod
    def around(cls, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """A call that ends its process in the same way."""

        def wrapped(*values: Any) -> Any:
            cls.reach(f"before {name}")
            answer = call(*values)
            cls.reach(f"after {name}")
            return answer

        return wrapped

    @classmethod
    def reach(cls, here: str) -> None:
        if cls.point and here.startswith(cls.point):
            cls.left -= 1
            if cls.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def place_of(folder: Path) -> Place:
    """Where the store of a folder is."""
    return Place(folder / "store", folder / "store.key", "GZ-TH-0001")


def opened(folder: Path) -> Store:
    """The store, opened and checked whole."""
    return pin(open_store(place_of(folder), SystemClock(), random.uniform))


def live(folder: Path, pipe: int, seed: int) -> None:
    """The child: an id goes into the pipe only when accept has returned."""
    store = opened(folder)
    for number in itertools.count(seed * 10_000):
        answers = (Answer("field", "值" * (number % 700)),)
        scans = (Attachment("scan", "image/png", os.urandom(70_000)),) * (number % 4)
        draft = Draft(new_transaction_id(number), "application", "s", 1, "440106", "4401", "名", "", answers, scans)
        store.outbox.accept(draft)
        os.write(pipe, draft.id.encode() + b"\n")
        if number % 3 == 2:
            send_one(store)


def send_one(store: Store) -> None:
    """The centre takes the oldest one, and a piece of evidence; both are forgotten."""
    store.delivery.retry()
    due = store.delivery.take(Lane.APPLICATIONS)
    if isinstance(due, Due):
        store.delivery.record(due, Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number="C1"))
    piece = store.evidence.take()
    if isinstance(piece, DueBlob):
        store.evidence.record(piece, Verdict(VerdictKind.ACKNOWLEDGED, 201), True)


def one_round(folder: Path, seed: int) -> Iterator[str]:
    """Fork, let it live until it dies or is killed, and give back what it had acknowledged."""
    reading, writing = os.pipe()
    named = seed % 2 == 1
    child = os.fork()
    if child == 0:
        os.close(reading)
        if named:
            Mortal.point, Mortal.left = POINTS[seed // 2 % len(POINTS)], 1 + seed // 2 // len(POINTS) % 4
        live(folder, writing, seed)
    os.close(writing)
    seen = b""
    if not named:
        while len(seen) < ID_BYTES * (1 + seed % 9):
            seen += os.read(reading, ID_BYTES)
        os.kill(child, signal.SIGKILL)
    while more := os.read(reading, 65536):
        seen += more
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
        raise AssertionError(f"a child ended by itself: {status}")
    yield from seen.decode().split()


def lost_of(folder: Path, acknowledged: list[str]) -> list[str]:
    """What was acknowledged and is not there; opening checks all the rest."""
    store = opened(folder)
    found = {row.transaction_id for row in store.outbox.rows(1_000_000)}
    waiting = store.database.read("SELECT id, body FROM payload JOIN entry USING (sequence)")
    gone = [key for key, body in waiting if not all(_is_kept(store, key, one) for one in _named(key, body))]
    gone += [row[0] for row in store.database.read("SELECT state FROM evidence WHERE state NOT IN ('waiting', 'sent')")]
    store.close()
    return [key for key in acknowledged if key not in found] + gone


def _named(key: str, body: bytes) -> list[str]:
    """The evidence that a transaction names, as the centre will read it."""
    return [one["sha256"] for one in json.loads(opened_by_centre(body, f"transaction {key}")).get("evidence", [])]


def _is_kept(store: Store, key: str, sha256: str) -> bool:
    return store.evidence.blobs.read(Blob(bytes.fromhex(sha256), key)) is not None


def main() -> None:
    """All rounds, and one line about them."""
    apsw.Connection = Mortal  # type: ignore[misc]  # for the stores of this process and its children
    for name, place, attribute in zip(FILES, (blobs, Blobs, Blobs), ("_write", "put", "remove"), strict=True):
        setattr(place, attribute, Mortal.around(name, getattr(place, attribute)))
    root, rounds = Path(sys.argv[1]), int(sys.argv[2])
    points: Counter[str] = Counter()
    total, lost = 0, []
    for first in range(1, rounds + 1, STORE_ROUNDS):
        folder = root / str(first)
        folder.mkdir()
        acknowledged: list[str] = []
        for seed in range(first, min(first + STORE_ROUNDS, rounds + 1)):
            acknowledged += one_round(folder, seed)
            points["chance" if seed % 2 == 0 else POINTS[seed // 2 % len(POINTS)]] += 1
        lost += lost_of(folder, acknowledged)
        total += len(acknowledged)
    sys.stdout.write(json.dumps({"rounds": rounds, "acknowledged": total, "lost": lost, "points": points}))


if __name__ == "__main__":
    main()
