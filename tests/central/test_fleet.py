"""What terminals say of themselves, how all of them stand, and what operators order."""

from __future__ import annotations

import datetime
import json
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from kiosk.__main__ import build_parser
from kiosk.central.fleet import SILENT_S
from kiosk.central.identity import appoint
from kiosk.central.models import Terminal, TerminalOrder
from kiosk.central.orders import OrderRefusedError, What, give
from tests.central.conftest import START, Centre
from tests.central.test_intake import CHEN, KEY, body, send, slip

LOCAL = "TH0001-000001-2"
OTHER_KEY = "01a206df-0560-732a-9017-861d1d0ab4fe"


def status(**changes: Any) -> dict[str, Any]:
    return {
        "version": "0.1.0",
        "line": "online",
        "accepting": True,
        "problem": "",
        "clock": "vouched",
        "waiting": 3,
        "oldest_s": 90,
        "ending": 0,
        "quarantined": 0,
        "quarantine": [],
        "lanes": [{"lane": "applications", "waiting": 3, "oldest_s": 90}],
        "catalogue": {"version": 7, "stale": False},
        "journal": 412,
        "devices": [{"role": "receipt", "state": "online"}],
        "done": [],
    } | changes


def quarantined(key: str = KEY) -> dict[str, Any]:
    row = {"key": key, "local_number": LOCAL, "service": "hrss/social-security-card", "reason": "expired", "since": "x"}
    return status(quarantined=1, quarantine=[row])


def report(centre: Centre, content: dict[str, Any]) -> list[dict[str, str]]:
    answer = centre.call("POST", "/v1/terminals/status", content)
    assert answer.status_code == 200
    orders: list[dict[str, str]] = answer.json()["orders"]
    return orders


def order(centre: Centre, what: What, key: str = KEY, terminal: str = "GZ-TH-0001") -> str:
    with centre.database.transaction() as session:
        return give(session, terminal, key, what, "li", centre.now).id


def ask(centre: Centre, path: str = "/v1/terminals", token: str = "") -> requests.Response:
    with centre.database.transaction() as session:
        token = token or appoint(session, "li")
    return requests.get(centre.url + path, headers={"Authorization": f"Operator li:{token}"}, timeout=20)


def line_of(centre: Centre) -> dict[str, Any]:
    [line] = ask(centre).json()["terminals"]
    found: dict[str, Any] = line
    return found


def test_the_console_shows_what_a_terminal_said_and_when(centre: Centre) -> None:
    report(centre, status())
    centre.now += datetime.timedelta(seconds=45)
    line = line_of(centre)
    assert (line["waiting"], line["oldest_s"], line["catalogue"]) == (3, 90, {"version": 7, "stale": False})
    assert (line["clock"], line["journal"], line["line"], line["age_s"]) == ("vouched", 412, "online", 45)
    assert (line["silent"], line["needs_attention"]) == (False, False)


def test_a_silent_terminal_is_marked(centre: Centre) -> None:
    assert line_of(centre)["silent"]  # it has never said anything
    report(centre, status())
    centre.now += datetime.timedelta(seconds=SILENT_S)
    assert not line_of(centre)["silent"]
    centre.now += datetime.timedelta(seconds=1)
    assert (line_of(centre)["silent"], line_of(centre)["needs_attention"]) == (True, True)


@pytest.mark.parametrize(
    "change", [{"accepting": False}, {"problem": "store_salvaged"}, {"ending": 1}, {"quarantined": 1}]
)
def test_who_needs_somebody_stands_first(centre: Centre, change: dict[str, Any]) -> None:
    report(centre, status())
    centre.enrol("GZ-TH-0002")
    report(centre, status(**change))
    assert [line["id"] for line in ask(centre).json()["terminals"]] == ["GZ-TH-0002", "GZ-TH-0001"]


def test_only_an_operator_may_look(centre: Centre) -> None:
    for path in ("/v1/terminals", "/v1/terminals/GZ-TH-0001"):
        assert ask(centre, path, token="wrong").status_code == 401
        assert centre.call("GET", path).status_code == 401
    assert ask(centre, "/v1/terminals/GZ-TH-0009").status_code == 404


def test_one_terminal_is_shown_with_its_quarantine_and_standing_orders(centre: Centre) -> None:
    report(centre, quarantined())
    number = order(centre, "retry")
    found = ask(centre, "/v1/terminals/GZ-TH-0001").json()
    assert [(one["key"], one["reason"]) for one in found["quarantine"]] == [(KEY, "expired")]
    assert found["orders"] == [{"id": number, "key": KEY, "order": "retry"}]
    assert found["devices"] == [{"role": "receipt", "state": "online"}]


def test_an_order_is_told_until_the_terminal_says_what_came_of_it(centre: Centre) -> None:
    report(centre, quarantined())
    number = order(centre, "retry")
    for _ in range(2):
        assert report(centre, quarantined()) == [{"id": number, "key": KEY, "order": "retry"}]
    assert report(centre, status(done=[{"id": number, "outcome": "done"}])) == []
    assert report(centre, status(done=[{"id": number, "outcome": "again"}])) == []
    with centre.database.reading() as session:
        row = session.get_one(TerminalOrder, number)
        assert (row.outcome, row.done_at, row.by) == ("done", START, "li")


def test_an_order_is_the_terminals_own(centre: Centre) -> None:
    report(centre, quarantined())
    number = order(centre, "retry")
    centre.enrol("GZ-TH-0002")
    assert report(centre, status(done=[{"id": number, "outcome": "done"}])) == []
    with centre.database.reading() as session:
        assert session.get_one(TerminalOrder, number).done_at is None


def test_the_same_order_again_is_the_one_that_stands(centre: Centre) -> None:
    report(centre, quarantined())
    assert order(centre, "return") == order(centre, "return")
    with pytest.raises(OrderRefusedError, match="return was ordered"):
        order(centre, "retry")


def test_an_order_for_nothing_is_refused(centre: Centre) -> None:
    report(centre, quarantined())
    with pytest.raises(OrderRefusedError, match="no quarantined transaction"):
        order(centre, "retry", OTHER_KEY)
    with pytest.raises(OrderRefusedError, match="no terminal"):
        order(centre, "retry", terminal="GZ-TH-0009")


def test_beyond_the_hundred_that_are_listed_an_order_may_name_any(centre: Centre) -> None:
    report(centre, quarantined() | {"quarantined": 103})
    assert order(centre, "retry", OTHER_KEY)


def test_what_the_office_has_is_not_given_up(centre: Centre) -> None:
    number = send(centre, body()).json()["case_number"]
    report(centre, quarantined())
    with pytest.raises(OrderRefusedError, match=number):
        order(centre, "return")
    assert order(centre, "retry")


def test_evidence_of_a_case_that_the_office_has_can_be_given_up(centre: Centre) -> None:
    send(centre, body())
    row = quarantined()["quarantine"][0] | {"reason": "evidence_lost"}
    report(centre, status(quarantined=1, quarantine=[row]))
    number = order(centre, "return")
    report(centre, status(done=[{"id": number, "outcome": "done"}]))
    text = requests.get(f"{centre.url}/slips/{slip(centre.auth.private, LOCAL)}", timeout=10).text
    assert "已送达受理部门" in text  # the case itself is what it was


def test_the_next_visit_is_told_that_it_was_returned(centre: Centre) -> None:
    report(centre, quarantined())
    number = order(centre, "return")
    lookup = {
        "number": CHEN["number"],
        "token": centre.token("chen-meilan"),
        "parameters": [{"name": "local_number", "value": LOCAL}],
    }
    assert centre.call("POST", "/v1/records/cases", lookup).json()["records"] == []
    report(centre, status(done=[{"id": number, "outcome": "done"}]))
    [record] = centre.call("POST", "/v1/records/cases", lookup).json()["records"]
    assert (record["state"], record["title"]) == ("已退回", "社会保障卡申领")


@pytest.mark.parametrize(
    "change", [{"waiting": -1}, {"quarantine": [{"key": "k" * 201}]}, {"devices": [{"role": "x"}]}, {"lanes": "none"}]
)
def test_a_report_that_makes_no_sense_changes_nothing(centre: Centre, change: dict[str, Any]) -> None:
    report(centre, status())
    assert centre.call("POST", "/v1/terminals/status", status(**change)).status_code == 422
    assert line_of(centre)["waiting"] == 3


def test_a_newer_terminal_may_say_more_and_an_older_one_less(centre: Centre) -> None:
    assert report(centre, status(mood="good")) == []
    assert report(centre, {"waiting": 5, "version": "0.0.9"}) == []
    assert line_of(centre)["waiting"] == 5


def test_a_whole_fleet_is_shown_at_once(centre: Centre) -> None:
    quarantine = [quarantined()["quarantine"][0] | {"key": f"key-{number:05}"} for number in range(100)]
    with centre.database.transaction() as session:
        for number in range(2780):
            bad = number % 278 == 0
            said = status(quarantined=100, quarantine=quarantine) if bad else status()
            session.add(Terminal(id=f"GZ-{number:04}", public_key="", status=said, seen_at=START))
    began_s = time.monotonic()
    rows = ask(centre).json()["terminals"]
    took_s = time.monotonic() - began_s
    assert len(rows) == 2781
    assert [row["quarantined"] for row in rows[:11]].count(100) == 10  # and the one that never reported
    assert took_s < 20


def test_the_citizens_phone_is_told_by_her_slip_that_it_was_returned(centre: Centre) -> None:
    def page() -> str:
        return requests.get(f"{centre.url}/slips/{slip(centre.auth.private, LOCAL)}", timeout=10).text

    report(centre, quarantined())
    number = order(centre, "return")
    assert "尚未受理" in page()  # the terminal has not heard of it
    report(centre, status(done=[{"id": number, "outcome": "done"}]))
    assert "已退回" in page()
    assert "Please apply again" in page()
    send(centre, body())  # whatever happened: what the office has, counts
    assert "已送达受理部门" in page()


def test_an_order_that_fitted_nothing_tells_the_citizen_nothing(centre: Centre) -> None:
    report(centre, quarantined())
    number = order(centre, "return")
    report(centre, status(done=[{"id": number, "outcome": "not_quarantined"}]))
    assert "尚未受理" in requests.get(f"{centre.url}/slips/{slip(centre.auth.private, LOCAL)}", timeout=10).text


def test_by_command_the_fleet_is_seen_and_one_transaction_given_up(
    centre: Centre, tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*words: str) -> tuple[int, str, str]:
        options = build_parser("central").parse_args(
            ["central", *words, "--data", str(tmp_path), "--database", database_url]
        )
        status = options.run(options)
        said = capsys.readouterr()
        return status, said.out, said.err

    report(centre, quarantined())
    capsys.readouterr()
    assert [(row["id"], row["quarantined"]) for row in json.loads(command("terminals", "--json")[1])] == [
        ("GZ-TH-0001", 1)
    ]
    assert "1 terminals, " in command("terminals")[1]
    assert f"quarantined {KEY} {LOCAL} hrss/social-security-card expired" in command("terminals", "GZ-TH-0001")[1]
    assert json.loads(command("terminals", "GZ-TH-0001", "--json")[1])["quarantine"][0]["key"] == KEY
    assert command("return", "GZ-TH-0001", KEY)[0] == 0
    assert f"ordered return {KEY}" in command("terminals", "GZ-TH-0001")[1]
    assert [one["order"] for one in report(centre, quarantined())] == ["return"]
    refused = command("retry", "GZ-TH-0001", OTHER_KEY)
    assert (refused[0], refused[1], refused[2].count("\n")) == (1, "", 1)
    assert command("terminals", "GZ-TH-0009")[0] == 2
