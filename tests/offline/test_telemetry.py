"""The telemetry lane: what a person should see is at the centre within a minute, and what is ordered is done once."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from kiosk.ipc import Control
from offline_cache.contract import DeviceTold, Draft, GetStatus, LineState, TransactionState
from offline_cache.line.wire import Order
from offline_cache.outbox.orders import DONE, NOT_QUARANTINED, UNKNOWN_ORDER
from offline_cache.outbox.schedule import Verdict, VerdictKind
from offline_cache.store import Store
from offline_cache.telemetry.report import Surroundings, report
from offline_cache.telemetry.rules import TelemetryRules
from tests.offline.centre_stub import CentreStub, answers, silent
from tests.offline.conftest import HandClock, Terminal, close, longest, make_draft
from tests.offline.test_delivery import take

STATUS = "/v1/terminals/status"
OTHER_BODY = Verdict(VerdictKind.OTHER_BODY, 422, "key_reused")


def test_within_a_minute_of_contact_and_then_each_minute_by_the_clock() -> None:
    for seed in range(200):
        rules, now_s = TelemetryRules(random.Random(seed).uniform), 1000.0
        assert rules.due_s == float("inf")
        rules.line_returned(now_s)
        assert now_s <= rules.due_s <= now_s + 30
        for _ in range(5):
            now_s = rules.due_s
            rules.ended(now_s, taken=True)
            assert rules.due_s - now_s <= 60
        rules.news(now_s)
        assert rules.due_s - now_s <= 10


def test_after_a_failed_report_the_next_one_comes_within_the_minute_too() -> None:
    rules = TelemetryRules(longest)
    rules.line_returned(0.0)
    rules.ended(30.0, taken=False)
    assert rules.due_s == 60.0


def test_a_centre_that_is_slow_to_take_reports_is_asked_less_often() -> None:
    rules = TelemetryRules(longest)
    rules.line_returned(0.0)
    rules.ended(20.0, taken=True, took_s=4.0)
    assert rules.due_s == 20.0 + 1.2 * 50 * 4
    rules.ended(300.0, taken=True, took_s=0.1)
    assert 60 < rules.due_s - 300 < 1.2 * 50 * 4  # one quick answer does not end the rest at once


def test_nothing_is_reported_without_a_line() -> None:
    rules = TelemetryRules(longest)
    rules.news(0.0)
    assert rules.due_s == float("inf")
    rules.line_returned(0.0)
    rules.line_lost()
    assert rules.due_s == float("inf")


def test_a_fleet_that_gets_its_line_back_does_not_report_in_step() -> None:
    draw, dues = random.Random(1), []
    for _ in range(2780):
        rules = TelemetryRules(draw.uniform)
        rules.line_returned(0.0)
        dues.append(int(rules.due_s))
    assert max(dues.count(second) for second in range(31)) < 2 * 2780 / 30


def around(clock: HandClock, **changes: Any) -> Surroundings:
    values: dict[str, Any] = {
        "now": clock.utc(),
        "clock": "vouched",
        "line": LineState.ONLINE,
        "accepting": True,
        "problem": "",
        "devices": (DeviceTold("receipt", "online"),),
        **changes,
    }
    return Surroundings(**values)


def quarantine(store: Store, count: int = 1) -> list[Draft]:
    drafts = [make_draft() for _ in range(count)]
    for draft in drafts:
        store.outbox.accept(draft)
        store.delivery.record(take(store), OTHER_BODY)
    return drafts


def test_the_report_names_depth_age_quarantine_and_devices(store: Store, clock: HandClock) -> None:
    [bad] = quarantine(store)
    store.outbox.accept(make_draft(kind="rating"))
    clock.pass_s(90)
    status = report(store, around(clock))
    assert (status.waiting, status.oldest_s, status.quarantined) == (1, 90, 1)
    [listed] = status.quarantine
    assert (listed.key, listed.service, listed.reason) == (bad.id, "social-security-card", "key_reused")
    assert listed.local_number.startswith("TH0001-000001-")
    lanes = {lane.lane: (lane.waiting, lane.oldest_s) for lane in status.lanes}
    assert (lanes["applications"], lanes["ratings"]) == ((0, 0), (1, 90))
    assert (status.catalogue.version, status.catalogue.stale) == (0, False)
    assert status.journal == store.journal.length()
    assert [(one.role, one.state) for one in status.devices] == [("receipt", "online")]


def test_the_report_holds_no_personal_data(store: Store, clock: HandClock) -> None:
    quarantine(store)
    text = repr(report(store, around(clock)))
    for secret in ("王小明", "440106199001011237", "token-1", "邮寄"):
        assert secret not in text


def test_a_hundred_are_listed_and_all_are_counted(store: Store, clock: HandClock) -> None:
    drafts = quarantine(store, 103)
    status = report(store, around(clock))
    assert status.quarantined == 103
    assert [one.key for one in status.quarantine] == [draft.id for draft in drafts[:100]]


def order(draft: Draft, what: str, order_id: str = "o-1") -> Order:
    return Order(order_id, draft.id, what)


def test_an_order_is_carried_out_once_and_reported_until_heard(
    store: Store, opened: Callable[[], Store], clock: HandClock
) -> None:
    [draft] = quarantine(store)
    [outcome] = store.orders.carry_out([order(draft, "retry")])
    assert (outcome.transaction_id, outcome.state) == (draft.id, TransactionState.UNKNOWN)
    store.delivery.record(take(store), OTHER_BODY)  # quarantined once more
    close(store)
    again = opened()
    assert again.orders.carry_out([order(draft, "retry")]) == ()  # the answer that said it was done got lost
    assert again.outbox.outcome(draft.id).state is TransactionState.QUARANTINED
    done = report(again, around(clock)).done
    assert [(one.id, one.outcome) for one in done] == [("o-1", DONE)]
    again.orders.reported(done)
    assert again.orders.unreported() == ()
    again.orders.carry_out([order(draft, "retry")])  # a centre that was put back to an earlier backup
    assert [one.id for one in again.orders.unreported()] == ["o-1"]
    assert again.outbox.outcome(draft.id).state is TransactionState.QUARANTINED


def test_returning_gives_it_up_for_good(store: Store) -> None:
    [draft] = quarantine(store)
    [outcome] = store.orders.carry_out([order(draft, "return")])
    assert (outcome.state, outcome.reason) == (TransactionState.REJECTED, "returned")
    assert store.journal.events(draft.id)[-1] == "transaction_returned"


@pytest.mark.parametrize(
    ("what", "said"), [("retry", NOT_QUARANTINED), ("return", NOT_QUARANTINED), ("burn", UNKNOWN_ORDER)]
)
def test_an_order_that_fits_nothing_changes_nothing(store: Store, what: str, said: str) -> None:
    draft = make_draft()
    store.outbox.accept(draft)
    assert store.orders.carry_out([order(draft, what)]) == ()
    assert store.outbox.outcome(draft.id).state is TransactionState.PENDING
    assert [one.outcome for one in store.orders.unreported()] == [said]


def test_an_order_without_a_key_does_not_release_everything(store: Store) -> None:
    quarantine(store, 2)
    assert store.orders.carry_out([Order("o-1", "", "retry")]) == ()
    assert store.delivery.depth().quarantined == 2


def statuses(stub: CentreStub) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in stub.posted(STATUS)]


def test_the_running_terminal_reports_at_contact(terminal: Terminal, stub: CentreStub) -> None:
    terminal.ask(GetStatus((DeviceTold("receipt", "offline"),)))
    terminal.start()
    stub.wait_posted(1, STATUS)
    [first] = statuses(stub)[:1]
    assert (first["line"], first["accepting"], first["waiting"]) == ("online", True, 0)
    assert first["devices"] == [{"role": "receipt", "state": "offline"}]
    assert first["clock"] in {"vouched", "unvouched"}


def test_what_was_quarantined_is_told_soon_and_an_order_helps_it(terminal: Terminal, stub: CentreStub) -> None:
    terminal.start()
    stub.wait_posted(1, STATUS)
    draft = make_draft()
    stub.bodies[draft.id] = b"something else"
    terminal.accept(draft)
    terminal.wait_for_state(draft, TransactionState.QUARANTINED)
    stub.wait_posted(2, STATUS)
    assert [one["key"] for one in statuses(stub)[-1]["quarantine"]] == [draft.id]
    del stub.bodies[draft.id]
    stub.orders.append({"id": "o-1", "key": draft.id, "order": "retry"})
    terminal.process.telemetry.report(Control(10.0))
    terminal.wait_for_state(draft, TransactionState.ACCEPTED)
    terminal.process.telemetry.report(Control(10.0))
    assert {(one["id"], one["outcome"]) for one in stub.done} == {("o-1", "done")}
    assert stub.orders == []
    assert statuses(stub)[-1]["quarantined"] == 0


def test_what_an_order_gave_up_is_told_to_whoever_waits_for_it(terminal: Terminal, stub: CentreStub) -> None:
    draft = make_draft()
    stub.bodies[draft.id] = b"something else"
    terminal.start()
    terminal.accept(draft)
    terminal.wait_for_state(draft, TransactionState.QUARANTINED)
    stub.orders.append({"id": "o-2", "key": draft.id, "order": "return"})
    rung = terminal.process.service.bell.count
    terminal.process.telemetry.report(Control(10.0))
    assert terminal.process.service.bell.count > rung
    assert terminal.outcome(draft).reason == "returned"


@pytest.mark.parametrize("bad", [answers(500), answers(200, b"{"), answers(422, {"reason": "invalid"}), silent])
def test_a_report_that_fails_or_hangs_delays_no_other_lane(terminal: Terminal, stub: CentreStub, bad: Any) -> None:
    stub.bad_status = bad
    terminal.start()
    stub.wait_posted(1, STATUS)
    drafts = [make_draft(), make_draft(kind="rating")]
    for draft in drafts:
        terminal.accept(draft)
    assert {terminal.outcome(draft).state for draft in drafts} == {TransactionState.ACCEPTED}
    assert terminal.process.line.state is not LineState.OFFLINE
