"""The catalogue in the store: what is trusted, up to three whole versions, which of them is active.

Not responsible for whether something may be believed (trust, contents). Every change is one transaction of the
encrypted database, so that a cut leaves the old version or the new one. Used by the store's owner thread only.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from offline_cache.catalogue.refused import UnknownVersionError
from offline_cache.catalogue.trust import first_root, read_stamp, read_withdrawals, version_of
from offline_cache.chains.journal import JournalEvent
from offline_cache.disk.database import Database

KEPT = 3
PAGE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Contents:
    """One whole version: its number, its files by path, and the services that may not be begun."""

    version: int
    files: Mapping[str, bytes]
    withdrawn: frozenset[str]


@dataclass(frozen=True)
class Page:
    """Some files of one version in the order of their paths; `more`: there are others behind the last of them."""

    version: int
    files: tuple[tuple[str, bytes], ...]
    more: bool


@dataclass(frozen=True)
class Change:
    """A verified version, ready to be written: metadata by role, SHA-256 by path, new items by SHA-256."""

    version: int
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
    refused: tuple[int, ...] = ()
    withdrawals_late: bool = False


@dataclass
class CatalogueStore:
    """The tables `catalogue_*` of an open database. `note` writes the journal, inside a transaction."""

    database: Database
    note: Callable[[JournalEvent, str], object] = lambda event, detail: None

    def set_up(self, root: bytes) -> None:
        """Trust a root handed over with the terminal, if none is trusted yet. Raises CatalogueRefusedError."""
        if not self.database.read("SELECT 1 FROM catalogue_metadata WHERE role = 'root'"):
            number = first_root(root)
            with self.database.transaction():
                self._put("root", number, root)

    def trusted_roles(self) -> frozenset[str]:
        """The roles of which metadata is trusted."""
        return frozenset(row[0] for row in self.database.read("SELECT role FROM catalogue_metadata"))

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
            again = (change.version, change.version)  # after its number began anew under a new root
            write("UPDATE catalogue_state SET active = NULLIF(active, ?), former = NULLIF(former, ?)", again)
            write("DELETE FROM catalogue_version WHERE version = ?", (change.version,))
            write("INSERT INTO catalogue_version (version) VALUES (?)", (change.version,))
            for path, digest in change.paths.items():
                write("INSERT INTO catalogue_path VALUES (?, ?, ?)", (change.version, path, digest))
            write("UPDATE catalogue_state SET former = active, active = ?, tag = '', put_aside = 0", (change.version,))
            self._prune()
            self.note(JournalEvent.CATALOGUE_INSTALLED, f"version={change.version}")

    def set_withdrawn(self, body: bytes, services: frozenset[str], tag: str) -> None:
        """Carry out a verified list of withdrawals."""
        with self.database.transaction():
            self._put("withdrawals", version_of(body), body)
            listed = msgspec.json.encode(sorted(services)).decode()
            self.database.write("UPDATE catalogue_state SET withdrawn = ?, withdrawal_tag = ?", (listed, tag))
            self.note(JournalEvent.SERVICES_WITHDRAWN, f"services={len(services)}")

    def withdrawal_numbers(self) -> tuple[int, int]:
        """The number of the list that is carried out, and of the one that the newest timestamp announced."""
        held: dict[str, bytes] = dict(
            self.database.read("SELECT role, body FROM catalogue_metadata WHERE role IN ('timestamp', 'withdrawals')")
        )
        announced = read_stamp(held["timestamp"]).downloads.withdrawals if "timestamp" in held else 0
        return version_of(held["withdrawals"]) if "withdrawals" in held else 0, announced

    def judge(self, version: int, fit: bool) -> None:
        """The application took a version or refused it; a refused one gives its place back, and gets it no more.

        Raises UnknownVersionError.
        """
        if version not in self.kept():
            raise UnknownVersionError(str(version))
        verdict = "taken" if fit else "refused"
        with self.database.transaction():
            changed = self.database.write(
                "UPDATE catalogue_version SET verdict = ?, reported = 0 WHERE version = ? AND verdict <> ?",
                (verdict, version, verdict),
            )
            if changed and not fit:
                self.note(JournalEvent.CATALOGUE_REFUSED, f"version={version}")
            if not fit and self._active() == version:
                self._give_place_back()

    def note_offer_refused(self, reason: str) -> None:
        """Write down that what came over the line was not believed."""
        with self.database.transaction():
            self.note(JournalEvent.CATALOGUE_OFFER_REFUSED, f"reason={reason}")

    def unreported(self) -> tuple[tuple[int, bool], ...]:
        """Versions of which the centre does not know yet what became of them, and whether they failed."""
        sql = "SELECT version, verdict FROM catalogue_version WHERE verdict <> '' AND reported = 0 ORDER BY version"
        return tuple((version, verdict == "refused") for version, verdict in self.database.read(sql))

    def mark_reported(self, version: int) -> None:
        """The centre knows."""
        with self.database.transaction():
            self.database.write("UPDATE catalogue_version SET reported = 1 WHERE version = ?", (version,))

    def roll_back(self, version: int) -> None:
        """Make a kept version the active one, without a line; what was newer stays aside until a newer one comes.

        Raises UnknownVersionError, also for a version that was refused.
        """
        if version not in self.kept() or version in self.refused():
            raise UnknownVersionError(str(version))
        with self.database.transaction():
            self.database.write(
                "UPDATE catalogue_state SET active = ?, put_aside = (SELECT max(version) FROM catalogue_version)",
                (version,),
            )
            self.note(JournalEvent.CATALOGUE_ROLLED_BACK, f"version={version}")

    def kept(self) -> tuple[int, ...]:
        """Numbers of the versions that are whole here, oldest first."""
        return tuple(row[0] for row in self.database.read("SELECT version FROM catalogue_version ORDER BY version"))

    def active(self) -> Contents:
        """The version that new sessions begin with. Raises UnknownVersionError when there is none yet."""
        version = self._active()
        if version is None:
            raise UnknownVersionError("none yet")
        return self.contents(version)

    def contents(self, version: int) -> Contents:
        """One kept version, as a session that began with it needs it. Raises UnknownVersionError."""
        if version not in self.kept():
            raise UnknownVersionError(str(version))
        sql = "SELECT path, body FROM catalogue_path JOIN catalogue_item USING (sha256) WHERE version = ? ORDER BY path"
        return Contents(version, dict(self.database.read(sql, (version,))), self.withdrawn())

    def page(self, version: int, after: str, most_bytes: int = PAGE_BYTES) -> Page:
        """Files of a kept version behind the path `after`, at least one and otherwise at most `most_bytes`.

        `version` 0 is the active one. Raises UnknownVersionError.
        """
        number = version or self._active()
        if number is None or number not in self.kept():
            raise UnknownVersionError(str(version))
        sizes = self.database.read(
            "SELECT path, length(body) FROM catalogue_path JOIN catalogue_item USING (sha256)"
            " WHERE version = ? AND path > ? ORDER BY path",
            (number, after),
        )
        total, last = 0, after
        for path, size in sizes:
            total += size
            if last != after and total > most_bytes:
                break
            last = path
        files = self.database.read(
            "SELECT path, body FROM catalogue_path JOIN catalogue_item USING (sha256)"
            " WHERE version = ? AND path > ? AND path <= ? ORDER BY path",
            (number, after, last),
        )
        return Page(number, tuple((path, body) for path, body in files), bool(sizes) and last != sizes[-1][0])

    def standing(self, now: datetime.datetime) -> Standing:
        """How the catalogue stands at `now`. An old one is told, and goes on being used."""
        active, put_aside = self.database.read("SELECT active, put_aside FROM catalogue_state")[0]
        held = self.database.read("SELECT body FROM catalogue_metadata WHERE role = 'timestamp'")
        ended = read_stamp(held[0][0]).expires if held else None
        stale = ended if ended is not None and ended <= now else None
        shown, announced = self.withdrawal_numbers()
        return Standing(
            active, self.kept(), self.withdrawn(), stale, put_aside, self.refused(), withdrawals_late=shown < announced
        )

    def refused(self) -> tuple[int, ...]:
        """Kept versions that the application refused, oldest first."""
        sql = "SELECT version FROM catalogue_version WHERE verdict = 'refused' ORDER BY version"
        return tuple(row[0] for row in self.database.read(sql))

    def withdrawn(self) -> frozenset[str]:
        """The services that may not be begun."""
        listed, tag = self.database.read("SELECT withdrawn, withdrawal_tag FROM catalogue_state")[0]
        services = frozenset(msgspec.json.decode(listed))
        if tag:
            return services
        # After salvage the state is new, but the signed list was saved.
        held = self.database.read("SELECT body FROM catalogue_metadata WHERE role = 'withdrawals'")
        return services | (read_withdrawals(held[0][0]) if held else frozenset())

    def _active(self) -> int | None:
        number: int | None = self.database.read("SELECT active FROM catalogue_state")[0][0]
        return number

    def _give_place_back(self) -> None:
        """To the version before; where that is not fit either, to the newest that is; else to none."""
        former = self.database.read("SELECT former FROM catalogue_state")[0][0]
        fit = [version for version in self.kept() if version not in self.refused()]
        chosen = former if former in fit else max(fit, default=None)
        self.database.write("UPDATE catalogue_state SET active = ?, former = NULL", (chosen,))

    def _put(self, role: str, version: int, body: bytes) -> None:
        sql = (
            "INSERT INTO catalogue_metadata VALUES (?, ?, ?)"
            " ON CONFLICT (role) DO UPDATE SET version = excluded.version, body = excluded.body"
        )
        self.database.write(sql, (role, version, body))

    def _prune(self) -> None:
        """Forget all but the newest, the newest three that were not refused, and where a refused one would lead back;
        and items that nobody names any more."""
        active, former = self.database.read("SELECT active, former FROM catalogue_state")[0]
        refused = self.refused()
        keep = {*[version for version in self.kept() if version not in refused][-KEPT:], *self.kept()[-1:]}
        keep |= {active, former}
        for version in self.kept():
            if version not in keep:
                self.database.write("DELETE FROM catalogue_version WHERE version = ?", (version,))
        self.database.write("DELETE FROM catalogue_item WHERE sha256 NOT IN (SELECT sha256 FROM catalogue_path)")
