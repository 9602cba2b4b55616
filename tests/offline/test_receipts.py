"""What acknowledges: the centre's own signature over this key, this terminal, this case and these bytes."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.ipc import Control
from offline_cache.contract import TransactionState
from offline_cache.line.central import Centre
from offline_cache.line.http import CentreAddress, Exchanger
from offline_cache.outbox.schedule import Verdict, VerdictKind
from offline_cache.trust.receipts import BAD_RECEIPT, ReceiptJudge
from offline_cache.trust.request_signature import RequestSigner
from tests.offline.centre_stub import CentreStub, unsigned
from tests.offline.conftest import TERMINAL, Terminal, make_draft

KEY = "01a206b8-4181-7e27-9f7e-5717c45b0281"
BYTES_SHA256 = "ab" * 32


def acknowledged(receipt: str, status: int = 201) -> Verdict:
    return Verdict(VerdictKind.ACKNOWLEDGED, status, case_number="CASE-1", receipt=receipt)


def facts(**changes: object) -> dict[str, object]:
    return {"k": KEY, "t": TERMINAL, "c": 201, "n": "CASE-1", "a": "2026-01-01T00:00:00", "h": BYTES_SHA256, **changes}


@pytest.fixture
def judge(stub: CentreStub) -> ReceiptJudge:
    return ReceiptJudge(TERMINAL, stub.signing.public_key().public_bytes_raw())


def test_a_receipt_of_the_pinned_centre_for_these_bytes_acknowledges(judge: ReceiptJudge, stub: CentreStub) -> None:
    verdict = acknowledged(stub.signed("DR1", facts()))
    assert judge.judge(verdict, KEY, BYTES_SHA256) == verdict


def test_an_answer_to_a_question_takes_its_status_from_the_receipt(judge: ReceiptJudge, stub: CentreStub) -> None:
    verdict = acknowledged(stub.signed("DR1", facts(c=202)), 200)
    assert judge.judge(verdict, KEY, BYTES_SHA256).status == 202


@pytest.mark.parametrize(
    "changes",
    [{"k": "another-key"}, {"t": "GZ-TH-0002"}, {"c": 202}, {"c": 500}, {"n": "CASE-2"}, {"h": "00" * 32}, {"h": ""}],
)
def test_a_receipt_for_something_else_is_none(
    judge: ReceiptJudge, stub: CentreStub, changes: dict[str, object]
) -> None:
    verdict = judge.judge(acknowledged(stub.signed("DR1", facts(**changes))), KEY, BYTES_SHA256)
    assert verdict == Verdict(VerdictKind.UNPROVEN, 201, BAD_RECEIPT)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda stub: "",
        lambda stub: stub.signed("DT1", facts()),
        lambda stub: CentreStub(signing=Ed25519PrivateKey.generate()).signed("DR1", facts()),
        lambda stub: stub.signed("DR1", facts())[:-2],
        lambda stub: "x" * 100_000,
        lambda stub: stub.signed("DR1", json.dumps("text")),
    ],
)
def test_what_the_pinned_centre_has_not_signed_is_no_receipt(
    judge: ReceiptJudge, stub: CentreStub, spoil: Callable[[CentreStub], str]
) -> None:
    assert judge.judge(acknowledged(spoil(stub)), KEY, BYTES_SHA256).kind is VerdictKind.UNPROVEN


def test_a_terminal_that_has_pinned_nobody_believes_nobody(stub: CentreStub) -> None:
    verdict = ReceiptJudge(TERMINAL).judge(acknowledged(stub.signed("DR1", facts())), KEY, BYTES_SHA256)
    assert verdict.kind is VerdictKind.UNPROVEN


def test_the_receipt_is_kept_with_the_transaction(terminal: Terminal, stub: CentreStub) -> None:
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    assert terminal.outcome(draft).state is TransactionState.ACCEPTED
    kept = terminal.process.owner.run(
        lambda store: store.database.read(
            "SELECT text FROM receipt JOIN entry USING (sequence) WHERE id = ?", [draft.id]
        ),
        Control(5),
    )
    (body,) = stub.sent(draft.id)
    assert kept == [(stub.receipt(TERMINAL, draft.id, f"CASE-{draft.id[-6:]}", body),)]


def test_an_unsigned_acknowledgement_is_asked_again_and_the_payload_stays(terminal: Terminal, stub: CentreStub) -> None:
    stub.next(unsigned, unsigned)
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    assert terminal.outcome(draft).state is TransactionState.ACCEPTED
    assert len(stub.sent(draft.id)) == 3
    assert len(set(stub.sent(draft.id))) == 1
    assert stub.effects[draft.id] == 1


def test_a_centre_that_never_signs_leaves_it_to_a_person(terminal: Terminal, stub: CentreStub) -> None:
    stub.next(*[unsigned] * 5)
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    outcome = terminal.outcome(draft, 30)
    assert (outcome.state, outcome.reason) == (TransactionState.QUARANTINED, BAD_RECEIPT)


def test_before_the_enrolment_nothing_is_sent(stub: CentreStub) -> None:
    signer = RequestSigner(TERMINAL, lambda: datetime.datetime.now(datetime.UTC))
    centre = Centre(Exchanger(CentreAddress(stub.url, TERMINAL), lambda _: None, signer))
    answer = centre.send([(KEY, "application/json", b"{}")], Control(5))
    assert answer.verdicts == (Verdict(VerdictKind.NOT_SENT, reason="not_enrolled"),)
    assert stub.seen == []
