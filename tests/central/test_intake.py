"""Transactions: taken exactly once, whoever asks how often."""

from __future__ import annotations

import base64
import json
import logging
import threading
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from kiosk.central.locks import KeysAtWork
from kiosk.central.models import Attachment, CaseEvent, Incident, Transaction
from kiosk.central.refusals import Refusal
from tests.central.conftest import PEOPLE, Centre

KEY = "01a206df-0560-732a-9017-861d1d0ab4fd"
CHEN = PEOPLE["chen-meilan"]


def body(token: str = "", **changes: Any) -> dict[str, Any]:
    return {
        "kind": "application",
        "service": "hrss/social-security-card",
        "service_version": 1,
        "district": "440106",
        "local_number": "TH0001-000001-2",
        "sequence": 1,
        "captured_at": "2026-11-23T02:00:00+00:00",
        "subject": {"name": CHEN["name"], "number": CHEN["number"]},
        "token": token,
        "answers": [{"name": "bank", "value": "boc", "label": "银行", "shown": "中国银行"}],
        "attachments": [],
    } | changes


def send(centre: Centre, content: dict[str, Any], key: str = KEY) -> requests.Response:
    return centre.call("POST", "/v1/transactions", content, **{"Idempotency-Key": key})


def count(centre: Centre, table: type[Any]) -> int:
    with centre.database.transaction() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def test_a_proven_one_is_accepted_and_its_key_echoed(centre: Centre) -> None:
    answer = send(centre, body(centre.token("chen-meilan")))
    assert answer.status_code == 201
    assert answer.headers["Idempotency-Key"] == KEY
    assert answer.json()["state"] == "已受理"
    assert answer.json()["case_number"].startswith("440106-20261123-")


@pytest.mark.parametrize("token", ["", "not-a-token"])
def test_one_without_proof_is_taken_and_verified_by_a_person(centre: Centre, token: str) -> None:
    answer = send(centre, body(token))
    assert (answer.status_code, answer.json()["state"]) == (202, "待核验")


def test_what_nobody_in_particular_sends_is_taken_and_verified_by_a_person(centre: Centre) -> None:
    answer = send(centre, body(service="household/id-card-lost", subject={"name": "", "number": ""}))
    assert (answer.status_code, answer.json()["state"]) == (202, "待核验")


def test_the_same_again_gives_the_same_case_and_changes_nothing(centre: Centre) -> None:
    first, again = send(centre, body()), send(centre, body())
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert (count(centre, Transaction), count(centre, CaseEvent)) == (1, 1)


def test_another_body_under_the_key_is_refused_and_becomes_an_incident(centre: Centre) -> None:
    send(centre, body())
    answer = send(centre, body(district="440112"))
    assert (answer.status_code, answer.json()) == (422, {"reason": "key_reused"})
    assert (count(centre, Transaction), count(centre, Incident)) == (1, 1)


def test_another_terminal_learns_nothing_of_a_key(centre: Centre) -> None:
    send(centre, body())
    centre.enrol("GZ-TH-0002")
    assert send(centre, body()).status_code == 422
    assert centre.call("GET", f"/v1/transactions/{KEY}").status_code == 404


def test_five_at_once_leave_one_case(centre: Centre) -> None:
    statuses: list[int] = []

    def go() -> None:
        key = {"Idempotency-Key": KEY}
        answer = requests.post(centre.url + "/v1/transactions", json=body(), headers=key, auth=centre.auth, timeout=20)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=go) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {202, 409}
    assert 202 in statuses
    assert count(centre, Transaction) == 1


def test_a_key_at_work_is_refused_with_a_time_to_come_back() -> None:
    keys = KeysAtWork()
    with keys.hold("a"), pytest.raises(Refusal) as caught, keys.hold("a"):
        pass
    assert (caught.value.status, caught.value.headers) == (409, {"Retry-After": "1"})
    with keys.hold("a"):
        pass


def test_pictures_are_kept_and_nonsense_is_refused_whole(centre: Centre) -> None:
    picture = {"name": "photo", "media_type": "image/jpeg", "content": base64.b64encode(b"jpeg").decode()}
    assert send(centre, body(attachments=[picture])).status_code == 202
    assert count(centre, Attachment) == 1
    bad = send(centre, body(attachments=[picture | {"content": "!!"}]), key="another-key")
    assert bad.json() == {"reason": "attachment_not_base64"}
    assert count(centre, Transaction) == 1


def test_a_missing_key_and_unknown_members_are_refused(centre: Centre) -> None:
    assert centre.call("POST", "/v1/transactions", body()).status_code == 422
    assert send(centre, body(colour="red")).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"local_number": "x" * 41},
        {"subject": {"name": "a\0b", "number": ""}},
        {"answers": [{"name": "bank", "value": "a\0b"}]},
        {"answers": [{"name": "bank", "value": "\ud800"}]},
        {"subject": {"name": "", "number": "1" * 21}},
        {"attachments": [{"name": "n" * 81, "media_type": "image/png", "content": ""}]},
    ],
)
def test_what_a_database_could_not_keep_is_refused_for_good(centre: Centre, changes: dict[str, Any]) -> None:
    assert send(centre, body(**changes)).status_code == 422
    assert count(centre, Transaction) == 0


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("GET", "/v1/transactions/%00", b""),
        ("POST", "/v1/codes/%00/check", b'{"code": "123456"}'),
        ("POST", "/v1/terminals/status", b'{"devices": [{"level": NaN, "text": "\\u0000"}]}'),
        ("POST", "/v1/prefill", b'{"number": "440106", "token": "\\u0000", "fields": []}'),
        ("POST", "/v1/transactions", b"[" * 100_000),
        ("POST", "/v1/transactions", b'"\xff"'),
        ("GET", "/slips/DS1.eyJ0IjoiXHUwMDAwIiwibiI6IiIsInMiOiIiLCJhIjoiIiwiaCI6IiJ9.AA", b""),
        ("GET", "/verify/%00", b""),
    ],
)
def test_nonsense_is_never_the_centre_s_fault(centre: Centre, method: str, path: str, content: bytes) -> None:
    headers = {"Idempotency-Key": KEY, "Content-Type": "application/json"}
    answer = centre.send(method, path, data=content, headers=headers)
    assert answer.status_code < 500


def test_the_widest_that_is_allowed_is_kept(centre: Centre) -> None:
    wide = body(local_number="字" * 40, subject={"name": "䶮" * 120, "number": "1" * 20}, service="s" * 80)
    wide["answers"] = [{"name": "n" * 200, "value": "值" * 4000, "label": "", "shown": ""}] * 200
    wide["attachments"] = [{"name": "n" * 80, "media_type": "application/pdf", "content": ""}] * 20
    assert send(centre, wide, key="k" * 64).status_code == 202


def test_a_case_moves_to_its_end_and_no_further(centre: Centre) -> None:
    case = send(centre, body(centre.token("chen-meilan"))).json()["case_number"]
    states = [centre.call("POST", f"/demo/cases/{case}/advance").json()["state"] for _ in range(4)]
    assert states == ["办结"] * 4
    assert count(centre, CaseEvent) == 2


def test_the_citizen_sees_her_cases_by_name(centre: Centre) -> None:
    token = centre.token("chen-meilan")
    send(centre, body(token))
    asked = {"number": CHEN["number"], "token": token, "parameters": []}
    records = centre.call("POST", "/v1/records/cases", asked).json()["records"]
    assert [(record["title"], record["state"]) for record in records] == [("社会保障卡申领", "已受理")]
    assert centre.call("POST", "/v1/records/moon", asked).json() == {"reason": "unknown_dataset"}


def test_a_rating_is_taken_without_a_name(centre: Centre) -> None:
    rating = body(kind="rating", subject={"name": "", "number": ""}, answers=[{"name": "level", "value": "5"}])
    assert send(centre, rating).status_code == 201


def slip(key: Ed25519PrivateKey, number: str = "TH0001-000001-2") -> str:
    def pack(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    content = json.dumps({"t": "GZ-TH-0001", "n": number, "s": "x", "a": "2026-11-23", "h": "0" * 16})
    signed = f"DS1.{pack(content.encode())}"
    return f"{signed}.{pack(key.sign(signed.encode()))}"


def test_a_slip_tells_whether_it_is_genuine_and_whether_the_office_has_it(centre: Centre) -> None:
    key = centre.auth.private

    def page(text: str) -> str:
        return requests.get(f"{centre.url}/slips/{text}", timeout=10).text

    assert "尚未受理" in page(slip(key))
    send(centre, body())
    assert "已送达受理部门" in page(slip(key))
    good = slip(key)
    altered = good[:-40] + ("A" if good[-40] != "A" else "B") + good[-39:]
    for forged in (slip(Ed25519PrivateKey.generate()), altered, "DS1.x.y", "nonsense"):
        assert "凭条无法核实" in page(forged)


def test_a_whole_visit_leaves_no_personal_data_in_the_log(centre: Centre, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(centre, body(centre.token("chen-meilan")))
        send(centre, {"bad": CHEN["number"]})
    assert CHEN["number"] not in caplog.text
    assert CHEN["name"] not in caplog.text
