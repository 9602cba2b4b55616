"""The tables of drivers/README.md: no empty cell, and every test they name is there."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[2] / "drivers" / "README.md"
LINK = re.compile(r'\]\((\.\./tests/[a-z_/0-9]+\.py) "(test_[a-z_0-9]+)"\)')


def test_every_test_that_is_named_exists() -> None:
    links = LINK.findall(README.read_text(encoding="utf-8"))
    sources = {path: (README.parent / path).read_text(encoding="utf-8") for path, _ in links}
    assert len(links) > 120
    assert [name for path, name in links if f"def {name}(" not in sources[path]] == []


def test_no_cell_is_empty_and_none_is_left_out_without_a_reason() -> None:
    rows = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and "✓" in line]
    assert len(rows) >= 20
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 8, row
        assert all(cell and cell != "–" for cell in cells), row
