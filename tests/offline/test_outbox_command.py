"""`kiosk outbox` and `kiosk sync`, with and without a running store."""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.commands import outbox
from offline_cache.outbox.identifiers import new_transaction_id
from tests.offline.centre_stub import CentreStub, answers
from tests.offline.conftest import Terminal, enrol_folder

FORM = {
    "answers": [{"name": "delivery", "value": "courier"}],
    "subject": {"name": "王小明", "number": "4401"},
}
Run = Callable[..., int]


@pytest.fixture
def run(stub: CentreStub, tmp_path: Path) -> Run:
    """Run the command line on a data folder of its own."""
    enrol_folder(tmp_path)
    (tmp_path / "profile.toml").write_text(f'[centre]\nurl = "{stub.url}"\nterminal = "GZ-TH-0001"\npoll_s = 0.1\n')
    (tmp_path / "form.json").write_text(json.dumps(FORM, ensure_ascii=False), encoding="utf-8")
    parser = argparse.ArgumentParser()
    outbox.register(parser.add_subparsers(required=True))

    def run(*words: str) -> int:
        arguments = parser.parse_args([*words, "--data", str(tmp_path), "--profile", str(tmp_path / "profile.toml")])
        return int(arguments.run(arguments))

    return run


@pytest.fixture
def form(tmp_path: Path) -> str:
    return str(tmp_path / "form.json")


def test_put_prints_the_id_of_what_is_stored_and_list_shows_it(
    run: Run, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("outbox", "put", "social-security-card", form) == 0
    transaction_id = capsys.readouterr().out.strip()
    assert run("outbox", "list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["transaction_id"], row["state"]) for row in rows] == [(transaction_id, "pending")]
    assert run("outbox", "verify") == 0
    assert capsys.readouterr().out.strip().endswith("whole")


def test_the_same_id_gives_the_same_answer_and_another_form_a_conflict(
    run: Run, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put = ("outbox", "put", "social-security-card", form, "--id", new_transaction_id(9), "--json")
    assert run(*put) == 0
    first = capsys.readouterr().out
    assert run(*put) == 0
    assert capsys.readouterr().out == first
    Path(form).write_text('{"answers": []}')
    assert run(*put) == 1
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "conflict"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "form.json"),
        ("[]", "form.json"),
        ('{"answers": 5}', "answers"),
        ('{"answers": [], "anwsers": []}', "anwsers"),
        ('{"answers": [{"name": "x"}]}', "value"),
        ('{"answers": [], "kind": "wish"}', "kind"),
    ],
)
def test_a_bad_form_is_one_clear_line_and_status_2(
    run: Run, form: str, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    Path(form).write_text(text)
    assert run("outbox", "put", "social-security-card", form) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert said in captured.err


@pytest.mark.parametrize(
    "words",
    [
        ("outbox", "put", "No Such Service", "form.json"),
        ("outbox", "put", "card", "missing.json"),
        ("outbox", "list", "--limit", "0"),
        ("outbox", "set-aside"),
        ("outbox", "set-aside", "--yes"),
        ("sync", "--timeout-s", "0"),
    ],
)
def test_other_bad_input_has_status_2_too(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    shutil.rmtree(tmp_path / "store")
    assert run(*words) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_id_that_is_no_uuid_of_version_7_has_status_2(run: Run, form: str) -> None:
    assert run("outbox", "put", "card", form, "--id", "42") == 2


def test_a_form_can_come_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(FORM).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run("outbox", "put", "card", "-") == 0


def test_sync_sends_what_waits(run: Run, form: str, stub: CentreStub, capsys: pytest.CaptureFixture[str]) -> None:
    run("outbox", "put", "card", form)
    transaction_id = capsys.readouterr().out.strip()
    assert run("sync", "--timeout-s", "30", "--json") == 0
    assert json.loads(capsys.readouterr().out)["waiting"] == 0
    assert stub.effects == {transaction_id: 1}


def test_the_journal_tells_what_happened_in_order(run: Run, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("outbox", "put", "hrss/social-security-card", form) == 0
    capsys.readouterr()
    assert run("outbox", "journal", "--limit", "5") == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("transaction_accepted" in line for line in lines)
    assert [int(line.split()[0]) for line in lines] == sorted(int(line.split()[0]) for line in lines)
    assert run("outbox", "journal", "--limit", "0") == 2


def test_sync_says_so_when_something_still_waits(run: Run, form: str, stub: CentreStub) -> None:
    stub.always = answers(503, b"", ("Retry-After", "3600"))
    run("outbox", "put", "card", form)
    assert run("sync", "--timeout-s", "0.5") == 1


def test_a_store_that_cannot_be_read_is_set_aside_by_command_only(
    run: Run, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("outbox", "put", "card", form)
    (tmp_path / "store.key").write_text("00" * 32)
    assert run("outbox", "put", "card", form) == 1
    assert "wrong_key" in capsys.readouterr().err
    assert run("outbox", "set-aside", "--yes") == 0
    moved = Path(capsys.readouterr().out.strip())
    assert (moved / "store.db").stat().st_size > 0
    assert run("outbox", "put", "card", form) == 1
    assert "not_enrolled" in capsys.readouterr().err  # the centre's keys were in the store
    enrol_folder(tmp_path)
    assert run("outbox", "put", "card", form) == 0
    assert stat.S_IMODE(os.stat(tmp_path / "store.key").st_mode) == 0o600


@pytest.fixture
def running(terminal: Terminal, tmp_path: Path) -> Iterator[Terminal]:
    """A store that runs and listens where the command looks for it."""
    with tempfile.TemporaryDirectory(prefix="run-") as short:
        (tmp_path / "run").symlink_to(short)
        terminal.start()
        terminal.process.listen(f"{short}/store.sock")
        serving = threading.Thread(target=terminal.process.serve, daemon=True)
        serving.start()
        yield terminal
        terminal.process.stop()
        serving.join(10)


def test_a_running_store_is_asked_over_its_socket(
    run: Run, running: Terminal, form: str, stub: CentreStub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("outbox", "put", "card", form) == 0
    transaction_id = capsys.readouterr().out.strip()
    assert run("sync", "--timeout-s", "30") == 0
    assert stub.effects == {transaction_id: 1}
    capsys.readouterr()
    assert run("outbox", "verify", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["entries"], report["problem"]) == (1, "")
    assert run("outbox", "retry") == 0
    assert run("outbox", "set-aside", "--yes") == 1  # in use
    assert "in_use" in capsys.readouterr().err


def test_one_quarantined_transaction_is_released_by_its_key(
    run: Run, form: str, stub: CentreStub, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = [new_transaction_id(1_700_000_000_000 + number) for number in range(2)]
    for key in keys:
        stub.bodies[key] = b"something else"
        assert run("outbox", "put", "social-security-card", form, "--id", key) == 0
    assert run("sync", "--timeout-s", "20", "--json") == 0
    capsys.readouterr()
    assert run("outbox", "retry", keys[0], "--json") == 0
    assert json.loads(capsys.readouterr().out)["count"] == 1
    assert run("outbox", "list", "--json") == 0
    states = {row["transaction_id"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert states == {keys[0]: "unknown", keys[1]: "quarantined"}


def test_a_key_that_is_not_quarantined_is_said_and_releases_nothing(
    run: Run, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_transaction_id(1_700_000_000_009)
    assert run("outbox", "put", "social-security-card", form, "--id", key) == 0
    assert run("outbox", "retry", key) == 1
    assert "not_quarantined" in capsys.readouterr().err
    assert run("outbox", "retry", "nonsense") == 2


def test_every_command_has_an_example(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("outbox", action) for action in ("put", "list", "verify", "retry", "set-aside")):
        with pytest.raises(SystemExit) as ended:
            run(*words, "--help")
        assert ended.value.code == 0
        assert f"example: kiosk {' '.join(words)}" in " ".join(capsys.readouterr().out.split())
