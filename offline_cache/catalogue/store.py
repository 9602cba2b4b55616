"""The catalogue in the store: what is trusted, up to three whole versions, which of them is active.

Not responsible for whether something may be believed (trust, contents). Every change is one transaction of the
encrypted database, so that a cut leaves the old version or the new one. Used by the store's owner thread only.
"""

from __future__ import annotations

import contextlib
import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from offline_cache.catalogue.refused import UnknownVersionError
from offline_cache.catalogue.trust import first_root, read_stamp, version_of
from offline_cache.database import Database

KEPT = 3


@dataclass(frozen=True)
class Contents:
    """One whole version: its number, its files by path, and the services that may not be begun."""

    version: int
    files: Mapping[str, bytes]
    withdrawn: frozenset[str]


@dataclass(frozen=True)
class Change:
    """A verified version, ready to be written: metadata by role, SHA-256 by path, new items by SHA-256."""

    version: int
    tag: str
    metadata: Mapping[str, bytes]
    paths: Mapping[str, bytes]
    items: Mapping[bytes, bytes]


@dataclass(frozen=True)
class Standing:
    """What the technician and the centre are told. `stale_since` is when the newest timestamp ended, if it has."""

    active: int | None
    kept: tuple[int, ...]
    withdrawn: frozenset[str]
    stale_since: datetime.datetime | None
    stepped_back_from: int = 0


@dataclass
class CatalogueStore:
    """The tables `catalogue_*` of an open database."""

    database: Database
    _pins: Counter[int] = field(default_factory=Counter)

    def set_up(self, root: bytes) -> None:
        """Trust a root handed over with the terminal, if none is trusted yet. Raises CatalogueRefusedError."""
        if not self.database.read("SELECT 1 FROM catalogue_metadata WHERE role = 'root'"):
            number = first_root(root)
            with self.database.transaction():
                self._put("root", number, root)

    def trusted(self) -> dict[str, bytes]:
        """All trusted metadata by role."""
        return dict(self.database.read("SELECT role, body FROM catalogue_metadata"))

    def remember(self, role: str, body: bytes) -> None:
        """Keep one newer, verified role (root, timestamp), so that nothing older is believed again."""
        with self.database.transaction():
            self._put(role, version_of(body), body)

    def items(self) -> frozenset[bytes]:
        """SHA-256 of every item that is kept."""
        return frozenset(row[0] for row in self.database.read("SELECT sha256 FROM catalogue_item"))

    def tags(self) -> tuple[str, str]:
        """The tags of the timestamp and of the withdrawals that are carried out."""
        tag, withdrawals = self.database.read("SELECT tag, withdrawal_tag FROM catalogue_state")[0]
        return str(tag), str(withdrawals)

    def set_tag(self, tag: str) -> None:
        """The timestamp called `tag` says nothing that is not here."""
        with self.database.transaction():
            self.database.write("UPDATE catalogue_state SET tag = ?", (tag,))

    def install(self, change: Change) -> None:
        """Write a verified version and make it the active one, wholly or not at all."""
        write = self.database.write
        with self.database.transaction():
            roles = (*change.metadata, "root", "withdrawals")
            write(f"DELETE FROM catalogue_metadata WHERE role NOT IN ({', '.join('?' * len(roles))})", roles)  # noqa: S608
            for role, body in change.metadata.items():
                self._put(role, version_of(body), body)
            for digest, body in change.items.items():
                write("INSERT INTO catalogue_item VALUES (?, ?) ON CONFLICT DO NOTHING", (digest, body))
            write("INSERT INTO catalogue_version VALUES (?)", (change.version,))
            for path, digest in change.paths.items():
                write("INSERT INTO catalogue_path VALUES (?, ?, ?)", (change.version, path, digest))
            write("UPDATE catalogue_state SET active = ?, tag = ?, put_aside = 0", (change.version, change.tag))
            self._prune()

    def set_withdrawn(self, body: bytes, services: frozenset[str], tag: str) -> None:
        """Carry out a verified list of withdrawals."""
        with self.database.transaction():
            self._put("withdrawals", version_of(body), body)
            listed = msgspec.json.encode(sorted(services)).decode()
            self.database.write("UPDATE catalogue_state SET withdrawn = ?, withdrawal_tag = ?", (listed, tag))

    def roll_back(self, version: int) -> None:
        """Make a kept version the active one, without a line; what was newer stays aside until a newer one comes.

        Raises UnknownVersionError.
        """
        if version not in self.kept():
            raise UnknownVersionError(str(version))
        with self.database.transaction():
            self.database.write(
                "UPDATE catalogue_state SET active = ?, put_aside = (SELECT max(version) FROM catalogue_version)",
                (version,),
            )

    def kept(self) -> tuple[int, ...]:
        """Numbers of the versions that are whole here, oldest first."""
        return tuple(row[0] for row in self.database.read("SELECT version FROM catalogue_version ORDER BY version"))

    def active(self) -> Contents:
        """The version that new sessions begin with. Raises UnknownVersionError when there is none yet."""
        version = self.database.read("SELECT active FROM catalogue_state")[0][0]
        if version is None:
            raise UnknownVersionError("none yet")
        return self.contents(version)

    def contents(self, version: int) -> Contents:
        """One kept version, as a session that began with it needs it. Raises UnknownVersionError."""
        if version not in self.kept():
            raise UnknownVersionError(str(version))
        sql = "SELECT path, body FROM catalogue_path JOIN catalogue_item USING (sha256) WHERE version = ? ORDER BY path"
        return Contents(version, dict(self.database.read(sql, (version,))), self.withdrawn())

    @contextlib.contextmanager
    def pinned(self) -> Iterator[Contents]:
        """The active version, which stays here for as long as a session goes on, however many come after it."""
        contents = self.active()
        self._pins[contents.version] += 1
        try:
            yield contents
        finally:
            self._pins[contents.version] -= 1

    def standing(self, now: datetime.datetime) -> Standing:
        """How the catalogue stands at `now`. An old one is told, and goes on being used."""
        active, put_aside = self.database.read("SELECT active, put_aside FROM catalogue_state")[0]
        held = self.database.read("SELECT body FROM catalogue_metadata WHERE role = 'timestamp'")
        ended = read_stamp(held[0][0]).expires if held else None
        stale = ended if ended is not None and ended <= now else None
        return Standing(active, self.kept(), self.withdrawn(), stale, put_aside)

    def withdrawn(self) -> frozenset[str]:
        """The services that may not be begun."""
        return frozenset(msgspec.json.decode(self.database.read("SELECT withdrawn FROM catalogue_state")[0][0]))

    def _put(self, role: str, version: int, body: bytes) -> None:
        sql = (
            "INSERT INTO catalogue_metadata VALUES (?, ?, ?)"
            " ON CONFLICT (role) DO UPDATE SET version = excluded.version, body = excluded.body"
        )
        self.database.write(sql, (role, version, body))

    def _prune(self) -> None:
        """Forget all but the newest three and what sessions hold; and items that nobody names any more."""
        keep = {*self.kept()[-KEPT:], *(version for version, count in self._pins.items() if count)}
        for version in self.kept():
            if version not in keep:
                self.database.write("DELETE FROM catalogue_version WHERE version = ?", (version,))
        self.database.write("DELETE FROM catalogue_item WHERE sha256 NOT IN (SELECT sha256 FROM catalogue_path)")
