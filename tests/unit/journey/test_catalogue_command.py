"""`kiosk catalogue lint|show`: exit statuses and what is printed."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import pytest

from kiosk.commands import catalogue
from tests.journeys.citizen import CONFIG


def run(*words: str) -> int:
    """The command with these words."""
    parser = argparse.ArgumentParser()
    catalogue.register(parser.add_subparsers())
    options = parser.parse_args(["catalogue", *words])
    return int(options.run(options))


def test_the_shipped_catalogue_lints_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lint") == 0
    files = [path for path in (CONFIG / "services").glob("*/*.toml") if path.parent.name != "shared"]
    assert capsys.readouterr().out == f"{len(files)} services, clean\n"
    assert run("lint", "--json") == 0
    assert json.loads(capsys.readouterr().out)["mistakes"] == []


def test_mistakes_are_printed_and_exit_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(CONFIG, tmp_path / "config")
    path = tmp_path / "config/services/general/track-case.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("version = 1", "version = true"), encoding="utf-8")
    assert run("lint", "--config", str(tmp_path / "config")) == 1
    assert "version" in capsys.readouterr().out
    assert run("show", "--config", str(tmp_path / "config")) == 1
    (tmp_path / "config/texts/pages.toml").write_text("[a]\nb = 3\n", encoding="utf-8")
    assert run("lint", "--config", str(tmp_path / "config")) == 1
    assert "zh-Hans is missing" in capsys.readouterr().out


def test_a_service_is_shown_as_its_district_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("show", "civil/longevity-allowance", "--json", "--language", "en")
    assert run(*words, "--district", "440112") == 0
    own = json.loads(capsys.readouterr().out)
    assert (own["rule"], own["district"], own["table monthly"][0]) == ("district", "Huangpu", "70-79: 80")
    assert run(*words, "--district", "440106") == 0
    assert json.loads(capsys.readouterr().out)["rule"] == "city"


def test_the_list_and_the_plain_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show") == 0
    assert "general/track-case  办件进度查询" in capsys.readouterr().out
    assert run("show", "general/track-case") == 0
    assert "id: general/track-case\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("lint", "--config", "nowhere"),
        ("show", "no/such"),
        ("show", "general/track-case", "--district", "999999"),
        ("show", "general/track-case", "--on", "tomorrow"),
    ],
)
def test_bad_input_is_one_line_and_exit_two(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    assert capsys.readouterr().err.count("\n") == 1
