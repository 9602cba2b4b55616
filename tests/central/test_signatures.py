"""Only what an enrolled terminal signed, now, once, is carried out (RFC 9421)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
import requests

from kiosk.central.models import Nonce
from tests.central.conftest import PEOPLE, Centre
from tests.central.signed import SigningTerminal
from tests.central.test_intake import KEY, body

NUMBER = {"number": PEOPLE["wang-hong"]["number"]}
Change = Callable[[requests.PreparedRequest], None]


@pytest.fixture
def engine() -> str:
    """Only the nonces are in the database, and they are plain rows."""
    return "sqlite"


def signed(centre: Centre, auth: SigningTerminal | None = None, **headers: str) -> requests.PreparedRequest:
    """A signed request for an SMS code."""
    asked = requests.Request("POST", centre.url + "/v1/codes", headers, json=NUMBER, auth=auth or centre.auth)
    return centre.session.prepare_request(asked)


def answer(centre: Centre, request: requests.PreparedRequest) -> tuple[int, str]:
    """Status and reason."""
    got = centre.session.send(request, timeout=20)
    return got.status_code, str(got.json().get("reason", ""))


def another(centre: Centre, **changes: str | int | None) -> SigningTerminal:
    """The enrolled terminal's key, other parameters."""
    return SigningTerminal("GZ-TH-0001", centre.auth.now, centre.auth.private, changes)


def test_what_is_signed_is_carried_out(centre: Centre) -> None:
    assert answer(centre, signed(centre)) == (201, "")


def test_without_a_signature_nothing_is(centre: Centre) -> None:
    assert centre.send("POST", "/v1/codes", json=NUMBER, auth=None).status_code == 401


def test_another_key_is_refused(centre: Centre) -> None:
    assert answer(centre, signed(centre, SigningTerminal("GZ-TH-0001", centre.auth.now)))[0] == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"keyid": "GZ-TH-9999"},
        {"alg": "hmac-sha256"},
        {"tag": "something-else"},
        {"tag": None},
        {"nonce": None},
        {"nonce": "short"},
        {"created": None},
        {"expires": None},
        {"expires": 4_000_000_000},
    ],
    ids=str,
)
def test_other_parameters_are_refused(centre: Centre, changes: dict[str, str | int | None]) -> None:
    assert answer(centre, signed(centre, another(centre, **changes))) == (401, "unknown_terminal")


@pytest.mark.parametrize("left_out", ["@method", "@authority", "@path", "@query", "content-digest"])
def test_a_signature_over_less_is_refused(centre: Centre, left_out: str) -> None:
    narrow = another(centre)
    narrow.without = left_out
    assert answer(centre, signed(centre, narrow)) == (401, "unknown_terminal")


def test_the_idempotency_key_must_be_covered(centre: Centre) -> None:
    narrow = another(centre)
    narrow.without = "idempotency-key"
    got = centre.send("POST", "/v1/transactions", json=body(), headers={"Idempotency-Key": KEY}, auth=narrow)
    assert got.status_code == 401


def _method(request: requests.PreparedRequest) -> None:
    request.method = "PUT"


def _path(request: requests.PreparedRequest) -> None:
    request.url = str(request.url).replace("/v1/codes", "/v1/codes/x/check")


def _query(request: requests.PreparedRequest) -> None:
    request.url = f"{request.url}?x=1"


def _body(request: requests.PreparedRequest) -> None:
    assert isinstance(request.body, bytes)
    request.body = request.body.replace(b"1", b"2", 1)


def _digest(request: requests.PreparedRequest) -> None:
    _body(request)
    request.headers["Content-Digest"] = SigningTerminal("x").headers("POST", "http://a/", {}, request.body)[  # type: ignore[arg-type]  # bytes, see _body
        "Content-Digest"
    ]


def _host(request: requests.PreparedRequest) -> None:
    request.headers["Host"] = "other.example"


def _signature(request: requests.PreparedRequest) -> None:
    request.headers["Signature"] = request.headers["Signature"][:-4] + "AA=:"


def _nonsense(request: requests.PreparedRequest) -> None:
    request.headers["Signature-Input"] = "t=((((;;;"


def _two(request: requests.PreparedRequest) -> None:
    for name in ("Signature-Input", "Signature"):
        request.headers[name] += ", u" + request.headers[name][1:]


@pytest.mark.parametrize("change", [_path, _query, _body, _digest, _host, _signature, _nonsense, _two])
def test_what_was_changed_on_the_way_is_refused(centre: Centre, change: Change) -> None:
    request = signed(centre)
    change(request)
    assert answer(centre, request) == (401, "unknown_terminal")


def test_another_method_is_refused(centre: Centre) -> None:
    request = centre.session.prepare_request(
        requests.Request("GET", centre.url + "/v1/catalogue/timestamp.json", auth=centre.auth)
    )
    request.method = "HEAD"
    assert centre.session.send(request, timeout=20).status_code in {401, 405}


@pytest.mark.parametrize(("off_s", "reason"), [(-125, "clock"), (-100, ""), (55, ""), (65, "clock"), (3e8, "clock")])
def test_a_signature_counts_about_now_only(centre: Centre, off_s: float, reason: str) -> None:
    then = centre.auth.now() + datetime.timedelta(seconds=off_s)
    off = SigningTerminal("GZ-TH-0001", lambda: then, centre.auth.private)
    assert answer(centre, signed(centre, off)) == (401 if reason else 201, reason)


def test_the_same_request_again_is_refused_and_forgotten_when_it_has_expired(centre: Centre) -> None:
    request = signed(centre)
    assert answer(centre, request)[0] == 201
    assert answer(centre, request) == (401, "replayed")
    centre.now += datetime.timedelta(minutes=3)
    assert answer(centre, request) == (401, "clock")
    assert answer(centre, signed(centre))[0] == 201
    with centre.database.reading() as session:
        assert session.query(Nonce).count() == 1


def test_what_an_idempotency_key_protects_may_come_again(centre: Centre) -> None:
    asked = requests.Request(
        "POST", centre.url + "/v1/transactions", {"Idempotency-Key": KEY}, json=body(), auth=centre.auth
    )
    request = centre.session.prepare_request(asked)
    first, second = (centre.session.send(request, timeout=20) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.headers["Doorstep-Receipt"] == second.headers["Doorstep-Receipt"]
