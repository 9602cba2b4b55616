"""Batches: one request for twenty, smaller while something breaks them, and nobody harmed by a neighbour."""

from __future__ import annotations

import json
from typing import Any

import pytest

from offline_cache.contract import Draft, TransactionState
from offline_cache.outbox.batches import ALONE_AFTER, MOST, MOST_BYTES, BatchEnd, BatchSize, Candidate, portion
from tests.offline.centre_stub import CentreStub, answers, captive_portal, lost_answer
from tests.offline.conftest import Terminal, make_draft

SMALL = Candidate(2000, 0, False)
POISON = Candidate(2000, ALONE_AFTER, True)
BATCHES = "/v1/batches"


def test_breaking_halves_a_batch_down_to_single_posts() -> None:
    size, seen = BatchSize(), []
    for _ in range(6):
        seen.append(size.most)
        size.ended(BatchEnd.BROKEN, size.most)
    assert seen == [20, 10, 5, 2, 1, 1]


def test_a_batch_grows_again_with_each_good_answer_and_not_beyond_twenty() -> None:
    size = BatchSize()
    for _ in range(5):
        size.ended(BatchEnd.BROKEN, size.most)
    seen = []
    while size.most < MOST:
        size.ended(BatchEnd.ANSWERED, size.most)
        seen.append(size.most)
    assert seen == [2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 20]
    size.ended(BatchEnd.ANSWERED, 20)
    assert size.most == 20


def test_half_of_a_small_batch_that_broke_is_less_than_what_broke() -> None:
    size = BatchSize()
    size.ended(BatchEnd.BROKEN, 6)
    assert size.most == 3


def test_a_dead_line_says_nothing_about_the_size() -> None:
    size = BatchSize()
    size.ended(BatchEnd.NOTHING, 20)
    assert size.most == 20


def test_a_centre_without_batches_gets_single_posts_until_the_line_returns() -> None:
    size = BatchSize()
    size.ended(BatchEnd.NOT_OFFERED, 20)
    size.ended(BatchEnd.ANSWERED, 1)
    assert size.most == 1
    size.line_returned()
    assert size.most == 20


@pytest.mark.parametrize(
    ("due", "count"),
    [
        ([], 0),
        ([SMALL], 1),
        ([SMALL] * 20, 20),
        ([SMALL] * 25, 20),
        ([POISON, SMALL], 1),
        ([SMALL, SMALL, POISON, SMALL], 2),
        ([Candidate(MOST_BYTES + 1, 0, False), SMALL], 1),
        ([Candidate(MOST_BYTES // 2, 0, False)] * 3, 2),
        ([Candidate(2000, ALONE_AFTER, False)] * 3, 3),  # never left, so it broke nothing
    ],
)
def test_what_goes_together(due: list[Candidate], count: int) -> None:
    assert portion(due, MOST) == count


def accept(terminal: Terminal, count: int) -> list[Draft]:
    """Transactions while the line is down."""
    drafts = [make_draft() for _ in range(count)]
    for draft in drafts:
        terminal.accept(draft)
    return drafts


def deliver(terminal: Terminal, drafts: list[Draft]) -> None:
    """Have all of them acknowledged."""
    terminal.start()
    for draft in drafts:
        assert terminal.outcome(draft, 30.0).state is TransactionState.ACCEPTED


def test_while_the_line_is_good_a_batch_is_one_request(terminal: Terminal, stub: CentreStub) -> None:
    drafts = accept(terminal, 60)
    deliver(terminal, drafts)
    assert len(stub.posted(BATCHES)) == 3
    assert stub.posted() == []
    assert stub.effects == {draft.id: 1 for draft in drafts}


def test_the_bytes_of_a_batch_are_those_that_a_single_post_sends(terminal: Terminal, stub: CentreStub) -> None:
    drafts = accept(terminal, 3)
    stub.next(answers(413))
    deliver(terminal, drafts)
    assert all(len(stub.sent(draft.id)) >= 2 for draft in drafts)
    assert all(len(set(stub.sent(draft.id))) == 1 for draft in drafts)


@pytest.mark.parametrize(
    "misfortune",
    [
        answers(413),
        answers(500),
        answers(201, b"{"),
        answers(201, {"verdicts": []}),
        lost_answer,
    ],
)
def test_a_broken_batch_comes_again_in_smaller_ones(terminal: Terminal, stub: CentreStub, misfortune: Any) -> None:
    drafts = accept(terminal, 12)
    stub.next(misfortune)
    deliver(terminal, drafts)
    sizes = [len(json.loads(one.body)["entries"]) for one in stub.posted(BATCHES)]
    assert sizes[0] == 12
    assert max(sizes[1:]) <= 7  # halved, and perhaps grown once by an answer
    assert stub.effects == {draft.id: 1 for draft in drafts}


def test_a_centre_that_knows_no_batches_gets_each_by_itself(terminal: Terminal, stub: CentreStub) -> None:
    drafts = accept(terminal, 6)
    stub.next(answers(404, {"reason": "no_such_call"}))
    deliver(terminal, drafts)
    assert len(stub.posted(BATCHES)) == 1
    assert len(stub.posted()) == 6


def test_a_transaction_that_breaks_every_batch_harms_none_of_its_neighbours(
    terminal: Terminal, stub: CentreStub
) -> None:
    drafts = accept(terminal, 20)
    poison = drafts[7]

    def breaks(handler: Any) -> bool:
        hit = poison.id.encode() in handler.body or handler.key == poison.id
        if hit:
            handler.hang_up()
        return hit

    stub.next(*[breaks] * 200)
    terminal.start()
    for draft in drafts:
        if draft is not poison:
            assert terminal.outcome(draft, 30.0).state is TransactionState.ACCEPTED
    assert terminal.outcome(poison, 0.01).state in {TransactionState.UNKNOWN, TransactionState.SENDING}
    stub.misfortunes.clear()
    assert terminal.outcome(poison, 30.0).state is TransactionState.ACCEPTED
    assert set(stub.effects.values()) == {1}


def test_each_entry_of_a_batch_gets_what_the_centre_said_of_it_alone(terminal: Terminal, stub: CentreStub) -> None:
    accepted, rejected, quarantined, bare = drafts = accept(terminal, 4)
    stub.entry_answers[rejected.id] = {"status": 422, "reason": "not_entitled"}
    stub.bodies[quarantined.id] = b"another body"
    stub.entry_answers[bare.id] = {"status": 200, "case_number": "X"}  # only 201 and 202 acknowledge
    deliver(terminal, [accepted])
    found = [terminal.outcome(draft) for draft in drafts]
    assert [one.state for one in found] == [
        TransactionState.ACCEPTED,
        TransactionState.REJECTED,
        TransactionState.QUARANTINED,
        TransactionState.ACCEPTED,
    ]
    assert found[1].reason == "not_entitled"
    assert found[3].case_number == f"CASE-{bare.id[-6:]}"  # asked again


def test_an_acknowledgement_without_a_case_number_is_none(terminal: Terminal, stub: CentreStub) -> None:
    drafts = accept(terminal, 2)
    stub.entry_answers[drafts[0].id] = {"status": 201}
    deliver(terminal, drafts)
    assert terminal.outcome(drafts[0]).case_number == f"CASE-{drafts[0].id[-6:]}"


def test_retry_after_of_an_entry_holds_that_entry_only(terminal: Terminal, stub: CentreStub) -> None:
    held, free = accept(terminal, 2)
    stub.entry_answers[held.id] = {"status": 503, "reason": "busy", "retry_after_s": 600}
    deliver(terminal, [free])
    assert terminal.outcome(held, 0.05).state is TransactionState.PENDING


def test_a_captive_portal_acknowledges_no_batch(terminal: Terminal, stub: CentreStub) -> None:
    drafts = accept(terminal, 5)
    stub.next(captive_portal)
    deliver(terminal, drafts)
    assert stub.effects == {draft.id: 1 for draft in drafts}
