"""Names of the services, as the centre's own catalogue (config/services) has them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path


def load_titles(folder: Path) -> Mapping[str, str]:
    """Service id → its Chinese name."""
    titles: dict[str, str] = {}
    for path in folder.rglob("*.toml"):
        definition = tomllib.loads(path.read_text(encoding="utf-8"))
        if "id" in definition and "title" in definition:
            titles[str(definition["id"])] = str(definition["title"].get("zh-Hans", ""))
    return titles
