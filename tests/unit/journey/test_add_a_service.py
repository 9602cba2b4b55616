"""docs/add-a-service.md followed literally: the commands it shows, the steps it shows, and a service that is clean."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
from pathlib import Path

import pytest

from kiosk.commands import catalogue
from tests.journeys.citizen import CONFIG

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "add-a-service.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"(?:^    .*\n(?:^\n(?=    ))?)+", PAGE, re.MULTILINE)
BLOCKS = [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in SHOWN]
SERVICE = "services/civil/elder-card.toml"
LINES = {
    "known": 'known = ["phone", "address"]',
    "consent": 'consent = "elder-card"',
    "seen": 'seen = "2026-11-23"',
    "groups": 'groups = ["elderly"]',
}
"""What the writer puts where the template has no text in three languages."""


def run(command: str, config: Path, out: Path) -> int:
    """A command of the page, on a copy of the configuration."""
    words = shlex.split(command.replace(".data/preview", str(out)))
    assert words[:2] == ["kiosk", "catalogue"]
    parser = argparse.ArgumentParser()
    catalogue.register(parser.add_subparsers())
    options = parser.parse_args([*words[1:], "--config", str(config)])
    return int(options.run(options))


def filled(template: str) -> str:
    """The template with every bracket replaced, as the page says."""
    text = re.sub(r"^(known|consent|seen|groups) = .*$", lambda found: LINES[found[1]], template, flags=re.MULTILINE)
    text = re.sub(
        r'^(reads|next_steps) = "【】"$',
        r'\1 = [{ zh-Hans = "一句话。", zh-Hant = "一句話。", en = "A sentence." }]',
        text,
        flags=re.MULTILINE,
    )
    return text.replace("no = 0\n", "").replace("【】", "老人卡").replace("【", "").replace("】", "")


def test_the_page_leads_to_a_clean_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, out = Path(shutil.copytree(CONFIG, tmp_path / "config")), tmp_path / "out"
    commands = [block.strip() for block in BLOCKS if block.startswith("kiosk")]
    assert [command.split()[2] for command in commands] == ["new", "lint", "preview"]
    new, lint, preview = commands
    assert run(new, config, out) == 0
    path = config / SERVICE
    assert run(lint, config, out) == 1  # the brackets are still there
    steps = next(block for block in BLOCKS if block.startswith("[[steps]]"))
    path.write_text(filled(path.read_text(encoding="utf-8")) + "\n" + steps, encoding="utf-8")
    capsys.readouterr()
    assert run(lint, config, out) == 0, capsys.readouterr().out
    overlay = next(block for block in BLOCKS if block.startswith("service ="))
    place = config / "districts" / "440106" / "civil.elder-card.toml"
    place.parent.mkdir(exist_ok=True)
    place.write_text(overlay, encoding="utf-8")
    assert run(lint, config, out) == 0, capsys.readouterr().out
    assert run(preview, config, out) == 0
    pages = [page.stem.split("-", 1)[1] for page in sorted(out.glob("*.png"))]
    assert (pages[0], pages[-1]) == ("service", "goodbye")
    assert {"choice", "review", "result", "rating"} <= {*pages}
