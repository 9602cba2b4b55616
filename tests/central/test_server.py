"""The server's patience, its workers, and the commands of operators."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from kiosk.central.locks import BusyError, WriterLock
from kiosk.central.server import PatientProtocol
from tests.central.conftest import Centre
from tests.central.test_intake import KEY, body, send

COMMAND = [sys.executable, "-m", "kiosk", "central"]
only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def kiosk(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    monkeypatch.setattr(PatientProtocol, "request_s", 0.5)
    centre = Centre(tmp_path)
    yield centre
    centre.stop()


def talk(centre: Centre, *pieces: bytes) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", int(centre.url.rpartition(":")[2])), timeout=20)
    for piece in pieces:
        link.sendall(piece)
    return link


def ended(link: socket.socket) -> bool:
    """Waits until the centre has closed the connection."""
    with link:
        try:
            while link.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True


HEAD = b"POST /v1/transactions HTTP/1.1\r\nHost: c\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"POST /v1/tran",),
        (HEAD + b"\r\n", b'{"kind"'),
        (b"GET /v1/health HTTP/1.1\r\nHost: c\r\n\r\n", b"GET /v1/he"),
    ],
    ids=["silent", "half a head", "half a body", "half a second request"],
)
def test_a_request_that_does_not_arrive_is_given_up(impatient: Centre, pieces: tuple[bytes, ...]) -> None:
    assert ended(talk(impatient, *pieces))


def test_slow_senders_keep_nobody_waiting(centre: Centre) -> None:
    links = [talk(centre, HEAD + b"\r\n", b"{") for _ in range(100)]
    assert send(centre, body()).status_code == 202
    for link in links:
        link.close()


@only_sqlite
def test_workers_share_a_port_and_a_dead_one_is_replaced(tmp_path: Path, engine: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url, data = f"http://127.0.0.1:{port}/v1/health", str(tmp_path)
    serve = [*COMMAND, "serve", "--port", str(port), "--data", data, "--workers", "2"]
    with subprocess.Popen(serve, stderr=subprocess.PIPE, text=True) as parent:
        assert parent.stderr is not None
        _until_answered(url)
        victim = _children(parent.pid)[0]
        os.kill(victim, signal.SIGKILL)
        assert "another takes its place" in next(line for line in parent.stderr if "worker" in line)
        _until_answered(url)
        parent.terminate()
        threading.Thread(target=parent.stderr.read, daemon=True).start()
        assert parent.wait(60) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _until_answered(url: str) -> None:
    """The time-out is the test's own."""
    while True:
        try:
            assert requests.get(url, timeout=60).status_code == 200
        except requests.ConnectionError:
            threading.Event().wait(0.05)
        else:
            return


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--workers", "0"), 2, "--workers"),
        (("--database", "mysql://x"), 2, "neither sqlite nor postgresql"),
        (("--database", "nonsense"), 2, "not a database URL"),
        (("--database", "postgresql+psycopg://who:secret@127.0.0.1:1/x"), 1, "does not answer"),
        (("--port", "99999"), 1, "port 99999"),
    ],
)
@only_sqlite
def test_bad_options_are_one_clear_line(
    tmp_path: Path, engine: str, words: tuple[str, ...], status: int, says: str
) -> None:
    said = kiosk("serve", "--port", "0", "--data", str(tmp_path), *words)
    lines = [line for line in said.stderr.splitlines() if not line.startswith("{")]  # the log is JSON
    assert (said.returncode, said.stdout, len(lines)) == (status, "", 1)
    assert says in lines[0]
    assert "secret" not in said.stderr


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "centre.sqlite3").write_bytes(b"not a database" * 1000)
    (tmp_path / "file").touch()
    for data, says in ((tmp_path, "not a database"), (tmp_path / "file" / "data", "Not a directory")):
        said = kiosk("incidents", "--data", str(data))
        assert (said.returncode, len(said.stderr.splitlines())) == (1, 1)
        assert says in said.stderr


def test_incidents_are_shown_to_operators_only_and_name_nobody(
    centre: Centre, database_url: str, tmp_path: Path
) -> None:
    send(centre, body())
    assert send(centre, body(district="440112")).status_code == 422
    where = ("--data", str(tmp_path), "--database", database_url)
    token = kiosk("operator", "li", *where).stdout.strip()
    shown = centre.call("GET", "/v1/incidents", Authorization=f"Operator li:{token}").json()["incidents"]
    assert [(row["kind"], row["terminal"], row["key"]) for row in shown] == [("key_reused", "GZ-TH-0001", KEY)]
    assert json.loads(kiosk("incidents", "--json", *where).stdout) == shown
    assert kiosk("incidents", *where).stdout == f"2026-11-23T10:00:00 GZ-TH-0001 key_reused {KEY}\n"
    for stranger in ("", "Operator li:wrong", "Operator :", f"Terminal li:{token}"):
        answer = centre.call("GET", "/v1/incidents", Authorization=stranger)
        assert (answer.status_code, answer.json()) == (401, {"reason": "unknown_operator"})
    bearer = {"Authorization": f"Operator li:{token}"}
    assert centre.send("POST", "/v1/codes", json={"number": "44010"}, headers=bearer, auth=None).status_code == 401


def test_incidents_come_in_pages(centre: Centre, database_url: str, tmp_path: Path) -> None:
    for key in ("first-key", "second-key", "third-key"):
        for sequence in (1, 2, 3, 2):  # one incident a key, however often
            send(centre, body(sequence=sequence), key=key)
    token = kiosk("operator", "li", "--data", str(tmp_path), "--database", database_url).stdout.strip()
    headers = {"Authorization": f"Operator li:{token}"}
    first = centre.call("GET", "/v1/incidents?limit=2", **headers).json()["incidents"]
    rest = centre.call("GET", f"/v1/incidents?limit=2&before={first[-1]['id']}", **headers).json()["incidents"]
    assert len(first) == 2
    assert len(rest) == 1
    assert first[-1]["id"] > rest[0]["id"]


def test_the_writer_s_lock_is_one_for_all_who_name_the_file(tmp_path: Path) -> None:
    first, second = WriterLock(tmp_path / "lock"), WriterLock(tmp_path / "lock")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kiosk.central.locks.WAIT_S", 0.05)
        with first.hold(), pytest.raises(BusyError), second.hold():
            pass
        with second.hold():
            pass
    first.close()
    second.close()


def test_a_new_database_and_its_companions_are_their_owner_s_alone(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    send(centre, body())
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {
        name: "0o600"
        for name in (
            "centre.key",
            "centre.sqlite3",
            "centre.sqlite3-wal",
            "centre.sqlite3-shm",
            "centre.sqlite3-writer",
            "centre.sqlite3-keys",
            "sealing-0001.key",
        )
    }
    centre.stop()
