"""What is accepted is sealed to the centre's key, the same bytes each time; without a key nothing is accepted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.ipc import Control
from offline_cache.contract import Accept, GetStatus, StoreFailure, StoreStatus
from offline_cache.errors import NotEnrolled
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.schedule import Lane, Verdict, VerdictKind
from offline_cache.store import Place, Store, open_store
from offline_cache.trust.identity import read_slip
from offline_cache.trust.sealing import SEALED, SEALERS, SealTo, seal
from tests.offline.centre_key import KEY_ID, PUBLIC, SUITE, opened, pin, published
from tests.offline.centre_stub import CentreStub, captive_portal, lost_answer
from tests.offline.conftest import HandClock, Terminal, close, longest, make_draft

KEY = "01a206df-0560-732a-9017-861d1d0ab4fd"
TO = SealTo(KEY_ID, SUITE, PUBLIC)


def test_only_the_centre_opens_it_and_only_under_its_own_key() -> None:
    sealed = seal(TO, f"transaction {KEY}", b"secret")
    assert sealed.startswith(f"DOORSTEP-SEALED 1 {SUITE} {KEY_ID}\n".encode())
    assert b"secret" not in sealed
    assert opened(sealed, f"transaction {KEY}") == b"secret"
    for purpose in (f"evidence {KEY}", f"transaction {KEY[:-1]}e", ""):
        with pytest.raises(InvalidTag):
            opened(sealed, purpose)


def test_two_seals_of_the_same_are_not_alike() -> None:
    assert seal(TO, "transaction k", b"x" * 100) != seal(TO, "transaction k", b"x" * 100)


def test_another_suite_is_one_class_and_one_line(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    class Reversing:
        suite = "reversing"

        def seal(self, public_key: bytes, info: bytes, plaintext: bytes) -> bytes:
            return public_key[:4] + info[:0] + plaintext[::-1]

    monkeypatch.setitem(SEALERS, Reversing.suite, Reversing())
    with store.database.transaction():
        assert store.trust.take_sealing_key(published(suite="reversing"))
    store.outbox.accept(make_draft())
    ((body,),) = store.database.read("SELECT body FROM payload")
    header, _, box = body.partition(b"\n")
    assert header == f"DOORSTEP-SEALED 1 reversing {KEY_ID}".encode()
    assert box[:4] == PUBLIC[:4]
    assert json.loads(box[4:][::-1])["service"] == "social-security-card"


def test_without_a_key_of_the_centre_nothing_is_accepted_and_nothing_else_stops(place: Place, clock: HandClock) -> None:
    store = open_store(place, clock, longest)
    with pytest.raises(NotEnrolled) as caught:
        store.outbox.accept(make_draft())
    assert caught.value.as_failure() == StoreFailure("refused", "not_enrolled")
    assert store.outbox.rows(10) == ()
    store.journal.append_asked("session_began", "", "")
    store.check()
    assert pin(store).outbox.accept(make_draft()).sequence == 1
    close(store)


def test_a_suite_that_we_do_not_have_is_as_good_as_no_key(place: Place, clock: HandClock) -> None:
    store = pin(open_store(place, clock, longest), suite="sm2-sm4")
    with pytest.raises(NotEnrolled):
        store.outbox.accept(make_draft())
    assert not store.outbox.enrolled()
    close(store)


def test_the_screen_knows_before_anybody_shows_an_id(terminal: Terminal) -> None:
    status = terminal.ask(GetStatus())
    assert isinstance(status, StoreStatus)
    assert (status.accepting, status.problem) == (False, "not_enrolled")
    with pytest.raises(NotEnrolled):
        terminal.ask(Accept(make_draft()))
    terminal.process.owner.run(pin, Control(10))
    status = terminal.ask(GetStatus())
    assert isinstance(status, StoreStatus)
    assert (status.accepting, status.problem) == (True, "")


def test_every_attempt_sends_the_same_sealed_bytes(terminal: Terminal, stub: CentreStub) -> None:
    stub.next(captive_portal, lost_answer, lost_answer)
    terminal.start()
    draft = make_draft()
    accepted = terminal.accept(draft)
    terminal.outcome(draft)
    posted = stub.wait_posted(3)
    assert len({one.body for one in posted}) == 1
    assert {one.headers["Content-Type"] for one in posted} == {SEALED}
    body = json.loads(opened(posted[0].body, f"transaction {draft.id}"))
    assert (body["local_number"], body["subject"]["name"]) == (accepted.local_number, "王小明")
    public_key = terminal.process.owner.run(lambda store: store.identity.public_key(), Control(5))
    facts = read_slip(accepted.slip, public_key)
    assert facts is not None
    assert facts.h == hashlib.sha256(posted[0].body).hexdigest()[:16]


def test_what_was_sealed_to_a_former_key_is_not_sealed_anew(store: Store) -> None:
    draft = make_draft()
    store.outbox.accept(draft)
    before = store.database.read("SELECT body FROM payload")
    newer = X25519PrivateKey.generate().public_key().public_bytes_raw()
    with store.database.transaction():
        assert store.trust.take_sealing_key(published(public=newer))
    assert store.outbox.accept(draft).sequence == 1
    due = store.delivery.take(Lane.APPLICATIONS)
    assert isinstance(due, Due)
    assert [(due.body,)] == before
    store.outbox.accept(make_draft())
    ((latest,),) = store.database.read("SELECT body FROM payload ORDER BY sequence DESC LIMIT 1")
    assert hashlib.sha256(newer).hexdigest()[:16].encode() in latest.partition(b"\n")[0]


@pytest.mark.parametrize("reason", ["unknown_sealing_key", "unknown_suite", "seal_broken"])
def test_a_seal_that_the_centre_cannot_open_is_laid_aside_and_never_forgotten(
    store: Store, clock: HandClock, opened: Callable[[], Store], reason: str
) -> None:
    """400 is no verdict: after five of them a person decides, and the payload is still there for years."""
    draft = make_draft()
    store.outbox.accept(draft)
    for _ in range(5):
        due = store.delivery.take(Lane.APPLICATIONS)
        assert isinstance(due, Due)
        store.delivery.record(due, Verdict(VerdictKind.REFUSED, 400, reason))
        clock.pass_s(400)
    assert store.outbox.outcome(draft.id).state == "quarantined"
    clock.pass_s(400 * 86400)
    store.forget(clock.schedule_s())
    assert store.database.read("SELECT count(*) FROM payload") == [(1,)]
    assert store.release_quarantined(draft.id) == 1
