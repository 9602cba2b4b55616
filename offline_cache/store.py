"""The open store: its tables wired together, checked whole when opened. Used by its owner's thread only."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from offline_cache.catalogue.store import CatalogueStore
from offline_cache.chains.digests import Digests
from offline_cache.chains.heads import Heads
from offline_cache.chains.journal import Journal, JournalEvent
from offline_cache.clock import Clock
from offline_cache.contract import LineState
from offline_cache.disk.database import Database, disk_errors
from offline_cache.disk.keys import CredentialKey, FileKey, KeyProvider, make_folder, sync_folder
from offline_cache.disk.salvage import BLOBS, Saved, finish, salvage
from offline_cache.errors import StoreUnavailable
from offline_cache.evidence.blobs import Blobs
from offline_cache.evidence.pieces import Evidence
from offline_cache.outbox.delivery import Delivery
from offline_cache.outbox.expiry import Expiry
from offline_cache.outbox.orders import Orders
from offline_cache.outbox.promises import Outbox
from offline_cache.outbox.quarantine import Quarantine
from offline_cache.outbox.retention import sweep
from offline_cache.outbox.schedule import Draw
from offline_cache.trust.centre_trust import CentreTrust
from offline_cache.trust.identity import Identity

FILE_NAME = "store.db"


@dataclass(frozen=True)
class Place:
    """Where the store is, whose it is, and where its key comes from: `key_file`, or a credential if one is named."""

    folder: Path
    key_file: Path
    terminal: str
    reserve_bytes: int = 0
    key_credential: str = ""

    @property
    def key(self) -> KeyProvider:
        """Hands out the key."""
        return CredentialKey(self.key_credential) if self.key_credential else FileKey(self.key_file)

    @property
    def file(self) -> Path:
        """The database file."""
        return self.folder / FILE_NAME

    @property
    def blobs(self) -> Path:
        """The folder of evidence."""
        return self.folder / BLOBS

    @property
    def reserve_file(self) -> Path:
        """The file that keeps room for what was promised."""
        return self.folder / "reserve"


@dataclass
class Store:
    """All that is in the file and beside it, wired: promises, deliveries, evidence, who we are, what people decide,
    the catalogue."""

    database: Database
    outbox: Outbox
    delivery: Delivery
    evidence: Evidence
    journal: Journal
    identity: Identity
    trust: CentreTrust
    quarantine: Quarantine
    expiry: Expiry
    orders: Orders
    heads: Heads
    digests: Digests
    catalogue: CatalogueStore
    lock: int

    def check(self) -> None:
        """Raise StoreUnavailable (damaged, chain_broken) unless pages, chains and payloads are whole."""
        if problems := self.database.page_problems():
            raise StoreUnavailable("damaged", problems[0])
        if (number := self.outbox.first_break()) is not None:
            raise StoreUnavailable("chain_broken", f"entry {number}")
        if (number := self.journal.first_break()) is not None:
            raise StoreUnavailable("chain_broken", f"journal record {number}")
        if altered := self.outbox.altered_payloads():
            raise StoreUnavailable("chain_broken", f"payload {altered[0]}")

    def forget(self, now_s: float) -> int:
        """Forget what nobody needs any more on this terminal; how many payloads. `now_s`: `Clock.schedule_s`."""
        count = sweep(self.database, self.journal, now_s)
        self.evidence.drop()
        return count

    def retry(self) -> None:
        """Let everything that waits leave now, as far as the centre's own `Retry-After` allows."""
        self.delivery.retry()
        with self.database.transaction():
            self.evidence.retry()

    def release_quarantined(self, transaction_id: str) -> int:
        """Give one quarantined transaction and its evidence, or all, another chance; how many of both."""
        with self.database.transaction():
            return self.quarantine.release(transaction_id) + self.evidence.release_quarantined(transaction_id)

    def note(self, event: JournalEvent, detail: str = "") -> None:
        """Write an event of the store itself into the journal."""
        with self.database.transaction():
            self.journal.append(event, detail=detail)

    def note_line(self, state: LineState) -> None:
        """Write down that the line changed."""
        self.note(JournalEvent.LINE_CHANGED, str(state))

    def close(self) -> None:
        """Close the file and let another process have it."""
        self.database.close()
        os.close(self.lock)


def open_store(place: Place, clock: Clock, draw: Draw) -> Store:
    """Open or create the store, check it, and mark what a former process was sending as unknown.

    Raises StoreUnavailable; then nothing was written over.
    """
    with disk_errors():
        make_folder(place.folder)
    lock = _lock(place.folder)
    try:
        finish(place.file)
        key = place.key.load(may_create=not place.file.exists())
        database = Database(place.file, key)
    except BaseException:
        os.close(lock)
        raise
    store = _wire(database, place, clock, draw, lock)
    try:
        _prepare(store)
        store.check()
        store.delivery.recover()
        store.evidence.recover()
        database.checkpoint()  # also rewrites what a failed sync may have left in memory only
    except BaseException:
        store.close()
        raise
    return store


def salvage_store(place: Place, clock: Clock) -> Saved:
    """Replace a damaged store by what verifies of it; the damaged file stays beside it. Raises StoreUnavailable."""
    lock = _lock(place.folder)
    try:
        return salvage(place.file, place.key.load(may_create=False), clock)
    finally:
        os.close(lock)


def set_aside(place: Place, stamp: str) -> Path:
    """A technician's decision: move a store that cannot be read out of the way. Returns where it is now.

    Raises StoreUnavailable (in_use) while a process has it open.
    """
    lock = _lock(place.folder)
    try:
        target = place.folder / f"aside-{stamp}"
        target.mkdir(mode=0o700)
        for part in sorted([*place.folder.glob(FILE_NAME + "*"), *place.folder.glob(place.blobs.name)]):
            part.rename(target / part.name)
        if place.key_file.exists():
            place.key_file.rename(target / place.key_file.name)  # the only thing that can ever read it again
            sync_folder(place.key_file.parent)
        sync_folder(target)
        sync_folder(place.folder)
    finally:
        os.close(lock)
    return target


def _lock(folder: Path) -> int:
    with disk_errors():
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise StoreUnavailable("in_use", "another process has the store open") from error
    return descriptor


def _wire(database: Database, place: Place, clock: Clock, draw: Draw, lock: int) -> Store:
    journal = Journal(database, clock)
    identity = Identity(database, clock)
    quarantine = Quarantine(database, journal, clock)
    evidence = Evidence(database, journal, clock, draw, Blobs(place.blobs))
    trust = CentreTrust(database, clock)
    return Store(
        database,
        Outbox(database, journal, identity, clock, place.terminal, evidence, trust),
        Delivery(database, journal, clock, draw, quarantine),
        evidence,
        journal,
        identity,
        trust,
        quarantine,
        Expiry(database, journal, quarantine),
        Orders(database, quarantine, evidence),
        Heads(database, identity, clock, place.terminal),
        Digests(database, journal, clock, draw),
        CatalogueStore(database, lambda event, detail: journal.append(event, detail=detail)),
        lock,
    )


def _prepare(store: Store) -> None:
    if not store.database.read("SELECT one FROM identity"):
        with store.database.transaction():
            store.identity.ensure_key()
            store.journal.append(JournalEvent.STORE_CREATED)
