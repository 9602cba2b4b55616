"""What a writer has: a template that says what is missing, a schema that is current, a preview in a real window."""

from __future__ import annotations

import argparse
import json
import shutil
import tomllib
from pathlib import Path

import pytest

from kiosk.commands import catalogue
from kiosk.commands.catalogue_tools import SCHEMA
from kiosk.journey.elements import NATIONAL, schema
from kiosk.journey.model import STEP_TYPES, Service
from kiosk.preview.sample_terminal import SampleTerminal
from kiosk.preview.walk import StuckError, Walker
from kiosk.views import Language
from tests.journeys.citizen import CONFIG, make_context


def run(*words: str) -> int:
    """The command with these words."""
    parser = argparse.ArgumentParser()
    catalogue.register(parser.add_subparsers())
    options = parser.parse_args(["catalogue", *words])
    return int(options.run(options))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def test_the_shipped_schema_is_current() -> None:
    shipped = json.loads((CONFIG / SCHEMA).read_text(encoding="utf-8"))
    assert shipped == schema(), "kiosk catalogue schema --write"


def test_the_schema_knows_every_step_and_every_key_that_files_use() -> None:
    made = schema()
    assert {step["properties"]["kind"]["const"] for step in made["$defs"].values() if "kind" in step["properties"]} == {
        *STEP_TYPES
    }
    assert set(made["properties"]) >= {*NATIONAL, "use", "with", *Service.__struct_fields__}
    for path in (CONFIG / "services").glob("*/*.toml"):
        if path.parent.name != "shared":
            assert tomllib.loads(path.read_text(encoding="utf-8")).keys() <= made["properties"].keys(), path


def test_a_schema_is_printed_and_written(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "A service of the terminal"
    (config / SCHEMA).unlink()
    assert run("schema", "--write", "--config", str(config)) == 0
    assert (config / SCHEMA).is_file()


@pytest.mark.parametrize("shape", ["application", "certificate", "query", "open_query", "booking", "review", "payment"])
def test_a_template_is_readable_and_the_linter_says_what_is_missing(
    config: Path, shape: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("new", "civil/wedding-booking", "--shape", shape, "--config", str(config)) == 0
    text = (config / "services/civil/wedding-booking.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["use"] == shape
    assert "docs/add-a-service.md" in text
    capsys.readouterr()
    assert run("lint", "--config", str(config)) == 1
    said = capsys.readouterr().out
    assert "services/civil/wedding-booking.toml" in said


@pytest.mark.parametrize(
    "words",
    [
        ("new", "Civil/Wedding"),
        ("new", "general/track-case"),
        ("new", "civil/other", "--shape", "identify"),
        ("preview", "no/such", "--out", "/tmp/x"),
        ("preview", "general/track-case", "--out", "/tmp/x", "--size", "big"),
        ("preview", "general/track-case", "--out", "/tmp/x", "--district", "1"),
    ],
)
def test_bad_input_is_one_line_and_exit_two(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_149th_service_is_one_file(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = (config / "services/general/track-case.toml").read_text(encoding="utf-8")
    other = made.replace('id = "general/track-case"', 'id = "general/another"')
    (config / "services/general/another.toml").write_text(other, encoding="utf-8")
    assert run("lint", "--config", str(config)) == 0
    assert run("show", "general/another", "--config", str(config)) == 0
    assert "id: general/another\n" in capsys.readouterr().out


def test_a_preview_writes_a_picture_of_every_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("preview", "police/vehicle-violations", "--out", str(tmp_path), "--json", "--language", "en") == 0
    pages = json.loads(capsys.readouterr().out)["pages"]
    assert len(pages) >= 10
    assert {"01-service.png", f"{len(pages):02}-goodbye.png"} <= {*pages}
    assert all((tmp_path / page).read_bytes().startswith(b"\x89PNG") for page in pages)
    assert pages[3] in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", Language)
def test_every_service_can_be_walked_with_sample_answers(language: Language) -> None:
    context = make_context()
    terminal = SampleTerminal(CONFIG / "samples" / "datasets", b"page", b"face")
    for service in context.catalogue.services:
        pages = [*Walker(context, terminal, language, b"\x89PNG\r\n\x1a\n").walk(service)]
        assert type(pages[-1]).__name__ == "GoodbyeView", service


def test_a_service_that_ends_in_a_problem_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = SampleTerminal(Path("nowhere"))
    terminal.fixed.clear()
    with pytest.raises(StuckError, match="does not go on|ends in a problem|never ends"):
        list(Walker(make_context(), terminal, Language.ENGLISH).walk("general/track-case"))
