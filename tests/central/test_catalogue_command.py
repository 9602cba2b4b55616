"""`kiosk catalogue keys, publish, diff, rollback, refresh, withdraw, advance` as an operator types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from kiosk.__main__ import build_parser
from kiosk.folders import CONFIG


def kiosk(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    options = build_parser("catalogue").parse_args(["catalogue", *(str(word) for word in words), "--json"])
    status = options.run(options)
    said = capsys.readouterr()
    return status, json.loads(said.out) if said.out else said.err.strip()


def test_a_drill_from_keys_to_rollback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys, config = tmp_path / "keys", tmp_path / "config"
    place = ("--keys", keys, "--data", tmp_path / "centre")
    shutil.copytree(CONFIG, config)
    status, said = kiosk(capsys, "keys", "--drill", keys)
    assert (status, len(said["made"])) == (0, 5 + 4 + 11)
    assert (keys / "root-1.pem").stat().st_mode & 0o077 == 0
    assert kiosk(capsys, "publish", "--config", config, *place) == (0, {"version": 1})
    status, said = kiosk(capsys, "publish", "--config", config, *place)
    assert (status, said) == (2, "nothing changed since version 1")
    overlay = config / "districts" / "440112" / "civil.longevity-allowance.toml"
    overlay.write_text(overlay.read_text(encoding="utf-8").replace("value = 80", "value = 90"), encoding="utf-8")
    assert kiosk(capsys, "publish", "--config", config, *place) == (0, {"version": 2})
    status, said = kiosk(capsys, "diff", 1, 2, "--data", tmp_path / "centre")
    path = "districts/440112/civil.longevity-allowance.toml"
    assert said == {"differences": [f"changed: {path}: tables.monthly.1.value 80 -> 90"]}
    assert kiosk(capsys, "rollback", 1, *place) == (0, {"version": 3})
    assert kiosk(capsys, "diff", 1, 3, "--data", tmp_path / "centre") == (0, {"differences": []})
    assert kiosk(capsys, "refresh", *place) == (0, {"versions": [2, 3]})
    status, said = kiosk(capsys, "withdraw", "hrss/social-security-card", *place)
    assert said == {"list": 1, "withdrawn": ["hrss/social-security-card"]}
    status, said = kiosk(capsys, "advance", "--data", tmp_path / "centre")
    assert (status, said) == (0, {"version": 3, "percent": 10, "halted": False})


def test_what_is_missing_is_one_line_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--keys", tmp_path / "none", "--to", tmp_path / "out")
    for words in (("publish", *place), ("rollback", 7, *place), ("withdraw", "x/y", *place)):
        status, said = kiosk(capsys, *words)
        assert status == 2
        assert len(said.splitlines()) == 1
    assert kiosk(capsys, "diff", 1, 2, "--to", tmp_path / "out")[0] == 2
    assert kiosk(capsys, "advance", "--data", tmp_path)[0] == 2


def test_definitions_with_a_mistake_are_not_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kiosk(capsys, "keys", "--drill", tmp_path / "keys")
    shutil.copytree(CONFIG, tmp_path / "config")
    (tmp_path / "config" / "services" / "civil" / "longevity-allowance.toml").write_text("id = 1\n")
    place = ("--keys", tmp_path / "keys", "--to", tmp_path / "out")
    status, said = kiosk(capsys, "publish", "--config", tmp_path / "config", *place)
    assert status == 1
    assert said["mistakes"]
    assert not (tmp_path / "out").exists()


def test_the_first_root_names_all_five_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kiosk(capsys, "keys", "--drill", tmp_path / "keys")
    (tmp_path / "keys" / "root-5.pem").unlink()
    status, said = kiosk(capsys, "publish", "--keys", tmp_path / "keys", "--to", tmp_path / "out")
    assert (status, said.partition(" are in ")[0]) == (2, "root: 4 of 5 keys that are needed")
    assert not (tmp_path / "out").exists()
