"""Clock, folders, heartbeat, logs and the command line."""

from __future__ import annotations

import json
import logging
import re
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from kiosk.__main__ import build_parser
from kiosk.folders import Folders
from kiosk.logs import JsonLines
from kiosk.terminal.clock import SystemClock
from kiosk.terminal.heartbeat import Heartbeat


def test_ids_are_uuidv7_and_grow_with_time() -> None:
    clock = SystemClock()
    ids = [uuid.UUID(clock.new_id()) for _ in range(50)]
    assert {(made.version, made.variant) for made in ids} == {(7, uuid.RFC_4122)}
    assert [made.int >> 80 for made in ids] == sorted(made.int >> 80 for made in ids)
    assert len(set(ids)) == 50
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", clock.today())
    assert 0 <= clock.hour() < 24


def test_the_run_folder_is_made_anew_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "data")
    folders.prepare()
    first = folders.run.resolve()
    (folders.run / "camera.frames").write_bytes(b"SECRET")
    folders.prepare()
    assert not first.exists()
    second = folders.run.resolve()
    folders.clear_run()
    assert not second.exists()
    assert not folders.run.exists()


def test_a_heartbeat_is_one_datagram_and_nothing_where_nobody_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        heart = Heartbeat()
        heart.ready()
        heart.beat()
        assert [listener.recv(100), listener.recv(100)] == [b"READY=1\nWATCHDOG=1", b"WATCHDOG=1"]
        heart.close()
    monkeypatch.delenv("NOTIFY_SOCKET")
    silent = Heartbeat()
    silent.beat()
    silent.close()


def test_a_log_line_is_one_json_object_with_its_trace() -> None:
    try:
        raise KeyError("x")
    except KeyError:
        record = logging.LogRecord("a.b", logging.ERROR, "f", 1, "went %s", ("wrong",), sys.exc_info())
    line = json.loads(JsonLines("store").format(record))
    assert (line["process"], line["level"], line["message"], line["error"]) == (
        "store",
        "error",
        "went wrong",
        "KeyError",
    )
    assert "\n" not in JsonLines("store").format(record)


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["run"],
        ["bench"],
        ["demo"],
        ["card", "read"],
        ["receipt", "print"],
        ["document", "print"],
        ["devices", "status"],
        ["outbox", "put"],
        ["outbox", "list"],
        ["sync"],
        ["catalogue", "lint"],
        ["central", "serve"],
        ["central", "invite"],
        ["maintenance", "pin"],
    ):
        with pytest.raises(SystemExit) as caught:
            build_parser().parse_args([*words, "--help"])
        assert caught.value.code == 0
        assert "example" in capsys.readouterr().out, words


@pytest.mark.parametrize(
    "words",
    [["card", "read", "--port", "nonsense"], ["moon"], ["devices", "list", "--profile", "/nonexistent"], []],
)
def test_bad_input_exits_with_2(words: list[str]) -> None:
    command = [sys.executable, "-m", "kiosk", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_a_pin_line_is_made_from_digits_only() -> None:
    command = [sys.executable, "-m", "kiosk", "maintenance", "pin"]
    good = subprocess.run(command, input="135790\n", capture_output=True, text=True, timeout=60, check=False)
    assert good.stdout.startswith('pin = "scrypt$')
    bad = subprocess.run(command, input="12ab\n", capture_output=True, text=True, timeout=60, check=False)
    assert (bad.returncode, bad.stderr) == (2, "a PIN has 6 to 12 digits\n")


def test_figures_that_do_not_exist_are_one_line_and_status_2() -> None:
    command = [sys.executable, "-m", "kiosk", "figures", "moon"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
