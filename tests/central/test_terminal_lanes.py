"""A real store and a real centre: batches arrive once each, and what is quarantined is seen and decided by a person."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.central.app import city_time
from kiosk.central.enrolment import invite
from kiosk.central.fleet import all_terminals, one_terminal
from kiosk.central.models import Incident, Transaction
from kiosk.central.orders import What, give
from kiosk.ipc import Control
from offline_cache.clock import SystemClock
from offline_cache.config import CentreTable, Profile, StoreTable
from offline_cache.contract import Accept, DeviceTold, Draft, GetStatus, Outcome, TransactionState, WaitForOutcome
from offline_cache.line.http import Exchanger, Request
from offline_cache.process import StoreProcess
from tests.central.conftest import Centre
from tests.central.test_intake import body, count, send
from tests.offline.conftest import make_draft

NAME = "GZ-HP-0042"


def quick(low: float, high: float) -> float:
    """Chance that draws a twentieth of the way."""
    return low + (high - low) / 20


@pytest.fixture
def process(centre: Centre, tmp_path: Path) -> Iterator[StoreProcess]:
    """An enrolled terminal that does not send yet."""
    folder = tmp_path / "terminal"
    folder.mkdir()
    centre.now = city_time()  # so that the very first request is signed at a time that the centre believes
    code = centre.database.run(lambda session: invite(session, NAME, centre.now))
    (folder / "enrolment.code").write_text(code)
    profile = Profile(CentreTable(centre.url, NAME, poll_s=0.2), StoreTable(reserve_mb=1))
    process = StoreProcess(profile, folder, SystemClock(), quick)
    process.enrolment.by_file(Control(20))
    process.enrolment.refresh_keys(Control(20))
    yield process
    process.close()


def accept(process: StoreProcess, draft: Draft) -> Draft:
    process.service.execute(Accept(draft), Control(10))
    return draft


def outcome(process: StoreProcess, draft: Draft) -> Outcome:
    found = process.service.execute(WaitForOutcome(draft.id), Control(30))
    assert isinstance(found, Outcome)
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the store's requests."""
    paths: list[str] = []
    exchange: Callable[..., object] = Exchanger.exchange

    def watched(self: Exchanger, request: Request, control: Control) -> object:
        paths.append(request.path)
        return exchange(self, request, control)

    monkeypatch.setattr(Exchanger, "exchange", watched)
    return paths


def test_what_piled_up_leaves_in_batches_and_becomes_one_case_each(
    centre: Centre, process: StoreProcess, asked: list[str]
) -> None:
    service = "hrss/social-security-card"
    drafts = [accept(process, make_draft(service=service, token="")) for _ in range(45)]
    process.start()
    outcomes = [outcome(process, draft) for draft in drafts]
    assert {one.state for one in outcomes} == {TransactionState.ACCEPTED}
    assert len({one.case_number for one in outcomes}) == count(centre, Transaction) == 45
    assert count(centre, Incident) == 0
    assert "/v1/transactions" not in asked
    assert asked.count("/v1/batches") == 3


@pytest.mark.parametrize(
    ("what", "state", "reason"),
    [("return", TransactionState.REJECTED, "returned"), ("retry", TransactionState.ACCEPTED, "")],
)
def test_what_is_quarantined_is_seen_at_the_centre_and_a_person_decides(
    centre: Centre, process: StoreProcess, what: What, state: TransactionState, reason: str
) -> None:
    draft = make_draft(service="hrss/social-security-card", token="")
    send(centre, body(), key=draft.id)  # somebody else's transaction stands under the same key
    process.service.execute(GetStatus((DeviceTold("receipt", "offline"),)), Control(5))
    accept(process, draft)
    process.start()
    assert outcome(process, draft).state is TransactionState.QUARANTINED
    process.telemetry.report(Control(10))
    with centre.database.reading() as session:
        seen = next(one for one in all_terminals(session, centre.now) if one.id == NAME)
        detail = one_terminal(session, NAME, centre.now)
    assert (seen.quarantined, seen.devices_down, seen.silent, seen.line) == (1, 1, False, "online")
    assert detail is not None
    assert [(one.key, one.reason) for one in detail.quarantine] == [(draft.id, "key_reused")]
    with centre.database.transaction() as session:
        session.get_one(Transaction, draft.id).key = str(uuid.uuid4())  # what was wrong is put right
        order = give(session, NAME, draft.id, what, "li", centre.now).id
    process.telemetry.report(Control(10))
    while (found := outcome(process, draft)).state is TransactionState.QUARANTINED:
        pass
    assert (found.state, found.reason) == (state, reason)
    process.telemetry.report(Control(10))
    with centre.database.reading() as session:
        detail = one_terminal(session, NAME, centre.now)
    assert detail is not None
    assert (detail.quarantined, detail.orders) == (0, [])
    assert order
