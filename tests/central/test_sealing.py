"""Sealed transactions: opened with any of the centre's keys, and nothing that does not open is lost or believed."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.central.models import Incident, Transaction
from kiosk.central.sealing import SealError, SealingKeys, bind_sealing, read_keys
from kiosk.central.signing import KeyFileError
from tests.central.conftest import START, Centre
from tests.central.sealed import MEDIA_TYPE, SealTo
from tests.central.signed import SigningTerminal
from tests.central.terminals import unpack
from tests.central.test_intake import KEY, body, count, send
from tests.central.test_receipts import signed_content

OTHER_KEY = "01a206df-0560-732a-9017-861d1d0ab4fe"


def published(centre: Centre) -> SealTo:
    said = centre.call("GET", "/v1/centre").json()
    return SealTo.read(said["sealing"], said["public_key"])


def sealed(centre: Centre, key: str = KEY, **changes: Any) -> bytes:
    return published(centre).seal(json.dumps(body(**changes)).encode(), f"transaction {key}")


def post(centre: Centre, content: bytes, key: str = KEY, media_type: str = MEDIA_TYPE) -> requests.Response:
    headers = {"Idempotency-Key": key, "Content-Type": media_type}
    return centre.send("POST", "/v1/transactions", data=content, headers=headers)


def incidents(centre: Centre) -> list[tuple[str, str, str]]:
    with centre.database.reading() as session:
        return [(row.terminal, row.kind, row.key) for row in session.query(Incident)]


def test_what_was_sealed_is_taken_and_the_receipt_is_over_the_bytes_that_came(centre: Centre) -> None:
    content = sealed(centre)
    answer = post(centre, content)
    assert (answer.status_code, answer.json()["state"]) == (202, "待核验")
    assert signed_content(centre, answer)["h"] == hashlib.sha256(content).hexdigest()
    with centre.database.reading() as session:
        assert session.get_one(Transaction, KEY).body["answers"] == body()["answers"]


def test_the_same_content_sealed_twice_or_not_at_all_is_the_same_transaction(centre: Centre) -> None:
    first, again, plain = post(centre, sealed(centre)), post(centre, sealed(centre)), send(centre, body())
    assert first.json() == again.json() == plain.json()
    assert count(centre, Transaction) == 1
    assert post(centre, sealed(centre, district="440112")).json() == {"reason": "key_reused"}


def test_the_published_key_is_signed_and_says_its_suite_and_time(centre: Centre) -> None:
    said = centre.call("GET", "/v1/centre").json()
    assert published(centre).suite == "hpke-x25519-chacha20poly1305"
    assert published(centre).key_id == hashlib.sha256(published(centre).public).hexdigest()[:16]
    forged = said["sealing"][:10] + ("A" if said["sealing"][10] != "A" else "B") + said["sealing"][11:]
    with pytest.raises(InvalidSignature):
        SealTo.read(forged, said["public_key"])


def test_an_old_seal_is_opened_after_the_key_was_replaced(centre: Centre, tmp_path: Path) -> None:
    old = sealed(centre)
    before = published(centre)
    key = SealingKeys(tmp_path).add()  # as `sealing-key --new` does beside a running server
    after = SealTo(key.id, key.public)
    assert after.key_id != before.key_id
    new = after.seal(json.dumps(body()).encode(), f"transaction {OTHER_KEY}")
    assert [post(centre, new, OTHER_KEY).status_code, post(centre, old).status_code] == [202, 202]
    assert published(centre) == after
    assert count(centre, Transaction) == 2


def damaged(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_a_damaged_seal_is_no_verdict_and_becomes_one_incident(centre: Centre) -> None:
    content = sealed(centre)
    for place in (0, content.index(b"\n") + 1, len(content) // 2, len(content) - 1):
        answer = post(centre, damaged(content, place))
        assert (answer.status_code, answer.json()) == (400, {"reason": "seal_broken"})
    for cut in (content[:-1], content[:40], b"", content + b"x"):
        assert post(centre, cut).status_code == 400
    assert incidents(centre) == [("GZ-TH-0001", "seal_broken", KEY)]
    assert post(centre, content).status_code == 202


def test_a_seal_under_another_idempotency_key_does_not_open(centre: Centre) -> None:
    content = sealed(centre)
    answer = post(centre, content, OTHER_KEY)
    assert (answer.status_code, answer.json()) == (400, {"reason": "seal_broken"})
    assert incidents(centre) == [("GZ-TH-0001", "seal_broken", OTHER_KEY)]
    assert count(centre, Transaction) == 0


def test_evidence_cannot_be_passed_off_as_a_transaction(centre: Centre) -> None:
    content = published(centre).seal(json.dumps(body()).encode(), f"evidence {KEY}")
    assert post(centre, content).json() == {"reason": "seal_broken"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"key_id": "0123456789abcdef"}, "unknown_sealing_key"),
        ({"suite": "sm2-sm4"}, "unknown_suite"),
        ({"public": X25519PrivateKey.generate().public_key().public_bytes_raw()}, "seal_broken"),
    ],
)
def test_what_cannot_be_opened_here_is_kept_by_the_terminal(centre: Centre, change: Any, reason: str) -> None:
    """400, not 422: a terminal lays it aside, where 422 would let it forget."""
    content = dataclasses.replace(published(centre), **change).seal(b"{}", f"transaction {KEY}")
    answer = post(centre, content)
    assert (answer.status_code, answer.json()) == (400, {"reason": reason})
    assert incidents(centre) == [("GZ-TH-0001", reason, KEY)]


def test_a_newer_version_of_the_wire_form_is_told_from_damage(centre: Centre) -> None:
    content = sealed(centre).replace(b"DOORSTEP-SEALED 1 ", b"DOORSTEP-SEALED 2 ", 1)
    assert post(centre, content).json() == {"reason": "unknown_suite"}


def test_the_key_id_in_the_header_is_bound_to_the_seal(centre: Centre, tmp_path: Path) -> None:
    first = published(centre)
    second = SealingKeys(tmp_path).add()
    content = first.seal(json.dumps(body()).encode(), f"transaction {KEY}")
    assert post(centre, content.replace(first.key_id.encode(), second.id.encode(), 1)).status_code == 400


def test_nobody_can_fill_the_incidents_without_being_a_terminal(centre: Centre) -> None:
    centre.auth = SigningTerminal("GZ-TH-0001", centre.auth.now)
    assert post(centre, b"nonsense").status_code == 401
    assert incidents(centre) == []


def test_an_invalid_content_is_refused_as_if_it_came_open(centre: Centre) -> None:
    for text in (b"nonsense", b"[" * 100_000, b'"\xff"', json.dumps(body(colour="red")).encode()):
        answer = post(centre, published(centre).seal(text, f"transaction {KEY}"))
        assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert post(centre, b"{}", media_type="text/plain").status_code == 415


def test_too_much_is_not_read(centre: Centre) -> None:
    answer = post(centre, bytes(32 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()) == (413, {"reason": "too_large"})


def test_the_keys_are_their_owners_alone_and_never_shown(tmp_path: Path) -> None:
    key = SealingKeys(tmp_path).add()
    path = tmp_path / "sealing-0001.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert key.private.hex() not in repr(key)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_keys(tmp_path)
    path.chmod(0o600)
    path.write_text("hpke-x25519-chacha20poly1305 00\n")
    with pytest.raises(KeyFileError, match="backup"):
        read_keys(tmp_path)


def test_a_server_without_a_key_that_was_published_refuses_to_start(
    centre: Centre, database_url: str, tmp_path: Path
) -> None:
    """What terminals have sealed to it could not be opened there."""
    other = tmp_path / "other"
    other.mkdir()
    with centre.database.transaction() as session, pytest.raises(KeyFileError, match=r"copy sealing-\*"):
        bind_sealing(session, SealingKeys(other), START)
    assert list(other.iterdir()) == []
    with centre.database.transaction() as session:
        keys = SealingKeys(other)
        bind_sealing(session, keys, START, adopt=True)
        assert keys.newest.id != published(centre).key_id


def test_servers_that_start_at_once_publish_one_key(make_servers: Callable[[int], Any], tmp_path: Path) -> None:
    servers = make_servers(3)
    address = f"http://127.0.0.1:{servers.port}/v1/centre"
    seen = {requests.get(address, timeout=60).json()["sealing"].split(".")[1][:40] for _ in range(12)}
    assert len(seen) == 1
    assert [path.name for path in tmp_path.glob("sealing-*")] == ["sealing-0001.key"]


def test_an_operator_replaces_the_key_by_command(database_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kiosk", "central", "sealing-key", "--data", str(tmp_path)]
    command += ["--database", database_url]
    first = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split()
    second = subprocess.run([*command, "--new"], capture_output=True, text=True, timeout=60, check=True).stdout.split()
    assert len(first) == 1
    assert second == [*first, SealingKeys(tmp_path).newest.id]


def test_a_recorded_seal_opens_for_ever(tmp_path: Path) -> None:
    """The vector of docs/line.md, made once: whoever opens it has understood the wire form."""
    (tmp_path / "sealing-0001.key").write_text(f"hpke-x25519-chacha20poly1305 {VECTOR_PRIVATE}\n")
    (tmp_path / "sealing-0001.key").chmod(0o600)
    keys = SealingKeys(tmp_path)
    content = b"DOORSTEP-SEALED 1 hpke-x25519-chacha20poly1305 " + VECTOR_ID.encode() + b"\n"
    content += bytes.fromhex(VECTOR_BOX)
    assert keys.newest.id == VECTOR_ID
    assert keys.open(content, f"transaction {KEY}") == b'{"kind":"rating"}'
    with pytest.raises(SealError, match="seal_broken"):
        keys.open(content, f"evidence {KEY}")
    assert all(value in (Path(__file__).parents[2] / "docs" / "line.md").read_text() for value in VECTOR)


VECTOR_PRIVATE = "d701081eb2972b486077276ea468763f65cf0d93307d3d6ece9c28d2ae4daaa6"
VECTOR_ID = "7c3c696e3e85811f"
VECTOR_BOX = (
    "fa1ab023880053047974149cdb721dee309a3b405e42cae80634084579f44105ffd97173a06e7dce7c15938b0115431d"
    "48a8aaa0957b39e3b59a5f61dfd1c7e015"
)
VECTOR = (VECTOR_PRIVATE, VECTOR_ID, VECTOR_BOX)


def test_the_key_ages_visibly(centre: Centre) -> None:
    def signed_at() -> str:
        return str(json.loads(unpack(centre.call("GET", "/v1/centre").json()["sealing"].split(".")[1]))["a"])

    before = signed_at()
    centre.now += datetime.timedelta(hours=1)
    assert signed_at() > before
