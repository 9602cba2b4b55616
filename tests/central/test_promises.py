"""What docs/line.md promises of every call: its description, its header, its keys, and a log without people."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from kiosk.central.app import create_app
from kiosk.central.database import Database
from kiosk.central.locks import KeysAtWork
from kiosk.central.settings import CentreSettings
from tests.central.conftest import PEOPLE, Centre
from tests.central.test_certificates import issue
from tests.central.test_intake import CHEN, KEY, body, send

CALLS = {
    ("get", "/v1/health"),
    ("get", "/v1/centre"),
    ("post", "/v1/codes"),
    ("post", "/v1/codes/{challenge}/check"),
    ("post", "/v1/prefill"),
    ("post", "/v1/records/{dataset}"),
    ("post", "/v1/certificates"),
    ("post", "/v1/transactions"),
    ("get", "/v1/transactions/{key}"),
    ("post", "/v1/terminals/{terminal_id}/enrolment"),
    ("post", "/v1/terminals/status"),
    ("post", "/v1/terminals/{terminal_id}/digests"),
    ("post", "/v1/terminals/{terminal_id}/heads"),
    ("post", "/v1/batches"),
    ("get", "/v1/incidents"),
    ("get", "/v1/terminals"),
    ("get", "/v1/terminals/{terminal_id}"),
    ("get", "/v1/blobs/{sha256}"),
    ("patch", "/v1/blobs/{sha256}"),
    ("get", "/v1/catalogue/root/{number}.json"),
    ("get", "/v1/catalogue/timestamp.json"),
    ("get", "/v1/catalogue/withdrawals.json"),
    ("get", "/v1/catalogue/parcels/{sha256}"),
    ("post", "/v1/catalogue/reports"),
}


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the database."""
    return "sqlite"


def test_every_call_of_the_line_is_described_with_the_shape_of_its_answer(centre: Centre) -> None:
    paths = centre.call("GET", "/openapi.json").json()["paths"]
    listed = {(method, path) for path, calls in paths.items() if path.startswith("/v1/") for method in calls}
    assert listed == CALLS
    for method, path in CALLS:
        answers = paths[path][method]["responses"]
        good = [answer for status, answer in answers.items() if status.startswith("2")]
        shapes = [media["schema"] for answer in good for media in answer.get("content", {}).values()]
        assert shapes or "204" in answers, path
        assert all("$ref" in shape or shape.get("format") == "binary" for shape in shapes), path
        open_to_all = path in {"/v1/health", "/v1/centre"} or path.endswith("/enrolment")
        assert open_to_all or "401" in answers, path


def test_every_json_answer_has_a_shape_also_those_of_the_demo(centre: Centre) -> None:
    described = centre.call("GET", "/openapi.json").json()
    assert {path for path in described["paths"] if path.startswith("/demo/")} == {
        "/demo/sms",
        "/demo/transactions",
        "/demo/cases/{case_number}/advance",
    }
    for path, calls in described["paths"].items():
        for method, call in calls.items():
            for status, answer in call["responses"].items():
                for media_type, content in answer.get("content", {}).items():
                    shaped = media_type != "application/json" or "$ref" in content["schema"]
                    assert shaped, f"{method} {path} {status}"


def test_a_terminal_can_ask_what_became_of_a_key(centre: Centre) -> None:
    sent = send(centre, body())
    found = centre.call("GET", f"/v1/transactions/{KEY}")
    assert (found.status_code, found.json()) == (200, sent.json())
    never = centre.call("GET", "/v1/transactions/never-sent")
    assert (never.status_code, never.json()) == (404, {"reason": "never_seen"})


def test_a_key_that_is_at_work_is_told_to_come_back_later(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    works: list[KeysAtWork] = []
    hold = KeysAtWork.hold

    def noted(keys: KeysAtWork, key: str) -> object:
        works.append(keys)
        return hold(keys, key)

    monkeypatch.setattr(KeysAtWork, "hold", noted)
    assert send(centre, body(), key="first-key").status_code == 202
    with hold(works[0], KEY):
        busy = send(centre, body())
    assert (busy.status_code, busy.headers["Retry-After"], busy.json()) == (409, "1", {"reason": "in_progress"})
    assert send(centre, body()).status_code == 202


def test_a_fault_of_the_centre_is_told_as_its_own_and_tells_nothing(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(CHEN["number"])

    monkeypatch.setattr("kiosk.central.routes_terminal.look_up", broken)
    asked = {"number": CHEN["number"], "token": centre.token("chen-meilan"), "parameters": []}
    answer = centre.call("POST", "/v1/records/cases", asked)
    assert (answer.status_code, answer.json()) == (500, {"reason": "fault"})


def test_a_second_start_keeps_the_people_that_are_there(tmp_path: Path) -> None:
    for _ in range(2):
        database = Database(CentreSettings(tmp_path).database_url)
        create_app(CentreSettings(tmp_path), database)
        with database.transaction() as session:
            count = session.connection().exec_driver_sql("select count(*) from person").scalar()
        database.close()
        assert count == len(PEOPLE)


def test_a_visit_from_code_to_paper_leaves_nobody_in_the_log(centre: Centre, caplog: pytest.LogCaptureFixture) -> None:
    person = PEOPLE["li-yan"]
    with caplog.at_level(logging.DEBUG):
        token = centre.token("li-yan")
        asked = {"number": person["number"], "token": token}
        assert centre.call("POST", "/v1/prefill", asked | {"fields": ["phone", "address"]}).status_code == 200
        assert centre.call("POST", "/v1/records/social_insurance", asked).json()["records"]
        assert issue(centre, "li-yan").status_code == 201
        assert issue(centre, "ye-sitong", key="key-00002").status_code == 404
    planted = (person["number"], person["name"], person["phone"], token, PEOPLE["ye-sitong"]["number"])
    assert [word for word in planted if word in caplog.text] == []
