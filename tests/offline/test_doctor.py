"""`kiosk doctor`: each finding is found, a sound terminal has none, bad input is one line."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import apsw
import pytest

from kiosk.__main__ import build_parser
from kiosk.commands import doctor
from offline_cache.config import load_profile
from offline_cache.store import Place, Store
from tests.offline.centre_stub import CentreStub
from tests.offline.conftest import Terminal, close, make_draft

NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.toml"
    path.write_text('[centre]\nurl = "http://localhost"\nterminal = "GZ-TH-0001"\n[store]\nreserve_mb = 1\n')
    return path


def run(profile: Path, data: Path) -> int:
    options = build_parser("doctor").parse_args(["doctor", "--json", "--data", str(data), "--profile", str(profile)])
    return int(options.run(options))


def test_a_terminal_before_its_first_start_is_sound(
    profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(profile, tmp_path) == 0
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert all(check["well"] for check in checks)
    names = ["sqlite", "folder", "key", "damage", "disk", "run folder", "clock", "store"]
    assert [check["name"] for check in checks] == names


def test_a_key_that_others_can_read_is_a_finding(
    store: Store, place: Place, profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place.key_file.chmod(0o644)
    assert run(profile, tmp_path) == 1
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert not checks["key"]["well"]
    assert "key_exposed" in checks["key"]["said"]


def test_a_key_beside_the_store_is_said_and_with_a_tpm_it_is_a_finding(
    store: Store, place: Place, tmp_path: Path
) -> None:
    plain = doctor.check_key(place, tmp_path / "no-tpm")
    assert plain.well
    assert "whoever takes the disk has both" in plain.said
    (tmp_path / "tpm").touch()
    assert not doctor.check_key(place, tmp_path / "tpm").well


def test_a_missing_key_beside_a_store_is_a_finding(store: Store, place: Place, tmp_path: Path) -> None:
    place.key_file.unlink()
    assert not doctor.check_key(place, tmp_path / "no-tpm").well


def test_an_open_folder_and_a_damaged_store_beside_it_are_findings(store: Store, place: Place) -> None:
    assert doctor.check_folder(place).well
    place.folder.chmod(0o755)
    assert not doctor.check_folder(place).well
    assert doctor.check_quarantine(place).well
    (place.folder / "damaged-001").mkdir()
    assert "damaged-001" in doctor.check_quarantine(place).said


def test_a_run_folder_on_a_disk_is_a_finding(tmp_path: Path) -> None:
    mounts, run_folder = tmp_path / "mounts", tmp_path / "run"
    run_folder.mkdir()
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw 0 0\n")
    assert doctor.check_run_folder(run_folder, mounts).well
    mounts.write_text("tmpfs /run tmpfs rw 0 0\n/dev/sda / ext4 rw 0 0\n")
    assert not doctor.check_run_folder(run_folder, mounts).well


@pytest.mark.parametrize("moment", [datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC), NOW])
def test_a_clock_before_the_program_or_before_the_stores_last_change_is_a_finding(
    store: Store, place: Place, moment: datetime.datetime
) -> None:
    written = (NOW + datetime.timedelta(days=3)).timestamp()
    os.utime(place.file, (written, written))
    assert not doctor.check_clock(place, lambda: moment).well
    assert doctor.check_clock(place, lambda: NOW + datetime.timedelta(days=4)).well


def test_a_running_store_is_asked(terminal: Terminal, stub: CentreStub, tmp_path: Path) -> None:
    terminal.start()
    terminal.accept(make_draft())
    socket = tmp_path / "store.sock"
    terminal.process.listen(str(socket))
    serving = threading.Thread(target=terminal.process.serve)
    serving.start()
    check = doctor.check_store(terminal.profile.place(tmp_path), socket)
    terminal.process.stop()
    serving.join()
    assert check.well, check.said
    assert check.said.startswith("1 transactions")


def test_a_socket_that_nobody_answers_is_a_finding(place: Place, tmp_path: Path) -> None:
    (tmp_path / "store.sock").touch()
    assert not doctor.check_store(place, tmp_path / "store.sock").well


def test_a_disk_without_its_reserve_is_a_finding(store: Store, profile: Path, tmp_path: Path) -> None:
    place = load_profile(profile).place(tmp_path)
    assert not doctor.check_disk(place).well


def test_a_profile_with_a_mistake_is_one_line_and_status_2(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "kiosk", "doctor", "--profile", str(tmp_path / "none.toml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1


def test_a_credential_is_looked_at_where_the_service_runs(
    store: Store, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_credential = dataclasses.replace(place, key_credential="doorstep-store-key")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert "only the service itself" in doctor.check_key(with_credential, tmp_path / "no-tpm").said
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert not doctor.check_key(with_credential, tmp_path / "no-tpm").well
    (tmp_path / "doorstep-store-key").write_text("5a" * 32)
    (tmp_path / "doorstep-store-key").chmod(0o400)
    assert doctor.check_key(with_credential, tmp_path / "tpm").well


def test_a_sqlite_that_can_lose_a_commit_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.2")
    assert not doctor.check_sqlite().well


def test_findings_are_marked_for_people(
    store: Store, place: Place, profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place.folder.chmod(0o755)
    words = ["doctor", "--data", str(tmp_path), "--profile", str(profile)]
    options = build_parser("doctor").parse_args(words)
    assert options.run(options) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("FINDING folder: ")]
    assert [line for line in lines if line.startswith("ok      key: ")]


def test_nothing_is_changed_by_looking(store: Store, place: Place, profile: Path, tmp_path: Path) -> None:
    close(store)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    run(profile, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
