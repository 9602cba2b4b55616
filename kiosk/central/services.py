"""Names of the services: as the newest published catalogue has them, else as the centre's own config/services does.

A service that was published a moment ago has its name here, too: nothing is started again for it.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path

from kiosk.central.catalogue_repository import Repository, RepositoryError


def load_titles(folder: Path) -> Mapping[str, str]:
    """Service id → its Chinese name."""
    titles: dict[str, str] = {}
    for path in folder.rglob("*.toml"):
        definition = tomllib.loads(path.read_text(encoding="utf-8"))
        if "id" in definition and "title" in definition:
            titles[str(definition["id"])] = _title_in(definition)
    return titles


class Titles:
    """Asked for one name at a time; a published definition is read once a version."""

    def __init__(self, own: Mapping[str, str], repository: Repository) -> None:
        self._own, self._repository = own, repository
        self._lock = threading.Lock()
        self._version = 0
        self._listed: Mapping[str, str] = {}
        self._known: dict[str, str] = {}

    def of(self, service: str) -> str:
        """The Chinese name; of a service that nobody knows its id."""
        with self._lock:
            if service not in self._known or self._repository_moved():
                self._known[service] = self._published(service) or self._own.get(service, service)
            return self._known[service]

    def _repository_moved(self) -> bool:
        """Whether there is a newer version; then what was known of the former one is forgotten."""
        newest = max(self._repository.versions(), default=0)
        if newest == self._version:
            return False
        self._version, self._listed = newest, self._repository.listed(newest)
        self._known.clear()
        return True

    def _published(self, service: str) -> str:
        self._repository_moved()
        name = self._listed.get(f"services/{service}.toml")
        try:
            return _title_in(tomllib.loads(self._repository.item(name).decode("utf-8"))) if name else ""
        except (RepositoryError, ValueError):
            return ""


def _title_in(definition: Mapping[str, object]) -> str:
    title = definition.get("title")
    return str(title.get("zh-Hans", "")) if isinstance(title, dict) else ""
