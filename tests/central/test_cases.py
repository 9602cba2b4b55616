"""The offices: steps with the national codes, papers asked for once, places of bookings that are never oversold."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kiosk.__main__ import build_parser
from kiosk.central import case_rules
from kiosk.central.case_rules import NotAllowedError, StepNode, StepResult, is_over, next_state, node_of
from kiosk.central.cases import Cases
from kiosk.central.models import BookedHalf, CaseEvent
from kiosk.central.notices import Notices
from kiosk.central.refusals import Refusal
from kiosk.commands.central_cases import RESULTS
from tests.central.conftest import PEOPLE, Centre
from tests.central.test_intake import body, send

STATES = [
    *(case_rules.WAITS, case_rules.TO_VERIFY, case_rules.RECEIVED, case_rules.TO_CORRECT, case_rules.SPECIAL),
    *(case_rules.GRANTED, case_rules.DENIED, case_rules.NOT_OURS, case_rules.REFUSED, case_rules.RETURNED),
    case_rules.FULL,
]
CHEN = PEOPLE["chen-meilan"]


def cases_of(centre: Centre) -> Cases:
    return Cases(centre.database, lambda: centre.now, Notices(keep=True))


def apply(centre: Centre) -> str:
    answer = send(centre, body(centre.token("chen-meilan")))
    return str(answer.json()["case_number"])


def sms(centre: Centre) -> list[str]:
    return [message["text"] for message in centre.call("GET", "/demo/sms").json()["messages"]]


def steps(centre: Centre, case: str) -> list[tuple[str, int | None, int | None]]:
    with centre.database.reading() as session:
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_number == case).order_by(CaseEvent.id))
        return [(event.state, event.result, event.node) for event in events]


def test_the_codes_are_the_national_ones() -> None:
    assert [result.value for result in StepResult] == list(range(8))
    assert StepResult(RESULTS.index("corrections")) is StepResult.CORRECTIONS
    assert [name.replace("-", "_").upper() for name in RESULTS] == [result.name for result in StepResult]


@pytest.mark.parametrize(("state", "result"), list(product(STATES, StepResult)))
def test_nothing_follows_on_an_end_and_a_refusal_always_has_a_reason(state: str, result: StepResult) -> None:
    try:
        following = next_state(state, result, (), "缺材料")
    except NotAllowedError:
        return
    assert not is_over(state)
    if result not in {StepResult.AGREED, StepResult.ACCEPTED}:
        with pytest.raises(NotAllowedError, match="reason"):
            next_state(state, result, (), " ")
    assert (node_of(following, is_first=False) is StepNode.END) == is_over(following)


def test_every_open_state_has_a_way_to_an_end() -> None:
    reached = {state for state in STATES if is_over(state)}
    for _ in STATES:
        for state, result in product(STATES, StepResult):
            try:
                if next_state(state, result, (), "因") in reached:
                    reached.add(state)
            except NotAllowedError:
                continue
    assert reached == set(STATES)


def test_missing_papers_are_asked_for_once_and_the_citizen_learns_which(centre: Centre) -> None:
    case, cases = apply(centre), cases_of(centre)
    assert cases.decide(case, StepResult.CORRECTIONS, "缺户口簿首页") == "待补正"
    assert any("缺户口簿首页" in text and case in text for text in sms(centre))
    assert cases.decide(case, StepResult.ACCEPTED) == "已受理"
    with pytest.raises(NotAllowedError, match="at once"):
        cases.decide(case, StepResult.CORRECTIONS, "还缺一张")
    assert cases.decide(case, StepResult.AGREED) == "办结"
    assert steps(centre, case) == [("已受理", 4, 1), ("待补正", 5, 2), ("已受理", 4, 1), ("办结", 1, 3)]
    asked = {"number": CHEN["number"], "token": centre.token("chen-meilan"), "parameters": []}
    (record,) = centre.call("POST", "/v1/records/cases", asked).json()["records"]
    assert record["state"] == "办结"
    assert {"label": "原因", "value": "缺户口簿首页"} in record["rows"]


def test_a_case_that_is_not_there_or_over_is_not_decided(centre: Centre) -> None:
    case, cases = apply(centre), cases_of(centre)
    with pytest.raises(Refusal):
        cases.decide("440106-20200101-000001", StepResult.AGREED)
    cases.decide(case, StepResult.DENIED, "不符合条件")
    with pytest.raises(NotAllowedError):
        cases.decide(case, StepResult.AGREED)
    assert cases.advance(case) == "办结（不同意）"


def booking(centre: Centre, number: int, **changes: Any) -> Any:
    said = {"place": "GZ-NS-0101", "day": "2026-12-01", "half": "am"} | changes
    answers = [{"name": name, "value": value, "label": name, "shown": value} for name, value in said.items()]
    content = body(service="entry/window-booking", answers=answers, local_number=f"TH0001-{number:06d}")
    return send(centre, content, key=f"booking-{number:04d}")


def test_a_half_day_is_never_oversold_and_who_comes_too_late_is_told(centre: Centre) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: booking(centre, number), range(18)))
    late = [answer for answer in answers if answer.status_code == 422]
    assert len(late) == 3  # its quota is 15
    assert {answer.json()["reason"] for answer in late} == {"slot_full"}
    with centre.database.reading() as session:
        assert session.scalars(select(BookedHalf.taken)).all() == [15]
    assert sum("已约满" in text for text in sms(centre)) == 3
    assert booking(centre, 90, half="pm").status_code == 202


def test_a_booking_that_is_sent_again_takes_no_second_place_and_a_refusal_stays_one(centre: Centre) -> None:
    statuses = [[booking(centre, number).status_code for _ in range(2)] for number in range(16)]
    assert statuses == [[202, 202]] * 15 + [[422, 422]]
    with centre.database.reading() as session:
        assert session.scalars(select(BookedHalf.taken)).all() == [15]
        full = session.scalars(select(CaseEvent).where(CaseEvent.state == case_rules.FULL)).all()
    assert [(event.result, event.node) for event in full] == [(3, 4)]
    assert centre.call("GET", "/v1/transactions/booking-0015").status_code == 404


def test_the_commands_list_and_decide(
    centre: Centre, tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case = apply(centre)

    def typed(*words: str) -> int:
        options = build_parser("central").parse_args(
            ["central", *words, "--data", str(tmp_path), "--database", database_url]
        )
        return int(options.run(options))

    assert typed("cases", "--json") == 0
    assert [row["case"] for row in json.loads(capsys.readouterr().out)] == [case]
    assert typed("decide", case, "corrections") == 1
    assert typed("decide", case, "agreed") == 0
    assert typed("decide", "nobody's", "agreed") == 2
    assert typed("cases") == 0
    assert capsys.readouterr().out.endswith("0 open\n")
