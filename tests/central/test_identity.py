"""Who may ask: people by code. (Terminals: test_signatures.py, test_enrolment.py.)"""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

import pytest

from kiosk.central.identity import forget_expired
from kiosk.central.models import Challenge, CodeLimit, Token
from kiosk.central.signing import CentreKey, load_key
from tests.central.conftest import PEOPLE, Centre

WANG = PEOPLE["wang-hong"]["number"]


@pytest.fixture
def engine() -> str:
    """One database here; guesses at the same moment are in test_concurrency.py, on both."""
    return "sqlite"


def test_a_right_code_gives_a_token_once_and_the_phone_is_masked(centre: Centre) -> None:
    challenge, code = centre.code(WANG)
    assert centre.check(challenge, code).status_code == 200
    assert centre.check(challenge, code).status_code == 410
    masked = centre.call("POST", "/v1/codes", {"number": WANG}).json()["masked_phone"]
    assert masked == PEOPLE["wang-hong"]["phone"][:3] + "****" + PEOPLE["wang-hong"]["phone"][-4:]


def test_five_wrong_codes_lock_and_a_new_code_does_not_forgive(centre: Centre) -> None:
    challenge, code = centre.code(WANG)
    wrong = "000000" if code != "000000" else "000001"
    answers = [centre.check(challenge, wrong) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 423]
    assert [answer.json()["attempts_left"] for answer in answers] == [4, 3, 2, 1, 0]
    assert centre.check(challenge, code).status_code == 423
    another = centre.call("POST", "/v1/codes", {"number": WANG})
    assert (another.status_code, another.json()["reason"]) == (423, "locked")
    assert 295 <= int(another.headers["Retry-After"]) <= 301
    centre.now += datetime.timedelta(minutes=6)
    assert centre.check(*centre.code(WANG)).status_code == 200


def test_codes_and_tokens_expire(centre: Centre) -> None:
    challenge, code = centre.code(WANG)
    centre.now += datetime.timedelta(minutes=5, seconds=1)
    assert centre.check(challenge, code).json()["reason"] == "expired"
    token = centre.token("wang-hong")
    body = {"number": WANG, "token": token, "fields": ["phone"]}
    assert centre.call("POST", "/v1/prefill", body).status_code == 200
    centre.now += datetime.timedelta(minutes=31)
    assert centre.call("POST", "/v1/prefill", body).json() == {"reason": "token"}


def test_nobody_and_nonsense_get_a_clear_answer(centre: Centre) -> None:
    assert centre.call("POST", "/v1/codes", {"number": "440106199001019990"}).json() == {"reason": "unknown_person"}
    answer = centre.call("POST", "/v1/codes", {"number": "王"})
    assert (answer.status_code, answer.json()) == (422, {"reason": "invalid", "detail": ["body.number"]})
    assert centre.call("GET", "/v1/nothing").json() == {"reason": "no_such_call"}


def test_a_token_belongs_to_one_person(centre: Centre) -> None:
    token = centre.token("wang-hong")
    body = {"number": PEOPLE["li-yan"]["number"], "token": token, "fields": ["phone"]}
    assert centre.call("POST", "/v1/prefill", body).status_code == 403


def test_prefill_tells_sources_and_leaves_out_what_the_city_does_not_know(centre: Centre) -> None:
    token, number = centre.token("chen-meilan"), PEOPLE["chen-meilan"]["number"]
    wanted = ["phone", "employer", "moon", "parents"]
    fields = centre.call("POST", "/v1/prefill", {"number": number, "token": token, "fields": wanted}).json()["fields"]
    assert [field["name"] for field in fields] == ["phone", "employer", "parents"]
    assert all(field["source"] for field in fields)
    assert "黄桂香" in fields[2]["value"]


def test_the_demo_s_windows_are_closed_without_demo(tmp_path: Path) -> None:
    centre = Centre(tmp_path, demo=False)
    assert [centre.call("GET", f"/demo/{page}").status_code for page in ("sms", "transactions")] == [404, 404]
    centre.stop()


def test_a_body_that_is_too_large_or_of_unknown_length_is_not_read(centre: Centre) -> None:
    huge = {"Content-Length": str(64 * 1024 * 1024)}
    assert centre.send("POST", "/v1/codes", data=b"", headers=huge).status_code == 413
    assert centre.send("POST", "/v1/codes", data=iter([b"{}"]), auth=None).status_code == 411


def test_wrong_codes_are_counted_over_all_codes_of_a_person(centre: Centre) -> None:
    statuses = []
    for _ in range(3):
        challenge, code = centre.code(WANG)
        statuses += [centre.check(challenge, "000000" if code != "000000" else "000001").status_code for _ in range(2)]
    assert statuses == [422, 422, 422, 422, 423, 423]


def test_a_right_code_forgives_and_wrong_ones_grow_old(centre: Centre) -> None:
    challenge, code = centre.code(WANG)
    wrong = "000000" if code != "000000" else "000001"
    assert [centre.check(challenge, wrong).json()["attempts_left"] for _ in range(4)] == [4, 3, 2, 1]
    assert centre.check(challenge, code).status_code == 200
    assert centre.check(centre.code(WANG)[0], "x1").status_code == 422
    challenge, _ = centre.code(WANG)
    assert centre.check(challenge, wrong).json()["attempts_left"] == 4
    centre.now += datetime.timedelta(minutes=5)
    challenge, _ = centre.code(WANG)
    assert centre.check(challenge, wrong).json()["attempts_left"] == 4


def test_a_person_who_asks_too_often_is_told_when_to_come_back(centre: Centre) -> None:
    for _ in range(6):
        assert centre.call("POST", "/v1/codes", {"number": WANG}).status_code == 201
    centre.now += datetime.timedelta(minutes=4)
    often = centre.call("POST", "/v1/codes", {"number": WANG})
    assert (often.status_code, often.json()["reason"], often.headers["Retry-After"]) == (429, "too_often", "361")
    assert centre.call("POST", "/v1/codes", {"number": PEOPLE["li-yan"]["number"]}).status_code == 201
    centre.now += datetime.timedelta(seconds=361)
    assert centre.call("POST", "/v1/codes", {"number": WANG}).status_code == 201


def test_the_database_alone_tells_no_code(centre: Centre, tmp_path: Path) -> None:
    _, code = centre.code(WANG)
    with centre.database.reading() as session:
        row = session.query(Challenge).one()
    guesses = (f"{row.salt}{code}", f"{row.salt}:{code}", code)
    assert row.code_hash not in {hashlib.sha256(guess.encode()).hexdigest() for guess in guesses}
    assert row.code_hash == load_key(tmp_path).code_hash(row.salt, code)
    assert row.code_hash != CentreKey(bytes(32)).code_hash(row.salt, code)


def test_expired_codes_and_tokens_of_a_person_do_not_stay(centre: Centre) -> None:
    centre.token("wang-hong")
    centre.code(WANG)
    centre.now += datetime.timedelta(hours=1)
    centre.token("wang-hong")
    with centre.database.reading() as session:
        assert (session.query(Challenge).count(), session.query(Token).count()) == (0, 1)


def test_a_start_forgets_what_no_longer_counts_and_keeps_a_lock(centre: Centre) -> None:
    for _ in range(6):
        centre.call("POST", "/v1/codes", {"number": WANG})
    centre.token("li-yan")
    challenge, code = centre.code(PEOPLE["chen-meilan"]["number"])
    for _ in range(5):
        centre.check(challenge, "000000" if code != "000000" else "000001")

    def left(minutes: int) -> tuple[int, int, int]:
        with centre.database.transaction() as session:
            forget_expired(session, centre.now + datetime.timedelta(minutes=minutes))
            return session.query(Challenge).count(), session.query(Token).count(), session.query(CodeLimit).count()

    assert [left(minutes) for minutes in (0, 6, 11, 31)] == [(7, 1, 3), (0, 1, 3), (0, 1, 0), (0, 0, 0)]
