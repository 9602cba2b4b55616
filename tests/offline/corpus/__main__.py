"""`python -m tests.offline.corpus FILE.tar.xz`: a journal as a killed store of this program leaves it.

Run it before a migration is added, and commit the file under the number of the schema that wrote it: the file holds
one transaction in every state, made up, with the log that a killed process leaves beside the database.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
from pathlib import Path

from offline_cache.chains.journal import JournalEvent
from offline_cache.contract import Draft
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.schedule import Lane, Verdict, VerdictKind
from offline_cache.store import Place, Store, open_store
from tests.offline.centre_key import pin
from tests.offline.conftest import TERMINAL, HandClock, longest, make_draft

ANSWERS = (
    Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number="C-2026-000001"),
    Verdict(VerdictKind.REJECTED, 422, reason="not_entitled"),
    Verdict(VerdictKind.NO_ANSWER),
    Verdict(VerdictKind.OTHER_BODY, 422, reason="key_reused"),
    Verdict(VerdictKind.NOT_SENT),
)


def draft(number: int) -> Draft:
    """The drafts are the same for ever, so that they can be asked for again."""
    return make_draft(f"018bcfe5-6800-7000-8000-{number:012d}", kind="rating" if number == 7 else "application")


def write(store: Store, clock: HandClock) -> None:
    """Eight transactions: one in each state that an answer leads to, one being sent, two waiting."""
    for number in range(1, 9):
        store.outbox.accept(draft(number))
        clock.pass_s(5)
        if number <= len(ANSWERS) + 1:
            due = store.delivery.take(Lane.APPLICATIONS)
            assert isinstance(due, Due)
            if number <= len(ANSWERS):
                store.delivery.record(due, ANSWERS[number - 1])
    with store.database.transaction():
        store.journal.append(JournalEvent.TERMINAL_STOPPED)


def main() -> None:
    """Write the archive while the store is open."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(sys.argv[1], "w:xz") as archive:
        place, clock = Place(Path(folder) / "store", Path(folder) / "store.key", TERMINAL), HandClock()
        store = pin(open_store(place, clock, longest))
        write(store, clock)
        for path in (place.file, place.file.with_name("store.db-wal"), place.key_file):
            archive.add(path, path.relative_to(folder))
        store.close()


if __name__ == "__main__":
    main()
