"""A centre that was put back to an older backup: terminals bring back what it acknowledged, once, under its number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from kiosk.central.models import Attachment, CaseEvent, Counter, Incident, Transaction
from kiosk.ipc import Control
from offline_cache.chains.journal import JournalEvent
from offline_cache.contract import Draft
from offline_cache.outbox.retention import KEEP_S, sweep
from tests.central.conftest import Centre
from tests.central.proof_terminals import Terminal, wait_for


@pytest.fixture
def terminal(centre: Centre, tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(centre, tmp_path / "terminal")
    made.enrol()
    made.start()
    yield made
    made.stop()


def cases(centre: Centre) -> dict[str, str]:
    with centre.database.reading() as session:
        return {row.key: row.case_number for row in session.query(Transaction)}


def incidents(centre: Centre) -> list[tuple[str, str]]:
    with centre.database.reading() as session:
        return sorted((row.kind, row.key) for row in session.query(Incident))


def restore_backup_from_before(centre: Centre, lost: list[Draft]) -> None:
    """The database as it was before these came in."""
    keys = [draft.id for draft in lost]
    numbers = [cases(centre)[key] for key in keys]
    with centre.database.transaction() as session:
        session.execute(delete(Attachment).where(Attachment.key.in_(keys)))
        session.execute(delete(CaseEvent).where(CaseEvent.case_number.in_(numbers)))
        session.execute(delete(Transaction).where(Transaction.key.in_(keys)))
        session.execute(delete(Counter))


def offer(terminal: Terminal) -> int:
    assert terminal.process is not None
    return terminal.process.proofs.offer_digests(Control(30))


def events(terminal: Terminal, key: str) -> list[str]:
    assert terminal.process is not None
    return terminal.process.owner.run(lambda store: store.journal.events(key), Control(10))


def test_what_the_centre_forgot_comes_back_once_and_under_its_number(terminal: Terminal, centre: Centre) -> None:
    served = [terminal.serve() for _ in range(4)]
    before = cases(centre)
    restore_backup_from_before(centre, served[1:])
    assert offer(terminal) == 3
    wait_for(lambda: cases(centre) == before)
    assert incidents(centre) == sorted(("lost_case", draft.id) for draft in served[1:])
    assert events(terminal, served[1].id).count(JournalEvent.CASE_FORGOTTEN) == 1
    wait_for(lambda: terminal.status().waiting == 0)
    assert offer(terminal) == 0
    assert cases(centre) == before


def test_it_happens_by_itself_when_the_terminal_comes_back(terminal: Terminal, centre: Centre) -> None:
    served = [terminal.serve() for _ in range(2)]
    before = cases(centre)
    terminal.stop()
    restore_backup_from_before(centre, served)
    terminal.start()
    wait_for(lambda: cases(centre) == before)
    assert {kind for kind, _ in incidents(centre)} == {"lost_case"}


def test_what_nobody_has_any_more_is_told_to_the_centre(terminal: Terminal, centre: Centre) -> None:
    draft = terminal.serve()
    assert terminal.process is not None
    purged = terminal.process.owner.run(
        lambda store: sweep(store.database, store.journal, store.delivery.clock.schedule_s() + KEEP_S + 1), Control(10)
    )
    assert purged == 1
    restore_backup_from_before(centre, [draft])
    assert (offer(terminal), offer(terminal)) == (0, 0)
    assert incidents(centre) == [("case_gone", draft.id)]
    assert events(terminal, draft.id).count(JournalEvent.CASE_GONE) == 1


def test_other_bytes_under_a_key_are_an_incident_and_a_journal_event(terminal: Terminal, centre: Centre) -> None:
    draft = terminal.serve()
    with centre.database.transaction() as session:
        session.get_one(Transaction, draft.id).payload_sha256 = "0" * 64
    assert (offer(terminal), offer(terminal)) == (0, 0)
    assert incidents(centre) == [("digest_differs", draft.id)]
    assert events(terminal, draft.id).count(JournalEvent.CASE_DIFFERS) == 1
