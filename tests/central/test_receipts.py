"""Signed receipts, the centre's key, and a centre that was put back to an earlier backup."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import delete, update

from kiosk.central.models import Attachment, CaseEvent, Counter, Incident, Transaction
from kiosk.central.signing import FILE, KeyFileError, load_key
from tests.central.conftest import Centre
from tests.central.terminals import unpack
from tests.central.test_intake import KEY, body, count, send


def signed_content(centre: Centre, answer: requests.Response, prefix: str = "DR1.") -> dict[str, Any]:
    """What an independent reader finds in a receipt, with nothing but the public key."""
    public = centre.call("GET", "/v1/centre").json()["public_key"]
    signed, _, signature = answer.headers["Doorstep-Receipt"].rpartition(".")
    Ed25519PublicKey.from_public_bytes(unpack(public)).verify(unpack(signature), signed.encode())
    content: dict[str, Any] = json.loads(unpack(signed.removeprefix(prefix)))
    return content


def test_a_receipt_names_key_terminal_case_and_the_bytes_that_came(centre: Centre) -> None:
    answer = send(centre, body())
    assert answer.request.body is not None
    assert signed_content(centre, answer) == {
        "k": KEY,
        "t": "GZ-TH-0001",
        "c": 202,
        "n": answer.json()["case_number"],
        "a": "2026-11-23T10:00:00",
        "h": hashlib.sha256(answer.request.body).hexdigest(),
    }
    asked = centre.call("GET", f"/v1/transactions/{KEY}")
    assert signed_content(centre, asked) == signed_content(centre, answer)


def test_an_altered_receipt_is_none(centre: Centre) -> None:
    answer = send(centre, body())
    text = answer.headers["Doorstep-Receipt"]
    answer.headers["Doorstep-Receipt"] = text[:20] + ("A" if text[20] != "A" else "B") + text[21:]
    with pytest.raises(InvalidSignature):
        signed_content(centre, answer)


def test_a_replay_after_four_hundred_days_gives_the_first_receipt(centre: Centre) -> None:
    first = send(centre, body())
    centre.now += datetime.timedelta(days=400)
    again = send(centre, body())
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Doorstep-Receipt"] == first.headers["Doorstep-Receipt"]
    assert count(centre, Transaction) == 1


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_key(tmp_path).public, range(8)))
    assert len(keys) == 1
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("damage", "says"),
    [(lambda path: path.chmod(0o644), "chmod 600"), (lambda path: path.write_bytes(b"short"), "backup")],
)
def test_a_key_that_cannot_be_trusted_is_refused_with_what_to_do(tmp_path: Path, damage: Any, says: str) -> None:
    load_key(tmp_path)
    damage(tmp_path / FILE)
    with pytest.raises(KeyFileError, match=says):
        load_key(tmp_path)


def test_a_server_with_another_key_does_not_start_on_the_database(database_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kiosk", "central", "serve", "--port", "0", "--database", database_url]
    Centre(tmp_path / "first", database=database_url).stop()
    said = subprocess.run(
        [*command, "--data", str(tmp_path / "second")], capture_output=True, text=True, timeout=60, check=False
    )
    assert said.returncode == 2
    assert "--replace-key" in said.stderr.splitlines()[-1]


def digest(answer: requests.Response, **changes: str) -> dict[str, str]:
    """What a terminal keeps of an acknowledged transaction."""
    content = json.loads(unpack(answer.headers["Doorstep-Receipt"].split(".")[1]))
    known = {"key": content["k"], "payload_sha256": content["h"], "case_number": content["n"]}
    return known | {"receipt": answer.headers["Doorstep-Receipt"]} | changes


def offer(centre: Centre, *entries: dict[str, str], terminal: str = "GZ-TH-0001") -> requests.Response:
    return centre.call("POST", f"/v1/terminals/{terminal}/digests", {"entries": list(entries)})


def restore_empty_backup(centre: Centre) -> None:
    """The database as it was before anything came in."""
    with centre.database.transaction() as session:
        for table in (Attachment, CaseEvent, Transaction, Counter, Incident):
            session.execute(delete(table))


def test_digests_name_what_the_centre_does_not_know_and_what_it_knows_otherwise(centre: Centre) -> None:
    known, other = send(centre, body()), send(centre, body(sequence=2), key="second-key")
    never = digest(known, key="never-seen-key")
    answer = offer(centre, digest(known), digest(other, payload_sha256="0" * 64), never).json()
    assert answer == {"unknown": ["never-seen-key"], "different": ["second-key"]}
    assert offer(centre, digest(known), terminal="GZ-TH-0002").status_code == 403


def test_a_rewound_centre_is_healed_and_every_citizen_keeps_her_number(centre: Centre) -> None:
    answers = {key: send(centre, body(local_number=key), key=key) for key in ("lost-key-1", "lost-key-2")}
    restore_empty_backup(centre)
    centre.now += datetime.timedelta(hours=1)
    assert offer(centre, *map(digest, answers.values())).json()["unknown"] == list(answers)
    newcomer = send(centre, body(local_number="new"), key="new-key-1")
    assert newcomer.json()["case_number"] not in {answer.json()["case_number"] for answer in answers.values()}
    for key, first in answers.items():
        back = send(centre, body(local_number=key), key=key)
        assert (back.status_code, back.json()) == (first.status_code, first.json())
        assert back.headers["Doorstep-Receipt"] == first.headers["Doorstep-Receipt"]
    assert offer(centre, *map(digest, answers.values())).json() == {"unknown": [], "different": []}


def test_a_number_that_was_given_again_is_an_incident_and_the_case_gets_a_new_one(centre: Centre) -> None:
    lost = send(centre, body(), key="lost-key-1")
    restore_empty_backup(centre)
    assert send(centre, body(local_number="new"), key="new-key-1").json()["case_number"] == lost.json()["case_number"]
    offer(centre, digest(lost))
    back = send(centre, body(), key="lost-key-1")
    assert back.json()["case_number"] != lost.json()["case_number"]
    with centre.database.reading() as session:
        assert {row.kind for row in session.query(Incident)} == {"lost_case", "number_taken"}


def test_a_terminal_cannot_invent_a_number(centre: Centre) -> None:
    answer = send(centre, body())
    restore_empty_backup(centre)
    invented = {"case_number": "440106-20261123-999991"}
    assert offer(centre, digest(answer, receipt="", **invented), digest(answer, **invented)).status_code == 200
    assert send(centre, body()).json()["case_number"] == "440106-20261123-000013"


def test_offering_again_and_again_is_one_incident(centre: Centre) -> None:
    answer = send(centre, body())
    restore_empty_backup(centre)
    for _ in range(3):
        assert offer(centre, digest(answer)).json()["unknown"] == [KEY]
    assert count(centre, Incident) == 1


def test_rows_from_before_payload_hashes_are_not_called_different(centre: Centre) -> None:
    answer = send(centre, body())
    with centre.database.transaction() as session:
        session.execute(update(Transaction).values(payload_sha256=""))
    assert offer(centre, digest(answer)).json() == {"unknown": [], "different": []}


def test_many_digests_at_once_are_answered(centre: Centre) -> None:
    entries = [
        {"key": f"unknown-{number}", "payload_sha256": os.urandom(32).hex(), "case_number": "x"}
        for number in range(2000)
    ]
    assert len(offer(centre, *entries).json()["unknown"]) == 2000
    assert offer(centre, *entries, entries[0]).status_code == 422
