"""The drill page works as it is written: its own commands, read from it, typed into a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.central.models import Transaction
from tests.central.conftest import Centre
from tests.central.proof_terminals import NAME, Terminal

PAGE = Path(__file__).parents[2] / "docs" / "drill-export.md"


def blocks() -> list[tuple[str, str]]:
    """(where, commands) of the page, in their order."""
    return re.findall(r"^```sh (\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def engine() -> str:
    return "sqlite"  # the page's commands name the default database


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The sheet's values, and `kiosk` on the path."""
    program = tmp_path / "bin" / "kiosk"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m kiosk "$@"\n')
    program.chmod(0o755)
    (tmp_path / "medium").mkdir()
    where = {"DATA": "terminal", "PROFILE": "terminal.toml", "CENTRE": "", "MEDIUM": "medium"}
    values = {name: str(tmp_path / path) for name, path in where.items()}
    return os.environ | values | {"PATH": f"{program.parent}:{os.environ['PATH']}"}


@pytest.fixture
def cut_off(centre: Centre, tmp_path: Path) -> None:
    """A terminal that has enrolled and lost its line since."""
    terminal = Terminal(centre, tmp_path / "terminal")
    terminal.enrol()
    terminal.start()
    terminal.stop()
    (tmp_path / "terminal.toml").write_text(f'[centre]\nurl = "http://127.0.0.1:9"\nterminal = "{NAME}"\n')


def typed(commands: str, shell: dict[str, str]) -> str:
    done = subprocess.run(["sh", "-eu", "-c", commands], env=shell, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_sheet_names_every_value_that_the_commands_use() -> None:
    sheet, *steps = blocks()
    assert sheet[0] == "sheet"
    assert set(re.findall(r"^(\w+)=", sheet[1], re.MULTILINE)) == {"DATA", "PROFILE", "CENTRE", "MEDIUM"}
    assert [where for where, _ in steps] == ["terminal", "terminal", "centre", "terminal", "terminal"]


@pytest.mark.usefixtures("cut_off")
def test_a_technician_who_types_the_page_brings_everything_over(
    centre: Centre, shell: dict[str, str], tmp_path: Path
) -> None:
    form = tmp_path / "form.json"
    form.write_text('{"answers": [{"name": "delivery", "value": "post", "label": "l", "shown": "s"}]}')
    put = f'kiosk outbox put social-security-card {form} --data "$DATA" --profile "$PROFILE"'
    keys = {typed(put, shell).strip() for _ in range(3)}
    said = [typed(commands, shell) for where, commands in blocks()[1:]]
    assert "whole" in said[0]
    assert f"{NAME}: 3 taken, 0 refused, 0 not judged" in said[2]
    assert "journal_" not in said[2]
    assert "3 accepted" in said[3]
    assert said[3].count("accepted  ") == 3
    assert not list((tmp_path / "medium").iterdir())
    with centre.database.reading() as session:
        assert {row.key for row in session.query(Transaction)} == keys
