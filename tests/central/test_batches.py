"""Batches: each entry judged by itself, exactly as if it had come alone."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from typing import Any

import pytest
import requests
from sqlalchemy.exc import OperationalError

from kiosk.central.intake import Intake
from kiosk.central.models import CaseEvent, Incident, Transaction
from tests.central.conftest import Centre
from tests.central.signed import SigningTerminal
from tests.central.terminals import unpack
from tests.central.test_intake import KEY, body, count, send
from tests.central.test_sealing import MEDIA_TYPE, sealed

JSON = "application/json"


def raw(**changes: Any) -> bytes:
    return json.dumps(body(**changes), ensure_ascii=False).encode()


def entry(content: bytes, key: str = "", media_type: str = JSON) -> dict[str, str]:
    return {"key": key or str(uuid.uuid4()), "media_type": media_type, "body": base64.b64encode(content).decode()}


def post(centre: Centre, entries: list[dict[str, str]]) -> requests.Response:
    return centre.call("POST", "/v1/batches", {"entries": entries})


def verdicts(centre: Centre, entries: list[dict[str, str]]) -> list[dict[str, Any]]:
    answer = post(centre, entries)
    assert answer.status_code == 201
    found: list[dict[str, Any]] = answer.json()["verdicts"]
    assert [verdict["key"] for verdict in found] == [one["key"] for one in entries]
    return found


def test_twenty_become_twenty_cases_with_a_receipt_each(centre: Centre) -> None:
    entries = [entry(raw(sequence=number)) for number in range(20)]
    found = verdicts(centre, entries)
    assert {verdict["status"] for verdict in found} == {202}
    assert len({verdict["case_number"] for verdict in found}) == count(centre, Transaction) == 20
    for verdict, one in zip(found, entries, strict=True):
        content = json.loads(unpack(verdict["receipt"].split(".")[1]))
        assert (content["k"], content["n"], content["c"]) == (one["key"], verdict["case_number"], 202)
        assert content["h"] == hashlib.sha256(base64.b64decode(one["body"])).hexdigest()


def test_a_verdict_is_what_a_post_of_its_own_would_have_been_answered(centre: Centre) -> None:
    [verdict] = verdicts(centre, [entry(raw(), KEY)])
    alone = send(centre, body())
    assert alone.json() == {name: verdict[name] for name in ("case_number", "state", "received_at")}
    assert alone.headers["Doorstep-Receipt"].split(".")[0] == verdict["receipt"].split(".")[0] == "DR1"
    assert count(centre, Transaction) == 1


def test_the_same_batch_again_gives_the_same_verdicts_and_changes_nothing(centre: Centre) -> None:
    entries = [entry(raw(sequence=number)) for number in range(3)]
    first = verdicts(centre, entries)
    assert verdicts(centre, entries) == first
    assert (count(centre, Transaction), count(centre, CaseEvent)) == (3, 3)


@pytest.mark.parametrize(
    ("poison", "status", "reason"),
    [
        (entry(b"{"), 422, "invalid"),
        (entry(raw(district="nowhere")), 422, "invalid"),
        (
            entry(raw(attachments=[{"name": "a", "media_type": "image/png", "content": "%"}])),
            422,
            "attachment_not_base64",
        ),
        (entry(raw(), media_type="text/plain"), 415, "media_type"),
        (entry(b"DOORSTEP-SEALED 1 rot13 0000000000000000\nx", media_type=MEDIA_TYPE), 400, "unknown_suite"),
        (entry(raw()) | {"body": "%"}, 400, "not_base64"),
        (entry(raw(), "short"), 422, "invalid"),
    ],
)
def test_what_is_wrong_with_one_harms_no_other(
    centre: Centre, poison: dict[str, str], status: int, reason: str
) -> None:
    before, after = entry(raw(sequence=1)), entry(raw(sequence=2))
    found = verdicts(centre, [before, poison, after])
    assert [verdict["status"] for verdict in found] == [202, status, 202]
    assert (found[1]["reason"], found[1]["case_number"], found[1]["receipt"]) == (reason, "", "")
    assert count(centre, Transaction) == 2


def test_a_program_that_fails_at_one_fails_at_that_one_only(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    receive = Intake.receive

    def broken(self: Intake, sent: Any) -> Any:
        if sent.body.sequence == 1:
            raise ZeroDivisionError
        return receive(self, sent)

    monkeypatch.setattr(Intake, "receive", broken)
    found = verdicts(centre, [entry(raw(sequence=number)) for number in range(3)])
    assert [verdict["status"] for verdict in found] == [202, 500, 202]


def test_a_database_that_does_not_answer_is_asked_once_and_all_the_rest_come_again(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, asked = Intake.receive, []

    def away(self: Intake, sent: Any) -> Any:
        asked.append(sent.key)
        if len(asked) > 1:
            raise OperationalError("SELECT", {}, Exception("gone"))
        return receive(self, sent)

    monkeypatch.setattr(Intake, "receive", away)
    found = verdicts(centre, [entry(raw(sequence=number)) for number in range(20)])
    assert [verdict["status"] for verdict in found] == [202] + [503] * 19
    assert {verdict["retry_after_s"] for verdict in found[1:]} == {5.0}
    assert len(asked) == 2


def test_another_body_under_a_key_is_refused_there_and_an_incident(centre: Centre) -> None:
    send(centre, body())
    found = verdicts(centre, [entry(raw(district="440112"), KEY), entry(raw())])
    assert [(verdict["status"], verdict["reason"]) for verdict in found] == [(422, "key_reused"), (202, "")]
    assert count(centre, Incident) == 1


def test_the_same_key_twice_in_a_batch_is_one_case(centre: Centre) -> None:
    found = verdicts(centre, [entry(raw(), KEY), entry(raw(), KEY)])
    assert found[0] == found[1]
    assert count(centre, Transaction) == 1


def test_a_key_that_is_being_worked_on_waits_and_the_others_do_not(centre: Centre) -> None:
    with centre.database.keys_at_work.hold(KEY):
        found = verdicts(centre, [entry(raw(), KEY), entry(raw())])
    assert [(verdict["status"], verdict["retry_after_s"]) for verdict in found] == [(409, 1.0), (202, 0.0)]


def test_sealed_and_open_ones_travel_together(centre: Centre) -> None:
    found = verdicts(centre, [entry(sealed(centre), KEY, MEDIA_TYPE), entry(raw())])
    assert [verdict["status"] for verdict in found] == [202, 202]


@pytest.mark.parametrize("entries", [[], [entry(b"{}")] * 21, [{"key": "x"}], "no list"])
def test_a_batch_that_is_none_is_refused_whole(centre: Centre, entries: Any) -> None:
    answer = centre.call("POST", "/v1/batches", {"entries": entries})
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")


def test_a_stranger_gets_nothing_taken(centre: Centre) -> None:
    centre.auth = SigningTerminal("GZ-TH-0001", centre.auth.now)
    assert post(centre, [entry(raw())]).status_code == 401
    assert count(centre, Transaction) == 0
