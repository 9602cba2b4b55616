"""A city that publishes a catalogue with real keys, and a centre's folder whose answers a test can tamper with."""

from __future__ import annotations

import copy
import datetime
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kiosk.central.catalogue_keys import create_drill_keys
from kiosk.central.catalogue_publish import Publisher
from kiosk.central.catalogue_repository import Repository
from offline_cache.catalogue.client import CatalogueClient, Fetched
from offline_cache.catalogue.store import CatalogueStore
from offline_cache.disk.database import Database

DISTRICTS = frozenset({"440106", "440112"})
NOW = datetime.datetime(2026, 11, 23, 2, 0, tzinfo=datetime.UTC)
_T = TypeVar("_T")
CONTENT = {
    "services/civil/longevity-allowance.toml": b'id = "civil/longevity-allowance"\n',
    "services/hrss/card.toml": b'id = "hrss/card"\n',
    "codes/districts.toml": b"entries = []\n",
    "texts/ui.toml": b"[start]\n",
    "templates/enrolment.typ": b"= enrolment\n",
    "districts/440106/civil.longevity-allowance.toml": b"rate = 1\n",
    "districts/440112/civil.longevity-allowance.toml": b"rate = 2\n",
}


class City:
    """Publishes into one folder; `now` is moved by hand."""

    def __init__(self, folder: Path, districts: frozenset[str] = DISTRICTS) -> None:
        self.keys, self.now, self.districts = folder / "keys", NOW, districts
        self.repository = Repository(folder / "published")
        create_drill_keys(self.keys, sorted(districts))

    def moved(self, folder: Path) -> City:
        """The same city in a copy of its folder."""
        other = copy.copy(self)
        other.keys, other.repository = folder / "keys", Repository(folder / "published")
        return other

    def publisher(self, keys: Path | None = None) -> Publisher:
        """The publisher at this moment."""
        return Publisher(self.repository, keys or self.keys, self.districts, self.now)

    def publish(self, **changes: bytes) -> int:
        """Publish CONTENT with some files changed; `__` in a name stands for `/`, and the ending is .toml."""
        return self.publisher().publish(
            CONTENT | {f"{name.replace('__', '/')}.toml": body for name, body in changes.items()}
        )

    def root(self) -> bytes:
        """The first root, as it is handed over with a terminal."""
        body = self.repository.root(1)
        assert body is not None
        return body


class Line:
    """Answers from a repository's folder. `replaced` are bytes that somebody puts in the way, by name."""

    def __init__(self, city: City) -> None:
        self.city, self.version = city, 0
        self.replaced: dict[str, bytes] = {}
        self.asked: list[str] = []

    def __call__(self, name: str, cap_bytes: int, tag: str = "") -> Fetched:
        self.asked.append(name)
        body = self._named(name)
        if body is None:
            return Fetched(404)
        beside = self._named("withdrawals.json") or b"" if name == "timestamp.json" else b""
        own_tag = hashlib.sha256(body + beside).hexdigest()[:16]
        if own_tag == tag:
            return Fetched(304, b"", tag)
        return Fetched(200, body[: cap_bytes + 1], own_tag)

    def _named(self, name: str) -> bytes | None:
        return self.replaced.get(name) or self._stored(name)

    def _stored(self, name: str) -> bytes | None:
        repository = self.city.repository
        if name == "timestamp.json":
            return repository.timestamp(self.version or max(repository.versions(), default=0))
        path = repository.folder / name
        return path.read_bytes() if path.exists() else None


class Screen:
    """A terminal's catalogue over a real encrypted store."""

    def __init__(self, folder: Path, city: City, now: Callable[[], datetime.datetime] | None = None) -> None:
        self.line, self.path = Line(city), folder / "store.db"
        self.now = now or (lambda: city.now)
        folder.mkdir(exist_ok=True)
        self.open()
        if city.repository.roots():
            self.store.set_up(city.root())

    def open(self) -> None:
        """Open, as after a restart."""
        self.database = Database(self.path, b"k" * 32)
        self.store = CatalogueStore(self.database)
        self.client = CatalogueClient(self.line, self.on_store, self.judged_now)

    def judged_now(self) -> datetime.datetime:
        """What the terminal thinks of the time, as the test set it last."""
        return self.now()

    def on_store(self, work: Callable[[CatalogueStore], _T]) -> _T:
        """No thread of its own here."""
        return work(self.store)

    def close(self) -> None:
        """Close."""
        self.database.close()
