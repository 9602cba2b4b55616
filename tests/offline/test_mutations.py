"""Are the tests of the promises any good? Each mutation of a copy of the store must turn them red.

The copy stands first on the path of the process that is judged; what is under test is asserted by its path.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
BESIDE = ("kiosk", "drivers", "ui", "config", "tests", "pyproject.toml")


@dataclass(frozen=True)
class Mutation:
    """A change of one file of the store."""

    file: str
    before: str
    after: str


FULL_TO_NORMAL = Mutation("disk/database.py", '"synchronous", "full"', '"synchronous", "normal"')
SYNC_OFF = Mutation("disk/database.py", '"synchronous", "full"', '"synchronous", "off"')
NO_FOLDER_SYNC = Mutation(
    "disk/keys.py",
    "        os.fsync(descriptor)\n    finally:\n        os.close(descriptor)\n\n\ndef ",
    "        pass\n    finally:\n        os.close(descriptor)\n\n\ndef ",
)
NO_BLOB_SYNC = Mutation("evidence/blobs.py", "        os.fsync(descriptor)\n", "")
NO_BLOB_FOLDER_SYNC = Mutation(
    "evidence/blobs.py", "            if made:\n                sync_folder(self.folder)\n", "            sync_folder\n"
)
_BEGIN = 'self._connection.execute("BEGIN IMMEDIATE")'
_COMMIT = '                self._connection.execute("COMMIT")\n'
_CHECKPOINT = 'self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")'
_LATE = 'self._connection.execute("COMMIT" if self._connection.in_transaction else "SELECT 1")\n            '
PROMISE_BEFORE_COMMIT = (
    Mutation("disk/database.py", _BEGIN, _LATE + _BEGIN),
    Mutation("disk/database.py", _COMMIT, ""),
    Mutation("disk/database.py", _CHECKPOINT, _LATE + _CHECKPOINT),
)
"""The commit follows the answer, at the next piece of work."""

NO_UNIQUE_ID = Mutation(
    "disk/migrations/0001_initial.sql", "id              TEXT NOT NULL UNIQUE", "id              TEXT NOT NULL"
)
NO_UNIQUE_NUMBER = Mutation(
    "disk/migrations/0001_initial.sql", "local_number    TEXT NOT NULL UNIQUE", "local_number    TEXT NOT NULL"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository, with an `offline_cache` of its own."""
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copytree(
        REPOSITORY / "offline_cache", folder / "offline_cache", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in BESIDE:
        (folder / name).symlink_to(REPOSITORY / name)
    return folder


def mutate(copy: Path, mutation: Mutation) -> None:
    """Change the copy; the text must be there once."""
    path = copy / "offline_cache" / mutation.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mutation.before) == 1, mutation
    path.write_text(text.replace(mutation.before, mutation.after), encoding="utf-8")


def power_cuts(copy: Path, memory: Path, states: int) -> Counter[str]:
    """What the crash states of the copy lead to."""
    command = [sys.executable, "-m", "tests.offline.power", "--scratch", str(memory), "--states", str(states)]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    ended = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=300, check=False)
    report = json.loads(ended.stdout)
    assert report["under_test"] == str(copy / "offline_cache")
    return Counter(report["findings"])


def test_without_a_mutation_the_copy_loses_nothing(copy: Path, memory: Path) -> None:
    assert set(power_cuts(copy, memory, 1000)) == {"kept"}


@pytest.mark.parametrize(
    "mutations",
    [(FULL_TO_NORMAL,), (SYNC_OFF,), (NO_FOLDER_SYNC,), PROMISE_BEFORE_COMMIT, (NO_BLOB_SYNC,), (NO_BLOB_FOLDER_SYNC,)],
    ids=[
        "FULL to NORMAL",
        "sync off",
        "no folder sync",
        "promise before commit",
        "no sync of evidence",
        "no sync of the folder of evidence",
    ],
)
def test_a_store_that_promises_too_early_is_found_out(
    copy: Path, memory: Path, mutations: tuple[Mutation, ...]
) -> None:
    for mutation in mutations:
        mutate(copy, mutation)
    assert power_cuts(copy, memory, 1000)["lost"] >= 5


@pytest.mark.parametrize("mutation", [NO_UNIQUE_ID, NO_UNIQUE_NUMBER], ids=["id", "number"])
def test_a_store_without_its_unique_index_is_found_out(copy: Path, mutation: Mutation) -> None:
    mutate(copy, mutation)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "the_file_itself_refuses"]
        + ["tests/offline/test_database.py"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 1, ended.stdout
    assert "DID NOT RAISE" in ended.stdout
