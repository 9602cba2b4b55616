"""Evidence: the application is taken at once, what belongs to it comes in parts, each byte once, and is checked."""

from __future__ import annotations

import datetime
import hashlib
import os
import threading
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from kiosk.central.evidence import FORGET_PARTS, PART_LIMIT, forget_unfinished
from kiosk.central.models import Attachment, CaseEvent, EvidencePart, EvidenceRow, Incident
from tests.central.conftest import Centre
from tests.central.test_intake import KEY, body, send
from tests.central.test_receipts import signed_content
from tests.central.test_sealing import OTHER_KEY, published

SCAN = os.urandom(200_000)


def sealed(centre: Centre, content: bytes = SCAN, purpose: str = f"evidence {KEY}") -> bytes:
    return published(centre).seal(content, purpose)


def named(*blobs: bytes) -> list[dict[str, Any]]:
    return [
        {
            "name": f"scan-{place}",
            "media_type": "image/jpeg",
            "sha256": hashlib.sha256(blob).hexdigest(),
            "length": len(blob),
        }
        for place, blob in enumerate(blobs)
    ]


def apply(centre: Centre, *blobs: bytes, key: str = KEY, token: str = "") -> requests.Response:
    return send(centre, body(token, evidence=named(*blobs)), key)


def patch(
    centre: Centre, blob: bytes, start: int = 0, end: int | None = None, key: str = KEY, **changes: Any
) -> requests.Response:
    query = {"offset": start, "length": len(blob)} | changes
    path = f"/v1/blobs/{hashlib.sha256(blob).hexdigest()}"
    headers = {"Idempotency-Key": key, "Content-Type": "application/octet-stream"}
    return centre.send("PATCH", path, data=blob[start:end], params=query, headers=headers)


def ask(centre: Centre, blob: bytes, key: str = KEY) -> requests.Response:
    return centre.call("GET", f"/v1/blobs/{hashlib.sha256(blob).hexdigest()}", **{"Idempotency-Key": key})


def states(centre: Centre) -> list[str]:
    with centre.database.reading() as session:
        return list(session.scalars(select(CaseEvent.state).order_by(CaseEvent.id)))


def rows(centre: Centre, table: type[Any]) -> int:
    with centre.database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def test_the_case_waits_for_its_evidence_and_goes_on_when_all_is_here(centre: Centre) -> None:
    first, second = sealed(centre), sealed(centre, b"second")
    answer = apply(centre, first, second, token=centre.token("chen-meilan"))
    assert (answer.status_code, answer.json()["state"]) == (201, "待传材料")
    assert patch(centre, second).json() == {"offset": len(second), "complete": True}
    assert states(centre) == ["待传材料"]
    assert patch(centre, first).status_code == 201
    assert states(centre) == ["待传材料", "已受理"]
    with centre.database.reading() as session:
        kept = {row.name: row.content for row in session.scalars(select(Attachment))}
    assert kept == {"scan-0": SCAN, "scan-1": b"second"}
    assert rows(centre, EvidencePart) == 0


def test_an_unproven_case_is_verified_by_a_person_when_its_evidence_is_here(centre: Centre) -> None:
    blob = sealed(centre)
    assert apply(centre, blob).status_code == 202
    patch(centre, blob)
    assert states(centre) == ["待传材料", "待核验"]


def test_parts_go_on_where_the_centre_is_and_nothing_counts_twice(centre: Centre) -> None:
    blob = sealed(centre)
    apply(centre, blob)
    assert ask(centre, blob).json() == {"offset": 0, "complete": False}
    assert patch(centre, blob, 0, 70_000).json() == {"offset": 70_000, "complete": False}
    again = patch(centre, blob, 0, 70_000)  # its answer was lost
    assert (again.status_code, again.json()) == (409, {"reason": "offset", "offset": 70_000})
    ahead = patch(centre, blob, 90_000, 100_000)
    assert (ahead.status_code, ahead.json()["offset"]) == (409, 70_000)
    assert ask(centre, blob).json() == {"offset": 70_000, "complete": False}
    done = patch(centre, blob, 70_000)
    proof = {"k": KEY, "t": "GZ-TH-0001", "h": hashlib.sha256(blob).hexdigest()}
    assert signed_content(centre, done, "DE1.") == signed_content(centre, ask(centre, blob), "DE1.") == proof
    assert (done.status_code, done.headers["Idempotency-Key"]) == (201, KEY)
    assert patch(centre, blob).json() == ask(centre, blob).json() == {"offset": len(blob), "complete": True}
    assert rows(centre, Attachment) == 1


def test_damaged_bytes_are_found_at_the_end_and_the_upload_begins_anew(centre: Centre) -> None:
    blob = sealed(centre)
    apply(centre, blob)
    patch(centre, blob, 0, 100)
    wrong = blob[:150] + bytes([blob[150] ^ 1]) + blob[151:]
    path, query = f"/v1/blobs/{hashlib.sha256(blob).hexdigest()}", {"offset": 100, "length": len(blob)}
    answer = centre.send("PATCH", path, data=wrong[100:], params=query, headers={"Idempotency-Key": KEY})
    assert (answer.status_code, answer.json()) == (400, {"reason": "evidence_damaged"})
    assert ask(centre, blob).json()["offset"] == 0
    assert (rows(centre, EvidencePart), rows(centre, Attachment)) == (0, 0)
    assert patch(centre, blob).status_code == 201


@pytest.mark.parametrize("purpose", [f"evidence {OTHER_KEY}", f"transaction {KEY}"])
def test_what_was_sealed_for_something_else_is_not_taken_and_not_forgotten(centre: Centre, purpose: str) -> None:
    blob = sealed(centre, purpose=purpose)
    apply(centre, blob)
    patch(centre, blob, 0, 1000)
    answer = patch(centre, blob, 1000)
    assert (answer.status_code, answer.json()) == (400, {"reason": "seal_broken"})
    assert ask(centre, blob).json() == {"offset": 1000, "complete": False}
    with centre.database.reading() as session:
        assert [(row.kind, row.key) for row in session.query(Incident)] == [("seal_broken", KEY)]


def test_what_no_transaction_names_is_not_taken(centre: Centre) -> None:
    blob, other = sealed(centre), sealed(centre)
    early = patch(centre, blob)
    assert (early.status_code, early.json()) == (409, {"reason": "unknown_transaction"})
    assert early.headers["Retry-After"] == "60"
    apply(centre, blob)
    assert patch(centre, other).status_code == 409
    centre.enrol("GZ-TH-0002")
    assert patch(centre, blob).status_code == 409
    assert ask(centre, blob).status_code == 409
    assert rows(centre, EvidencePart) == 0


def test_sizes_are_bounded(centre: Centre) -> None:
    blob = sealed(centre)
    assert apply(centre, blob).status_code == 202
    for changes in ({"length": len(blob) + 1}, {"length": 10}):
        assert patch(centre, blob, **changes).json() == {"reason": "length"}
    assert patch(centre, blob, 0, 0).json() == {"reason": "length"}
    large = os.urandom(PART_LIMIT + 1)
    assert patch(centre, large).status_code == 413
    too_long = [{**named(blob)[0], "length": 16 * 1024 * 1024 + 1}]
    assert send(centre, body(evidence=too_long), OTHER_KEY).status_code == 422
    assert send(centre, body(evidence=named(blob) * 2), OTHER_KEY).status_code == 422
    assert send(centre, body(evidence=named(*[os.urandom(9) for _ in range(21)])), OTHER_KEY).status_code == 422


def test_the_same_application_again_announces_nothing_twice(centre: Centre) -> None:
    blob = sealed(centre)
    first = apply(centre, blob)
    patch(centre, blob)
    again = apply(centre, blob)
    assert again.json() == first.json() | {"state": "待核验"}
    assert rows(centre, EvidenceRow) == 1
    assert apply(centre, sealed(centre)).json() == {"reason": "key_reused"}


def test_rivals_with_the_same_part_leave_it_there_once(centre: Centre) -> None:
    blob = sealed(centre)
    apply(centre, blob)
    statuses: list[int] = []

    def go() -> None:
        answer = requests.patch(
            f"{centre.url}/v1/blobs/{hashlib.sha256(blob).hexdigest()}",
            data=blob[:100_000],
            params={"offset": "0", "length": str(len(blob))},
            headers={"Idempotency-Key": KEY},
            auth=centre.auth,
            timeout=20,
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=go) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409, 409, 409]
    assert patch(centre, blob, 100_000).status_code == 201


def test_two_last_pieces_at_once_settle_the_case_once(centre: Centre) -> None:
    pieces = [sealed(centre, os.urandom(50_000)) for _ in range(4)]
    apply(centre, *pieces)
    paths = {piece: f"{centre.url}/v1/blobs/{hashlib.sha256(piece).hexdigest()}" for piece in pieces}

    def go(piece: bytes) -> None:
        query, how = {"offset": "0", "length": str(len(piece))}, {"Idempotency-Key": KEY}
        done = 0
        while done != 201:
            asked = requests.patch(paths[piece], piece, params=query, headers=how, auth=centre.auth, timeout=20)
            done = asked.status_code

    threads = [threading.Thread(target=go, args=(piece,)) for piece in pieces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states(centre) == ["待传材料", "待核验"]


def test_an_upload_that_nobody_goes_on_with_is_swept_and_may_begin_anew(centre: Centre) -> None:
    blob = sealed(centre)
    apply(centre, blob)
    patch(centre, blob, 0, 1000)
    for passed, left in ((FORGET_PARTS, 1), (FORGET_PARTS + datetime.timedelta(seconds=1), 0)):
        with centre.database.transaction() as session:
            forget_unfinished(session, centre.now + passed)
        assert rows(centre, EvidencePart) == left
    assert ask(centre, blob).json() == {"offset": 0, "complete": False}
    assert patch(centre, blob).status_code == 201


def test_a_body_without_evidence_is_known_again_as_it_was_before_there_was_any(centre: Centre) -> None:
    first = send(centre, body())
    assert send(centre, body(evidence=[])).json() == first.json()
