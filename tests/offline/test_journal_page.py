"""docs/journal.md names every event of the journal, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from offline_cache.chains.journal import JournalEvent

PAGE = Path(__file__).parents[2] / "docs" / "journal.md"


def test_the_page_lists_each_event_once() -> None:
    table = PAGE.read_text(encoding="utf-8").split("**Heads.**")[0]
    listed = re.findall(r"^\| `(\w+)` \| .+ \|$", table, re.MULTILINE)
    assert sorted(listed) == sorted(JournalEvent)
