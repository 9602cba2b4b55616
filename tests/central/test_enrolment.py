"""A terminal gets in with its one-time code, once, and with its own key only."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.central.enrolment import invite
from kiosk.central.models import Incident
from tests.central.conftest import PEOPLE, Centre
from tests.central.signed import SigningTerminal

NAME = "GZ-HP-0042"
NUMBER = {"number": PEOPLE["wang-hong"]["number"]}


def proof(code: str, *words: str) -> str:
    """As docs/line.md has it."""
    secret = HKDF(SHA256(), 32, None, b"doorstep enrolment").derive(code.replace("-", "").encode())
    mac = hmac.new(secret, "\0".join(words).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def code_for(centre: Centre, name: str = NAME) -> str:
    return centre.database.run(lambda session: invite(session, name, centre.now))


def ask(centre: Centre, auth: SigningTerminal, code: str, name: str = NAME) -> tuple[int, dict[str, str]]:
    """Ask to be let in; status and answer."""
    body = {"public_key": auth.public_key, "proof": proof(code, "terminal", name, auth.public_key)}
    got = centre.send("POST", f"/v1/terminals/{name}/enrolment", json=body, auth=None)
    return got.status_code, got.json()


def terminal(centre: Centre) -> SigningTerminal:
    return SigningTerminal(NAME, centre.auth.now)


def may_ask(centre: Centre, auth: SigningTerminal) -> bool:
    return centre.send("POST", "/v1/codes", json=NUMBER, auth=auth).status_code == 201


def test_a_code_lets_its_terminal_in_and_proves_the_centre(centre: Centre) -> None:
    code, auth = code_for(centre), terminal(centre)
    assert not may_ask(centre, auth)
    status, answer = ask(centre, auth, code)
    centre_key = centre.call("GET", "/v1/centre").json()["public_key"]
    assert (status, answer["signing_key"]) == (200, centre_key)
    assert answer["proof"] == proof(code, "centre", NAME, auth.public_key, centre_key)
    assert may_ask(centre, auth)


def test_a_lost_answer_can_be_asked_for_again_but_not_by_another_key(centre: Centre) -> None:
    code, auth = code_for(centre), terminal(centre)
    assert ask(centre, auth, code) == ask(centre, auth, code)
    assert ask(centre, terminal(centre), code) == (409, {"reason": "used"})
    assert may_ask(centre, auth)


def test_a_code_is_for_one_terminal_for_one_day(centre: Centre) -> None:
    code = code_for(centre)
    code_for(centre, "GZ-HP-0043")
    assert ask(centre, terminal(centre), code, "GZ-HP-0043") == (403, {"reason": "wrong_code"})
    assert ask(centre, terminal(centre), code, "GZ-HP-9999") == (403, {"reason": "no_invitation"})
    centre.now += datetime.timedelta(hours=24, seconds=1)
    assert ask(centre, terminal(centre), code) == (403, {"reason": "no_invitation"})


def test_five_wrong_codes_use_a_code_up(centre: Centre) -> None:
    code, auth = code_for(centre), terminal(centre)
    wrong = [ask(centre, auth, "0000-0000-0000-0000") for _ in range(5)]
    assert wrong == [(403, {"reason": "wrong_code"})] * 5
    assert ask(centre, auth, code) == (403, {"reason": "no_invitation"})
    assert ask(centre, auth, code_for(centre))[0] == 200


def test_a_new_code_brings_a_new_key_and_ends_the_old_one(centre: Centre) -> None:
    old, new = terminal(centre), terminal(centre)
    assert ask(centre, old, code_for(centre))[0] == 200
    code = code_for(centre)
    assert may_ask(centre, old)  # until it is used
    assert ask(centre, new, code)[0] == 200
    assert (may_ask(centre, old), may_ask(centre, new)) == (False, True)
    with centre.database.reading() as session:
        assert [row.kind for row in session.query(Incident)] == ["key_replaced"]


def test_what_is_kept_of_a_code_is_not_the_code(centre: Centre) -> None:
    code = code_for(centre).replace("-", "")
    with centre.database.reading() as session:
        from kiosk.central.models import Invitation

        kept = session.get_one(Invitation, NAME).secret
    assert code not in kept
    assert len(set(code)) > 4


@pytest.mark.parametrize("field", ["public_key", "proof"])
def test_nonsense_is_refused(centre: Centre, field: str) -> None:
    body = {"public_key": terminal(centre).public_key, "proof": "A" * 43} | {field: "x"}
    got = centre.send("POST", f"/v1/terminals/{NAME}/enrolment", json=body, auth=None)
    assert got.status_code == 422
