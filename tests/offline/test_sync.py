"""The whole store against a centre that misbehaves: each transaction takes effect exactly once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kiosk.ipc import Cancelled, Control
from offline_cache.administration import Released, ReleaseQuarantined
from offline_cache.contract import (
    CheckCode,
    GetStatus,
    LineState,
    ListTransactions,
    Prefill,
    Retry,
    StoreStatus,
    Transactions,
    TransactionState,
    WaitForOutcome,
)
from tests.offline.centre_stub import (
    CentreStub,
    answers,
    captive_portal,
    forged_receipt,
    lost_answer,
    silent,
)
from tests.offline.conftest import Terminal, make_draft


def wait_for_line(terminal: Terminal, state: LineState) -> None:
    """Wait until the line is seen to be so."""
    watch = terminal.process.line
    with watch._changed:
        assert watch._changed.wait_for(lambda: watch._rules.state is state, 10)


def status(terminal: Terminal) -> StoreStatus:
    found = terminal.ask(GetStatus())
    assert isinstance(found, StoreStatus)
    return found


def test_with_a_line_a_case_number_comes_within_the_wait(terminal: Terminal, stub: CentreStub) -> None:
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    outcome = terminal.outcome(draft)
    assert outcome.state is TransactionState.ACCEPTED
    assert outcome.case_number == f"CASE-{draft.id[-6:]}"
    assert stub.effects[draft.id] == 1


@pytest.mark.parametrize(
    "misfortunes",
    [
        (lost_answer,),
        (lost_answer, lost_answer, lost_answer),
        (captive_portal,),
        (forged_receipt,),
        (answers(409, b"", ("Retry-After", "0")),),
        (answers(500), lost_answer, answers(503)),
        (answers(401),),
        (answers(400), answers(404)),
    ],
)
def test_through_every_misfortune_the_effect_happens_once(
    terminal: Terminal, stub: CentreStub, misfortunes: tuple[object, ...]
) -> None:
    stub.next(*misfortunes)  # type: ignore[arg-type]  # parametrised
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    assert terminal.outcome(draft).state is TransactionState.ACCEPTED
    assert stub.effects == {draft.id: 1}
    posted = stub.posted()
    assert len(posted) == len(misfortunes) + 1
    assert len({(one.body, one.headers["Idempotency-Key"]) for one in posted}) == 1


def test_what_was_captured_offline_leaves_by_itself_when_the_line_is_back(tmp_path: Path) -> None:
    stub = CentreStub().start()
    port = stub.port
    stub.stop()
    terminal = Terminal(stub.url, tmp_path).start()
    drafts = [make_draft(token="") for _ in range(4)]
    for draft in drafts:
        terminal.accept(draft)
    assert terminal.outcome(drafts[0], 0.3).state is TransactionState.PENDING
    assert status(terminal).waiting == 4
    terminal.restart()
    back = CentreStub().start(port)
    assert {terminal.outcome(draft).state for draft in drafts} == {TransactionState.ACCEPTED}
    assert back.effects == {draft.id: 1 for draft in drafts}
    assert status(terminal).waiting == 0
    terminal.process.close()
    back.stop()


def test_a_stop_while_sending_leaves_it_unknown_and_the_next_start_resolves_it(
    terminal: Terminal, stub: CentreStub
) -> None:
    stub.next(silent)
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    stub.wait_posted(1)
    assert terminal.outcome(draft, 0.1).state is TransactionState.SENDING
    terminal.restart()
    assert terminal.outcome(draft).state is TransactionState.ACCEPTED
    assert stub.effects[draft.id] == 1
    assert len({one.body for one in stub.posted()}) == 1


def test_a_captive_portal_makes_the_line_offline(terminal: Terminal, stub: CentreStub) -> None:
    stub.always = captive_portal
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    assert terminal.outcome(draft, 0.5).state is not TransactionState.ACCEPTED
    assert status(terminal).line is LineState.OFFLINE
    stub.always = None
    assert terminal.outcome(draft).state is TransactionState.ACCEPTED


def test_a_line_that_dies_and_returns_is_seen_both_times(terminal: Terminal, stub: CentreStub) -> None:
    terminal.start()
    wait_for_line(terminal, LineState.ONLINE)
    stub.always = captive_portal
    wait_for_line(terminal, LineState.OFFLINE)
    stub.always = None
    wait_for_line(terminal, LineState.ONLINE)


def test_a_refusal_for_good_is_told_with_its_reason(terminal: Terminal, stub: CentreStub) -> None:
    stub.next(answers(422, {"reason": "not_entitled"}))
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    outcome = terminal.outcome(draft)
    assert (outcome.state, outcome.reason) == (TransactionState.REJECTED, "not_entitled")


def test_the_centre_holding_another_body_under_our_key_is_quarantined_and_can_be_released(
    terminal: Terminal, stub: CentreStub
) -> None:
    draft = make_draft()
    stub.bodies[draft.id] = b"something else"
    terminal.start()
    terminal.accept(draft)
    assert terminal.outcome(draft).state is TransactionState.QUARANTINED
    assert status(terminal).quarantined == 1
    del stub.bodies[draft.id]
    assert terminal.ask(ReleaseQuarantined()) == Released(1)
    terminal.wait_for_state(draft, TransactionState.ACCEPTED)


def test_a_slow_centre_does_not_hold_up_accepting(terminal: Terminal, stub: CentreStub) -> None:
    stub.next(silent, silent)
    terminal.start()
    wait_for_line(terminal, LineState.ONLINE)
    control, ended = Control(30.0), threading.Event()

    def call() -> None:
        with pytest.raises(Cancelled):
            terminal.process.service.execute(Prefill("4401", "t", ("phone",)), control)
        ended.set()

    threading.Thread(target=call, daemon=True).start()
    stub.wait_posted(1, "/v1/prefill")
    first, second = make_draft(), make_draft()
    terminal.accept(first)
    stub.wait_posted(1)  # the first hangs at the centre
    assert terminal.accept(second).sequence == 2
    control.cancel()
    assert ended.wait(5)


def test_lanes_of_online_calls_waits_and_store_work_are_apart(terminal: Terminal) -> None:
    service = terminal.process.service
    lanes = {service.lane(CheckCode("c", "1")) for _ in range(8)}
    waits = {service.lane(WaitForOutcome("x")) for _ in range(8)}
    assert len(lanes) == len(waits) == 4
    assert service.lane(GetStatus()) == "store"
    assert not lanes & waits


def test_mixed_transactions_under_random_misfortune_take_effect_once_each(terminal: Terminal, stub: CentreStub) -> None:
    stub.next(*([lost_answer, answers(503), answers(500), captive_portal, forged_receipt] * 2))
    terminal.start()
    drafts = [make_draft(kind="rating" if number % 3 else "application") for number in range(24)]
    for draft in drafts:
        terminal.accept(draft)
        terminal.accept(draft)  # asked twice, as after a lost answer of ours
    for draft in drafts:
        assert terminal.outcome(draft, 30.0).state is TransactionState.ACCEPTED
    assert stub.effects == {draft.id: 1 for draft in drafts}
    rows = terminal.ask(ListTransactions(1000))
    assert isinstance(rows, Transactions)
    assert len(rows.rows) == 24


def test_a_terminal_enrols_once_at_the_first_contact(terminal: Terminal, stub: CentreStub) -> None:
    terminal.start()
    stub.wait_posted(1, "/v1/terminals/GZ-TH-0001/enrolment")
    draft = make_draft()
    terminal.accept(draft)
    terminal.outcome(draft)
    terminal.restart()
    wait_for_line(terminal, LineState.ONLINE)
    other = make_draft()
    terminal.accept(other)
    terminal.outcome(other)
    assert len(stub.keys) == 1
    assert status(terminal).problem == ""


def test_a_barred_terminal_keeps_everything_and_says_so(terminal: Terminal, stub: CentreStub) -> None:
    stub.next(*([answers(401)] * 50))
    terminal.start()
    draft = make_draft()
    terminal.accept(draft)
    terminal.ask(Retry())
    stub.wait_posted(3)
    terminal.wait_for_state(draft, TransactionState.PENDING)
    assert status(terminal).problem == "terminal_barred"
    stub.misfortunes.clear()
    assert terminal.outcome(draft).state is TransactionState.ACCEPTED
    assert status(terminal).problem == ""
