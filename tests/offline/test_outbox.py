"""Accepting: durable, once, numbered, signed; and nothing written can be changed unnoticed."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable

import apsw
import msgspec
import pytest

from offline_cache.chains.journal import JournalEvent
from offline_cache.contract import Answer, Attachment, TransactionState
from offline_cache.errors import Conflict, InvalidCommand, StoreUnavailable
from offline_cache.outbox.identifiers import is_local_number
from offline_cache.outbox.schedule import Lane
from offline_cache.store import Place, Store
from offline_cache.trust.identity import read_slip
from tests.offline.centre_key import opened as opened_by_centre
from tests.offline.conftest import HandClock, close, make_draft


def test_what_was_accepted_is_there_after_a_restart(store: Store, opened: Callable[[], Store]) -> None:
    drafts = [make_draft() for _ in range(3)]
    numbers = [store.outbox.accept(draft).local_number for draft in drafts]
    close(store)
    rows = opened().outbox.rows(10)
    assert [(row.transaction_id, row.local_number, row.state) for row in reversed(rows)] == [
        (draft.id, number, TransactionState.PENDING) for draft, number in zip(drafts, numbers, strict=True)
    ]


def test_numbers_count_up_and_can_be_checked_by_ear(store: Store) -> None:
    accepted = [store.outbox.accept(make_draft()) for _ in range(3)]
    assert [one.sequence for one in accepted] == [1, 2, 3]
    assert all(is_local_number(one.local_number) for one in accepted)


def test_the_same_draft_again_gives_the_same_answer(store: Store, clock: HandClock) -> None:
    draft = make_draft()
    first = store.outbox.accept(draft)
    clock.pass_s(100)
    assert store.outbox.accept(draft) == first
    assert len(store.outbox.rows(10)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"subject_number": "440106199001011238"},
        {"answers": (Answer("delivery", "pick_up", "领取方式", "邮寄"),)},
        {"attachments": (Attachment("photo", "image/jpeg", b"\xff\xd8"),)},
        {"kind": "rating"},
    ],
)
def test_the_same_id_with_another_content_is_a_conflict(store: Store, change: dict[str, object]) -> None:
    draft = make_draft()
    first = store.outbox.accept(draft)
    with pytest.raises(Conflict):
        store.outbox.accept(make_draft(draft.id, **change))
    assert store.outbox.accept(draft) == first


def test_an_id_that_is_no_uuid_of_version_7_is_refused(store: Store) -> None:
    with pytest.raises(InvalidCommand):
        store.outbox.accept(make_draft("42"))


def test_the_payload_is_the_body_that_the_line_describes(store: Store) -> None:
    draft = make_draft(attachments=(Attachment("photo", "image/jpeg", b"\xff\xd8\x00"),))
    accepted = store.outbox.accept(draft)
    due = store.delivery.take(Lane.APPLICATIONS)
    assert not isinstance(due, float)
    assert due is not None
    assert due.media_type == "application/vnd.doorstep.sealed"
    assert json.loads(opened_by_centre(due.body, f"transaction {draft.id}")) == {
        "kind": "application",
        "service": "social-security-card",
        "service_version": 3,
        "district": "440106",
        "local_number": accepted.local_number,
        "sequence": 1,
        "captured_at": "2026-05-04T08:30:00Z",
        "subject": {"name": "王小明", "number": "440106199001011237"},
        "token": "token-1",
        "answers": [{"name": "delivery", "value": "courier", "label": "领取方式", "shown": "邮寄"}],
        "attachments": [{"name": "photo", "media_type": "image/jpeg", "content": "/9gA"}],
    }


def test_the_slip_is_signed_and_names_the_payload(store: Store) -> None:
    accepted = store.outbox.accept(make_draft())
    due = store.delivery.take(Lane.APPLICATIONS)
    assert not isinstance(due, float)
    assert due is not None
    facts = read_slip(accepted.slip, store.identity.public_key())
    assert facts is not None
    assert msgspec.structs.asdict(facts) == {
        "t": "GZ-TH-0001",
        "n": accepted.local_number,
        "s": "social-security-card",
        "a": "2026-05-04T08:30:00Z",
        "h": hashlib.sha256(due.body).hexdigest()[:16],
    }


def test_a_changed_slip_does_not_verify(store: Store) -> None:
    slip = store.outbox.accept(make_draft()).slip
    key = store.identity.public_key()
    prefix, body, signature = slip.split(".")
    for forged in (
        f"{prefix}.{body[:-2]}AA.{signature}",
        f"DS2.{body}.{signature}",
        f"{prefix}.{body}.{signature[:-4]}AAAA",
        "nothing",
    ):
        assert read_slip(forged, key) is None


def test_the_signing_key_stays_the_same_over_restarts(store: Store, opened: Callable[[], Store]) -> None:
    key = store.identity.public_key()
    close(store)
    assert opened().identity.public_key() == key


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET service = 'other'",
        "DELETE FROM entry",
        "UPDATE payload SET body = x'00'",
        "UPDATE journal SET event = 'wiped'",
        "DELETE FROM journal",
    ],
)
def test_what_was_written_cannot_be_changed_by_a_statement(store: Store, statement: str) -> None:
    store.outbox.accept(make_draft())
    with pytest.raises(apsw.ConstraintError), store.database.transaction():
        store.database.write(statement)


@pytest.mark.parametrize(
    ("trigger", "statement"),
    [
        ("entry_is_never_changed", "UPDATE entry SET district = '440112' WHERE sequence = 2"),
        ("entry_is_never_changed", "UPDATE entry SET sequence = 9 WHERE sequence = 3"),
        ("payload_is_never_changed", "UPDATE payload SET body = x'7b7d' WHERE sequence = 2"),
        ("journal_is_never_changed", "UPDATE journal SET event = 'wiped' WHERE number = 2"),
        ("journal_is_never_deleted", "DELETE FROM journal WHERE number = 2"),
    ],
)
def test_who_has_the_key_and_changes_it_all_the_same_is_found_out(
    store: Store, opened: Callable[[], Store], trigger: str, statement: str
) -> None:
    for _ in range(3):
        store.outbox.accept(make_draft())
    store.database._connection.pragma("foreign_keys", "off")
    with store.database.transaction():
        store.database.write(f"DROP TRIGGER {trigger}")
        store.database.write(statement)
    with pytest.raises(StoreUnavailable, match="chain_broken"):
        store.check()
    close(store)
    with pytest.raises(StoreUnavailable, match="chain_broken"):
        opened()


def test_an_accept_that_failed_on_the_disk_is_withdrawn_and_may_be_asked_for_again(store: Store) -> None:
    draft = make_draft()
    first = store.outbox.accept(draft)
    store.outbox.withdraw(draft.id)
    assert store.outbox.outcome(draft.id).state is TransactionState.REJECTED
    assert store.delivery.take(Lane.APPLICATIONS) is None
    assert store.outbox.accept(draft) == first
    assert store.delivery.take(Lane.APPLICATIONS) is not None
    assert JournalEvent.TRANSACTION_WITHDRAWN in store.journal.events(draft.id)


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_jumps_keeps_the_order_and_loses_nothing(
    store: Store, opened: Callable[[], Store], clock: HandClock, years: int
) -> None:
    first = store.outbox.accept(make_draft())
    close(store)
    clock.jump_years(years)
    second = opened().outbox.accept(make_draft())
    assert (first.sequence, second.sequence) == (1, 2)
    year = datetime.datetime.fromisoformat(second.accepted_at).year
    assert abs(year - 2026) in {9, 10}


def test_an_unknown_transaction_is_said_to_be_unknown(store: Store) -> None:
    with pytest.raises(InvalidCommand):
        store.outbox.outcome(make_draft().id)


def test_the_journal_takes_known_events_without_personal_data_only(store: Store) -> None:
    store.journal.append_asked("session_began", "", "service=social-security-card")
    assert store.journal.length() == 2
    for event, transaction_id, detail in (
        ("anything", "", ""),
        ("session_began", "42", ""),
        ("session_began", "", "440106199001011237"),
        ("session_began", "", "13800138000"),
        ("session_began", "", "王小明"),
        ("session_began", "", "x" * 121),
    ):
        with pytest.raises(InvalidCommand):
            store.journal.append_asked(event, transaction_id, detail)
    assert store.journal.first_break() is None


def test_the_place_of_a_store_is_made_for_its_owner_only(store: Store, place: Place) -> None:
    assert place.folder.stat().st_mode & 0o077 == 0
