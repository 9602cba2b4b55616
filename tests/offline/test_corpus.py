"""Journals of past schemas: opened, migrated, checked whole and drained by the program of today."""

from __future__ import annotations

import tarfile
from importlib import resources
from pathlib import Path

import pytest

from kiosk.ipc import Control
from offline_cache.contract import TransactionState
from offline_cache.outbox.schedule import ANSWERED
from tests.offline.centre_stub import CentreStub
from tests.offline.conftest import HandClock, Terminal
from tests.offline.corpus.__main__ import draft

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.tar.xz"))
SCHEMAS = sorted(
    file.name.partition("_")[0]
    for file in (resources.files("offline_cache") / "disk" / "migrations").iterdir()
    if file.name.endswith(".sql")
)


def test_every_schema_but_the_newest_has_left_a_journal() -> None:
    """Before a migration is added: `python -m tests.offline.corpus tests/offline/corpus/NNNN.tar.xz`."""
    assert set(SCHEMAS[:-1]) <= {file.name.partition(".")[0] for file in CORPUS} <= set(SCHEMAS)
    assert [f"{number:04}" for number in range(1, len(SCHEMAS) + 1)] == SCHEMAS


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Our own archive, file by file: `filter` is not in every Python 3.11, and leaving it out warns in later ones."""
    for member in archive:
        target, content = folder / member.name, archive.extractfile(member)
        assert content is not None
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.read())
        target.chmod(member.mode)


@pytest.mark.parametrize("file", CORPUS, ids=[file.name for file in CORPUS])
def test_a_journal_of_a_past_schema_is_drained(
    file: Path, terminal: Terminal, stub: CentreStub, tmp_path: Path
) -> None:
    with tarfile.open(file) as archive:
        unpack(archive, tmp_path)
    (tmp_path / "store").chmod(0o700)
    stub.now_s = HandClock().utc().timestamp() + 86400  # while what the journals hold is still valid
    terminal.start()
    rows = terminal.process.owner.run(lambda store: store.outbox.rows(100), Control(10.0))
    assert len(rows) == 8
    terminal.process.owner.run(lambda store: store.delivery.retry(), Control(10.0))
    expected = {
        1: TransactionState.ACCEPTED,
        2: TransactionState.REJECTED,
        4: TransactionState.QUARANTINED,
    }
    for number in range(1, 9):
        outcome = terminal.outcome(draft(number), 30.0)
        assert outcome.state in ANSWERED
        assert outcome.state is expected.get(number, TransactionState.ACCEPTED)
    assert terminal.accept(draft(8)).sequence == 8  # the same draft has the same answer, across schemas
