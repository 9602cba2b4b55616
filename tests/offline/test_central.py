"""One exchange with the centre, over real HTTP: who counts as the centre, what answers mean, the bounds."""

from __future__ import annotations

import base64
import datetime
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.ipc import Cancelled, Control
from offline_cache.contract import (
    Answer,
    CheckCode,
    IssueCertificate,
    KnownField,
    Lookup,
    Prefill,
    Prefilled,
    SendCode,
)
from offline_cache.errors import CentreRefused, NoLine, NotInTime
from offline_cache.line.central import Centre
from offline_cache.line.http import CentreAddress, Exchanger
from offline_cache.outbox.schedule import Verdict, VerdictKind
from offline_cache.trust.request_signature import RequestSigner
from tests.offline.centre_stub import (
    CentreStub,
    Misfortune,
    answers,
    captive_portal,
    endless,
    forged_receipt,
    lost_answer,
    silent,
    taken_for_now,
    unsigned,
)

KEY = "01a206b8-4181-7e27-9f7e-5717c45b0281"
KEY_PAIR = Ed25519PrivateKey.generate()
GOOD = {"case_number": "C", "state": "received", "received_at": "2026-01-01T00:00:00Z"}
PREFILL = Prefill("440106199001011237", "t", ("phone",))


@pytest.fixture
def exchanges() -> list[float | None]:
    return []


@pytest.fixture
def centre(stub: CentreStub, exchanges: list[float | None]) -> Centre:
    made = make_centre(stub.url, exchanges)
    made.receipts.signing_key = stub.signing.public_key().public_bytes_raw()
    return made


def make_centre(url: str, exchanges: list[float | None] | None = None) -> Centre:
    heard = exchanges if exchanges is not None else []
    signer = RequestSigner("GZ-TH-0001", lambda: datetime.datetime.now(datetime.UTC))
    signer.use(KEY_PAIR)
    return Centre(Exchanger(CentreAddress(url, "GZ-TH-0001"), heard.append, signer))


def post(centre: Centre, within_s: float = 5.0) -> Verdict:
    return centre.post_transaction(KEY, "application/json", b"{}", Control(within_s))


def test_a_request_says_who_we_are_and_under_which_key(stub: CentreStub, centre: Centre) -> None:
    assert replace(post(centre), receipt="") == Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number="CASE-5b0281")
    headers = stub.posted()[0].headers
    assert 'keyid="GZ-TH-0001"' in headers["Signature-Input"]
    assert {"Signature", "Content-Digest"} <= headers.keys()
    assert headers["Idempotency-Key"] == KEY
    assert len(headers["X-Request-Id"]) == 36
    assert headers["Connection"] == "close"


@pytest.mark.parametrize(
    ("misfortune", "kind"),
    [
        (lost_answer, VerdictKind.NO_ANSWER),
        (captive_portal, VerdictKind.NO_ANSWER),
        (forged_receipt, VerdictKind.NO_ANSWER),
        (answers(200, GOOD, ("Idempotency-Key", KEY)), VerdictKind.NO_ANSWER),
        (answers(201, GOOD), VerdictKind.NO_ANSWER),
        (answers(201, GOOD, ("Idempotency-Key", "another")), VerdictKind.NO_ANSWER),
        (answers(201, b"not json", ("Idempotency-Key", KEY)), VerdictKind.NO_ANSWER),
        (answers(201, {**GOOD, "case_number": 7}, ("Idempotency-Key", KEY)), VerdictKind.NO_ANSWER),
        (answers(201, {**GOOD, "case_number": ""}, ("Idempotency-Key", KEY)), VerdictKind.NO_ANSWER),
        (answers(302, b"", ("Location", "/elsewhere"), ("Connection", "close")), VerdictKind.NO_ANSWER),
        (answers(500), VerdictKind.NO_ANSWER),
        (answers(502), VerdictKind.NO_ANSWER),
        (answers(202, GOOD, ("Idempotency-Key", KEY)), VerdictKind.UNPROVEN),
        (unsigned, VerdictKind.UNPROVEN),
        (taken_for_now, VerdictKind.ACKNOWLEDGED),
        (answers(409), VerdictKind.IN_PROGRESS),
        (answers(429), VerdictKind.BUSY),
        (answers(503), VerdictKind.BUSY),
        (answers(401), VerdictKind.TERMINAL_BARRED),
        (answers(403), VerdictKind.TERMINAL_BARRED),
        (answers(400), VerdictKind.REFUSED),
        (answers(413), VerdictKind.REFUSED),
        (answers(422, {"detail": [{"loc": ["body"]}]}), VerdictKind.REFUSED),
        (answers(422, {"reason": "not_entitled"}), VerdictKind.REJECTED),
        (answers(422, {"reason": "other_body"}), VerdictKind.OTHER_BODY),
    ],
)
def test_only_the_centres_201_or_202_with_our_key_acknowledges(
    stub: CentreStub, centre: Centre, misfortune: Misfortune, kind: VerdictKind
) -> None:
    stub.next(misfortune)
    assert post(centre).kind is kind
    assert len(stub.seen) == 1  # nothing is repeated, no redirect followed


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ([("Retry-After", "17")], 17.0),
        ([("Retry-After", "Thu, 01 Jan 2026 00:01:00 GMT"), ("Date", "Thu, 01 Jan 2026 00:00:00 GMT")], 60.0),
        ([("Retry-After", "soon")], 0.0),
        ([("Retry-After", "-4")], 0.0),
        ([("Retry-After", "9" * 400)], 999_999_999.0),
        ([("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT")], 0.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_of_the_centres_clock(
    stub: CentreStub, centre: Centre, headers: list[tuple[str, str]], wait_s: float
) -> None:
    def strike(handler: object) -> bool:
        handler.send_response_only(503)  # type: ignore[attr-defined]  # the stub's handler
        for name, value in [("Doorstep-Centre", "1"), ("Content-Length", "0"), *headers]:
            handler.send_header(name, value)  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        return True

    stub.next(strike)
    assert post(centre).retry_after_s == wait_s


def test_nobody_there_means_not_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        centre = make_centre(f"http://127.0.0.1:{free.getsockname()[1]}")
        assert post(centre) == Verdict(VerdictKind.NOT_SENT, reason="no_connection")


def test_a_name_that_does_not_exist_means_not_sent() -> None:
    assert post(make_centre("http://centre.invalid")).kind is VerdictKind.NOT_SENT


def test_a_silent_centre_frees_the_caller_at_its_deadline(
    stub: CentreStub, centre: Centre, exchanges: list[float | None]
) -> None:
    stub.next(silent)
    with pytest.raises(NotInTime) as late:
        centre.prefill(PREFILL, Control(0.3))
    assert late.value.sent
    assert exchanges == [None]


def test_a_cancelled_call_frees_the_caller_at_once(stub: CentreStub, centre: Centre) -> None:
    stub.next(silent)
    control = Control(60.0)

    def cancel_once_it_is_asked() -> None:
        stub.wait_posted(1, "/v1/prefill")
        control.cancel()

    threading.Thread(target=cancel_once_it_is_asked, daemon=True).start()
    with pytest.raises(Cancelled):
        centre.prefill(PREFILL, control)


def test_a_centre_that_never_takes_the_call_up_frees_the_caller_too(tmp_path: Path) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(1)
        centre = make_centre(f"http://127.0.0.1:{deaf.getsockname()[1]}")
        with pytest.raises(NotInTime):
            centre.prefill(PREFILL, Control(0.2))


def test_the_threads_of_abandoned_calls_end(stub: CentreStub, centre: Centre) -> None:
    stub.next(silent, silent, endless)
    for _ in range(2):
        with pytest.raises(NotInTime):
            centre.prefill(PREFILL, Control(0.1))
    calls = [thread for thread in threading.enumerate() if thread.name == "centre-call"]
    for thread in calls:
        thread.join(5)
        assert not thread.is_alive()


def test_an_endless_answer_is_cut_at_its_limit(stub: CentreStub, centre: Centre) -> None:
    stub.next(endless)
    with pytest.raises(NoLine, match="answer_too_long"):
        centre.prefill(PREFILL, Control(10.0))


def test_a_drip_of_bytes_does_not_outlast_the_deadline(stub: CentreStub, centre: Centre) -> None:
    def drip(handler: object) -> bool:
        while not stub.release.wait(0.02):
            try:
                handler.wfile.write(b"H")  # type: ignore[attr-defined]  # the stub's handler
            except OSError:
                break
        return True

    stub.next(drip)
    with pytest.raises(NotInTime):
        centre.prefill(PREFILL, Control(0.3))


def test_the_line_is_measured_by_small_exchanges(centre: Centre, exchanges: list[float | None]) -> None:
    began_s = time.monotonic()
    centre.health("nonce", Control(5.0))
    assert len(exchanges) == 1
    assert exchanges[0] is not None
    assert 0 < exchanges[0] <= time.monotonic() - began_s


def test_a_code_is_sent_and_judged(stub: CentreStub, centre: Centre) -> None:
    stub.next(answers(201, {"challenge": "c/1", "masked_phone": "138****8000", "expires_s": 300}))
    sent = centre.send_code(SendCode("4401"), Control(5.0))
    assert (sent.challenge, sent.masked_phone, sent.expires_s) == ("c/1", "138****8000", 300)
    stub.next(
        answers(422, {"reason": "wrong", "attempts_left": 2}),
        answers(410, {"reason": "expired"}),
        answers(423, {"reason": "locked"}),
        answers(200, {"token": "tok"}),
    )
    verdicts = [centre.check_code(CheckCode("c/1", "1234"), Control(5.0)) for _ in range(4)]
    assert [(one.token, one.reason, one.attempts_left) for one in verdicts] == [
        ("", "wrong", 2),
        ("", "expired", 0),
        ("", "locked", 0),
        ("tok", "", 0),
    ]
    assert stub.seen[-1].path == "/v1/codes/c%2F1/check"


def test_an_unknown_person_is_a_refusal_with_its_reason(stub: CentreStub, centre: Centre) -> None:
    stub.next(answers(404, {"reason": "unknown_person"}))
    with pytest.raises(CentreRefused) as refused:
        centre.send_code(SendCode("4401"), Control(5.0))
    assert (refused.value.as_failure().kind, refused.value.as_failure().reason) == (
        "refused",
        "unknown_person",
    )


@pytest.mark.parametrize(("status", "reason"), [(423, "locked"), (429, "too_often")])
def test_a_rule_about_this_person_is_a_refusal_and_not_a_busy_line(
    stub: CentreStub, centre: Centre, status: int, reason: str
) -> None:
    stub.next(answers(status, {"reason": reason}))
    with pytest.raises(CentreRefused) as refused:
        centre.send_code(SendCode("4401"), Control(5.0))
    assert refused.value.as_failure().reason == reason


def test_prefill_and_records_are_read(stub: CentreStub, centre: Centre) -> None:
    stub.next(
        answers(200, {"fields": [{"name": "phone", "value": "138", "source": "公安"}], "newer": 1}),
        answers(
            200,
            {"records": [{"title": "案件", "state": "办理中", "rows": [{"label": "日期", "value": "5月"}]}]},
        ),
    )
    assert centre.prefill(PREFILL, Control(5.0)) == Prefilled((KnownField("phone", "138", "公安"),))
    found = centre.lookup(Lookup("cases", "4401", "t"), Control(5.0)).records[0]
    assert (found.title, found.state) == ("案件", "办理中")
    assert (found.rows[0].label, found.rows[0].shown) == ("日期", "5月")


def test_a_certificate_comes_as_bytes_under_its_transactions_key(stub: CentreStub, centre: Centre) -> None:
    pdf = b"%PDF-1.7 \x00\xff" * 100_000
    issued = {"serial": "S", "verification_code": "V", "verify_url": "u", "pages": 2}
    stub.next(answers(201, {**issued, "pdf": base64.b64encode(pdf).decode()}))
    command = IssueCertificate(KEY, "insurance", "4401", "t", "zh-Hans", (Answer("from", "2020", "起", "2020年"),))
    certificate = centre.issue_certificate(command, Control(5.0))
    assert (certificate.pdf, certificate.pages) == (pdf, 2)
    assert stub.seen[-1].headers["Idempotency-Key"] == KEY


@pytest.mark.parametrize(
    ("misfortune", "kind", "reason"),
    [
        (captive_portal, "offline", "not_the_centre"),
        (answers(200, b"{"), "offline", "bad_answer"),
        (answers(200, {"fields": [{"name": 1}]}), "offline", "bad_answer"),
        (answers(200, {}), "offline", "bad_answer"),
        (answers(500), "offline", "centre_error"),
        (answers(503), "offline", "busy"),
        (answers(401), "refused", "terminal"),
        (answers(403, {"reason": "token"}), "refused", "token"),
        (answers(404), "refused", "status_404"),
        (answers(409), "conflict", "in_progress"),
    ],
)
def test_each_bad_answer_has_its_failure(
    stub: CentreStub, centre: Centre, misfortune: Misfortune, kind: str, reason: str
) -> None:
    stub.next(misfortune)
    with pytest.raises((NoLine, CentreRefused)) as failed:
        centre.prefill(PREFILL, Control(5.0))
    assert (failed.value.as_failure().kind, failed.value.as_failure().reason) == (kind, reason)


@pytest.fixture(autouse=True)
def _no_proxy_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment says about proxies must not matter."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
