"""Asking the centre for a newer catalogue: what is fetched in which order, and what is then written.

One unchanged poll is one question that is answered 304. Not responsible for when to ask (the caller), for HTTP
(offline_cache.line.http), nor for whether an answer may be believed (trust, contents).
"""

from __future__ import annotations

import contextlib
import datetime
import enum
import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from offline_cache.catalogue.contents import allowed_paths, check_items
from offline_cache.catalogue.parcel import MOST_PARCEL_BYTES, Parcel, new_metadata, open_parcel
from offline_cache.catalogue.refused import CatalogueRefusedError
from offline_cache.catalogue.store import CatalogueStore, Change
from offline_cache.catalogue.trust import (
    MOST_ROOT_BYTES,
    MOST_ROOTS,
    MOST_TIMESTAMP_BYTES,
    WITHDRAWALS,
    Download,
    Stamp,
    believe_roots,
    believe_timestamp,
    believe_version,
    believe_withdrawals,
    version_of,
)

OK, UNCHANGED, NOT_THERE = 200, 304, 404
MOST_WITHDRAWALS_BYTES = 64 * 1024
PUBLISHERS = frozenset({"foreign", "too_large"})
"""Reasons for which signed content is at fault, and not the line that brought it."""
_T = TypeVar("_T")
_SHA256 = re.compile(r"[0-9a-f]{64}")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """An answer: its status, its body and the tag that names it."""

    status: int
    body: bytes = b""
    tag: str = ""


class Fetch(Protocol):
    """GET of a name under the catalogue's address, within the caller's time. At most `cap_bytes` are read."""

    def __call__(self, name: str, cap_bytes: int, tag: str = "") -> Fetched:
        """Raises what the line raises (NoLine), also for an answer longer than `cap_bytes`."""


class OnStore(Protocol):
    """Runs a piece of work on the thread that owns the store."""

    def __call__(self, work: Callable[[CatalogueStore], _T]) -> _T:
        """What `work` returns or raises; StoreUnavailable."""


class Outcome(enum.StrEnum):
    """How a refresh ended, when nothing was refused."""

    NOTHING = "nothing"  # the centre has no catalogue
    UNCHANGED = "unchanged"
    RESTAMPED = "restamped"  # the same version, said anew
    INSTALLED = "installed"


class CatalogueClient:
    """Brings the store up to what the centre offers this terminal."""

    def __init__(self, fetch: Fetch, on_store: OnStore, now: Callable[[], datetime.datetime]) -> None:
        """`now` is the terminal's judgement of the time, aware (design: never only the wall clock)."""
        self._fetch, self._on_store, self._now = fetch, on_store, now

    def refresh(self) -> Outcome:
        """Ask once. Raises CatalogueRefusedError (of what was refused nothing is used), NoLine, StoreUnavailable.

        The timestamp's tag stands for the list of withdrawals, too. It is kept only when all of it is here.
        """
        tag, _ = self._on_store(lambda store: store.tags())
        answer = self._fetch("timestamp.json", MOST_TIMESTAMP_BYTES, tag)
        if answer.status != OK:
            return Outcome.UNCHANGED if answer.status == UNCHANGED else Outcome.NOTHING
        try:
            outcome = self._follow(answer.body)
        except CatalogueRefusedError:
            self._withdrawals_first()  # what must stop stops, whatever became of the version
            raise
        self.withdrawals()
        self._on_store(lambda store: store.set_tag(answer.tag))
        return outcome

    def withdrawals(self) -> bool:
        """Ask for the list of withdrawn services; whether it changed. Raises as `refresh`."""
        held = self._on_store(lambda store: store.trusted())
        if "targets" not in held:
            return False
        _, tag = self._on_store(lambda store: store.tags())
        answer = self._fetch("withdrawals.json", MOST_WITHDRAWALS_BYTES, tag)
        if answer.status == OK:
            in_force = self._on_store(lambda store: store.withdrawn())
            services = believe_withdrawals(held, in_force, answer.body, self._now())
            self._on_store(lambda store: store.set_withdrawn(answer.body, services, answer.tag))
        shown, announced = self._on_store(lambda store: store.withdrawal_numbers())
        if shown < announced:
            raise CatalogueRefusedError("frozen", f"list {shown} of withdrawals, {announced} was announced")
        return answer.status == OK

    def _follow(self, body: bytes) -> Outcome:
        """Take a new timestamp and what it leads to."""
        self._follow_roots()
        held = self._on_store(lambda store: store.trusted())
        stamp = believe_timestamp(held, body, self._now())
        self._on_store(lambda store: store.remember("timestamp", body))
        kept = self._on_store(lambda store: store.kept())
        if "snapshot" in held and version_of(held["snapshot"]) == stamp.version and stamp.version in kept:
            believe_version(held, _version_part(held) | {"timestamp": body}, self._now())
            return Outcome.RESTAMPED
        self._withdrawals_first()
        try:
            change = self._download(held, stamp, body)
        except CatalogueRefusedError as error:
            error.version = stamp.version if error.reason in PUBLISHERS else 0
            raise
        self._on_store(lambda store: store.install(change))
        return Outcome.INSTALLED

    def _withdrawals_first(self) -> None:
        """They do not wait behind a long download; what is wrong with them is told at the end."""
        with contextlib.suppress(CatalogueRefusedError):
            self.withdrawals()

    def _follow_roots(self) -> None:
        """Take every root after ours, one by one: each must be signed by the one before it."""
        trusted = self._on_store(lambda store: store.trusted())["root"]
        for _ in range(MOST_ROOTS):
            answer = self._fetch(f"root/{version_of(trusted) + 1}.json", MOST_ROOT_BYTES)
            if answer.status != OK:
                return
            trusted = believe_roots(trusted, [answer.body])
            body = trusted
            self._on_store(lambda store, body=body: store.remember("root", body))  # type: ignore[misc]  # bound now
        raise CatalogueRefusedError("too_large", f"over {MOST_ROOTS} roots at once")

    def _download(self, held: Mapping[str, bytes], stamp: Stamp, timestamp: bytes) -> Change:
        """The offered version, verified: by the delta from ours, or else whole."""
        since = version_of(held["snapshot"]) if "snapshot" in held else 0
        step = stamp.downloads.deltas.get(str(since))
        if step is not None:
            try:
                return self._verified(held, self._parcel(step), stamp, timestamp)
            except CatalogueRefusedError as error:
                log.warning("delta from %d refused (%s); asking for the whole", since, error.reason)
        return self._verified(held, self._parcel(stamp.downloads.whole), stamp, timestamp)

    def _parcel(self, download: Download) -> Parcel:
        if not 0 < download.length <= MOST_PARCEL_BYTES or not _SHA256.fullmatch(download.sha256):
            raise CatalogueRefusedError("too_large", f"a parcel of {download.length} bytes")
        answer = self._fetch(f"parcels/{download.sha256}", download.length)
        if answer.status != OK:
            raise CatalogueRefusedError("mixed", "the announced parcel is not there")
        if len(answer.body) != download.length or hashlib.sha256(answer.body).hexdigest() != download.sha256:
            raise CatalogueRefusedError("altered", "parcel")
        return open_parcel(answer.body)

    def _verified(self, held: Mapping[str, bytes], parcel: Parcel, stamp: Stamp, timestamp: bytes) -> Change:
        offered = new_metadata(parcel, _version_part(held)) | {"timestamp": timestamp}
        roles = believe_version(held, offered, self._now())
        paths = allowed_paths({role: body for role, body in roles.items() if role != WITHDRAWALS})
        kept = self._on_store(lambda store: store.items())
        named, items = check_items(paths, parcel.items, kept.__contains__)
        return Change(stamp.version, offered, named, items)


def _version_part(held: Mapping[str, bytes]) -> dict[str, bytes]:
    """Of what is trusted, that which belongs to one version."""
    return {role: body for role, body in held.items() if role not in {"root", "timestamp", WITHDRAWALS}}
