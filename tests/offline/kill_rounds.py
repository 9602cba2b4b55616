"""`python -m tests.offline.kill_rounds FOLDER ROUNDS`: children that accept until they are killed.

Forks from a process without threads, so a round costs milliseconds. Prints each acknowledged id, as the
parent read it from the child.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

from offline_cache.clock import SystemClock
from offline_cache.contract import Answer, Draft
from offline_cache.identifiers import new_transaction_id
from offline_cache.store import Place, open_store

ID_BYTES = 37


def accept_for_ever(folder: Path, pipe: int, seed: int) -> None:
    """The child: an id goes into the pipe only when accept has returned."""
    store = open_store(Place(folder / "store", folder / "store.key", "GZ-TH-0001"), SystemClock(), random.uniform)
    number = seed * 10_000
    while True:
        number += 1
        answers = (Answer("field", "值" * (number % 700)),)
        draft = Draft(new_transaction_id(number), "application", "s", 1, "440106", "4401", "名", "", answers)
        store.outbox.accept(draft)
        os.write(pipe, draft.id.encode() + b"\n")


def one_round(folder: Path, seed: int) -> None:
    """Fork, read a few acknowledgements, kill at a moment of chance, read what was still in the pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        accept_for_ever(folder, writing, seed)
    os.close(writing)
    seen = b""
    while len(seen) < ID_BYTES * (1 + seed % 9):
        seen += os.read(reading, ID_BYTES)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(reading, 65536):
        seen += more
    os.close(reading)
    sys.stdout.write(seen.decode())


def main() -> None:
    """All rounds on one store."""
    for seed in range(1, int(sys.argv[2]) + 1):
        one_round(Path(sys.argv[1]), seed)


if __name__ == "__main__":
    main()
