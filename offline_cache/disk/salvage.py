"""Saves what verifies of a damaged store into a new one; the damaged file is kept beside it, for ever.

A record is saved when its own hash says that it is what was once written; gaps in the chains become bridges. A payload
is saved when its entry's hash says so; an entry whose payload is gone although it was still needed is quarantined.
Numbers that a slip may show are not given again. Not responsible for a file whose first page is gone, which cannot be
told from a wrong key (`kiosk outbox set-aside`). Files of evidence are not touched: what the damaged table no longer
tells of is found again by the names of the files.

A power cut at any moment leaves the old store or the new one: the new file is complete under its last-but-one name
before the old one moves, and `finish` goes on from there.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from offline_cache.chains.chain import Record, gaps, stands_alone
from offline_cache.chains.journal import JOURNAL_COLUMNS, Journal, JournalEvent
from offline_cache.clock import Clock
from offline_cache.contract import TransactionState
from offline_cache.disk.bridges import write_bridges
from offline_cache.disk.database import Database, Row, disk_errors
from offline_cache.disk.keys import make_folder, sync_folder
from offline_cache.errors import StoreUnavailable
from offline_cache.evidence.blobs import Blobs
from offline_cache.evidence.pieces import EVIDENCE_COLUMNS, readopt
from offline_cache.outbox.promises import ENTRY_COLUMNS, PAYLOAD_LOST
from offline_cache.outbox.schedule import lane_of
from offline_cache.trust.sealing import PLAIN

log = logging.getLogger(__name__)

SAVED_SUFFIX = ".saved"
BLOBS = "blobs"
"""The folder of evidence, beside the file."""

SKIP = 1000
"""How many numbers are left out after damage: more than one terminal hands out between two contacts."""

_LIKELY_GONE = 5000  # rows that one page, or a page of pages, can take away
_WHO_WE_ARE = {
    "identity": "one, private_key, registered_at",
    "centre_trust": "one, signing_key, sealing_key_id, suite, sealing_key, pinned_at",
    "centre_time": "one, signed_s, boot_id, monotonic_s",
    "catalogue_metadata": "role, version, body",  # its content comes anew, but never an older one
}
_PROOF = {
    "receipt": "sequence, text",
    "head": "id, at, journal, journal_hash, entry, entry_hash, text",
    "witness": "one, at, journal, entry, problem",
}
_DONE = (TransactionState.ACCEPTED, TransactionState.REJECTED)
_DELIVERY = (
    "sequence, lane, state, attempts, refusals, next_at, wait_s, hold_s, last_status, reason, case_number, answered_at"
)


@dataclass(frozen=True)
class Saved:
    """How much of the outbox was saved: entries, entries that are gone, payloads that are gone though needed."""

    entries: int = 0
    entries_lost: int = 0
    payloads_lost: int = 0

    def __str__(self) -> str:
        return f"entries={self.entries} lost={self.entries_lost} payloads_lost={self.payloads_lost}"


def salvage(file: Path, key: bytes, clock: Clock) -> Saved:
    """Replace a damaged store by what verifies of it. The caller holds the store's lock. Raises StoreUnavailable."""
    fresh = file.with_name(file.name + ".salvage")
    with disk_errors():
        for path in fresh.parent.glob(fresh.name + "*"):
            path.unlink()  # an earlier attempt that was cut short
    with (
        contextlib.closing(Database(file, key, examine=True)) as old,
        contextlib.closing(Database(fresh, key)) as new,
    ):
        with new.transaction():
            saved = _copy(old, new)
            readopt(new, Blobs(file.parent / BLOBS), clock.schedule_s())
            Journal(new, clock).append(JournalEvent.STORE_SALVAGED, detail=str(saved))
        new.checkpoint()
    with disk_errors():
        fresh.rename(file.with_name(file.name + SAVED_SUFFIX))
        sync_folder(file.parent)
    log.error("store damaged, salvaged: %s", saved)
    finish(file)
    return saved


def finish(file: Path) -> None:
    """Put a saved store in the damaged one's place, if there is one; at every opening, before anything else."""
    saved = file.with_name(file.name + SAVED_SUFFIX)
    if not saved.exists():
        return
    with disk_errors():
        folder = _quarantine_folder(file)
        # The log goes first: a new file beside an old log would be read as one.
        for name in (file.name + "-wal", file.name):
            with contextlib.suppress(FileNotFoundError):
                (file.parent / name).rename(folder / name)
        sync_folder(folder)
        sync_folder(file.parent)
        saved.rename(file)
        sync_folder(file.parent)


def quarantined(file: Path) -> list[Path]:
    """The folders with damaged stores beside this one, oldest first."""
    return sorted(file.parent.glob("damaged-*"))


def _quarantine_folder(file: Path) -> Path:
    made = quarantined(file)
    if made and not (made[-1] / file.name).exists():
        return made[-1]  # a power cut came between its making and its filling
    folder = file.parent / f"damaged-{len(made) + 1:03}"
    make_folder(folder)  # its name is durable before anything moves into it
    return folder


def _copy(old: Database, new: Database) -> Saved:
    _copy_tables(old, new, _WHO_WE_ARE)
    entries = _Chain(old, "entry", "sequence", ENTRY_COLUMNS)
    saved = Saved(entries_lost=entries.lost)
    for record in entries.records:
        saved = _copy_entry(old, new, record, saved)
    _copy_tables(old, new, _PROOF)
    journal = _Chain(old, "journal", "number", JOURNAL_COLUMNS)
    for _, previous, own, values in journal.records:
        _insert(new, "journal", f"{JOURNAL_COLUMNS}, previous, hash", (*values, previous, own))
    write_bridges(new, "entry", gaps(entries.records, entries.skip_to))
    write_bridges(new, "journal", gaps(journal.records, journal.skip_to))
    return saved


def _copy_tables(old: Database, new: Database, tables: Mapping[str, str]) -> None:
    """What can be read of tables that hold no chain; a row of an entry that is gone goes with it."""
    for table, columns in tables.items():
        with contextlib.suppress(StoreUnavailable):
            if not old.read("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)):
                continue  # not in every past schema
            for row in old.each(f"SELECT {columns} FROM {table}"):  # noqa: S608 (our own names)
                if table != "receipt" or new.read("SELECT 1 FROM entry WHERE sequence = ?", row[:1]):
                    _insert(new, table, columns, row)


def _copy_entry(old: Database, new: Database, record: Record, saved: Saved) -> Saved:
    sequence, previous, own, values = record
    entry = dict(zip(ENTRY_COLUMNS.split(", "), values, strict=True))
    _insert(new, "entry", f"{ENTRY_COLUMNS}, previous, hash", (*values, previous, own))
    body = _body(old, sequence, entry["payload_sha256"])
    if body is not None:
        _insert(new, "payload", "sequence, body, media_type", (sequence, *body))
    _copy_evidence(old, new, sequence)
    delivery = _one(old, f"SELECT {_DELIVERY} FROM delivery WHERE sequence = ?", sequence)  # noqa: S608 (constant)
    # Where it stood is gone: it may have arrived, so the centre is asked under the same key.
    delivery = delivery or (sequence, lane_of(entry["kind"]), TransactionState.UNKNOWN, *(0,) * 6, "", "", None)
    lost = body is None and delivery[2] not in _DONE and delivery[9] != PAYLOAD_LOST
    if lost:
        delivery = (*delivery[:2], TransactionState.QUARANTINED, *delivery[3:9], PAYLOAD_LOST, *delivery[10:])
    _insert(new, "delivery", _DELIVERY, delivery)
    return replace(saved, entries=saved.entries + 1, payloads_lost=saved.payloads_lost + lost)


def _body(old: Database, sequence: int, digest: bytes) -> tuple[bytes, str] | None:
    """The payload and its media type. A file that was damaged before it was migrated has the first schemas' columns."""
    kind = "media_type" if _has(old, "payload", "media_type") else f"'{PLAIN}'"
    row = _one(old, f"SELECT body, {kind} FROM payload WHERE sequence = ?", sequence)  # noqa: S608 (constant)
    return (row[0], row[1]) if row and hashlib.sha256(row[0]).digest() == digest else None


def _copy_evidence(old: Database, new: Database, sequence: int) -> None:
    if not _has(old, "evidence", "sha256"):
        return
    with contextlib.suppress(StoreUnavailable):
        for row in old.read(f"SELECT {EVIDENCE_COLUMNS} FROM evidence WHERE sequence = ?", (sequence,)):  # noqa: S608
            _insert(new, "evidence", EVIDENCE_COLUMNS, row)


def _has(old: Database, table: str, column: str) -> bool:
    return _one(old, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", table, column) is not None


def _insert(new: Database, table: str, columns: str, values: Row) -> None:
    marks = ", ".join("?" * len(values))
    new.write(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)  # noqa: S608 (our own names)


class _Chain:
    """The records of a damaged chain that stand alone, and where the next one may be numbered."""

    def __init__(self, old: Database, table: str, key: str, columns: str) -> None:
        self._old, self._table, self._key = old, table, key
        self._whole = True
        top = self._top()
        rows = self._rows(f"SELECT {key}, previous, hash, {columns} FROM {table}", top)  # noqa: S608 (our own names)
        every = [(row[0], row[1], row[2], tuple(row[3:])) for row in rows]
        self.records: list[Record] = [record for record in every if stands_alone(record)]
        last = self.records[-1][0] if self.records else 0
        self.skip_to = 0 if self._whole and last == top else max(last, top if self._whole else last) + SKIP
        self.lost = max(0, max(last, top if self._whole else 0) - len(self.records))

    def _top(self) -> int:
        """The highest number that any readable table shows; at least 0."""
        tables = {"entry": ("entry", "delivery", "payload"), "journal": ("journal",)}[self._table]
        found = [_one(self._old, f"SELECT coalesce(max({self._key}), 0) FROM {table}") for table in tables]  # noqa: S608
        self._whole = all(found)
        return max((row[0] for row in found if row), default=0)

    def _rows(self, sql: str, top: int) -> Iterator[Row]:
        number = 0
        while True:
            try:
                for row in self._old.each(f"{sql} WHERE {self._key} > ? ORDER BY {self._key}", (number,)):
                    number = row[0]
                    yield row
                return
            except StoreUnavailable:
                self._whole = False
            # A page is gone: go on behind it, one by one, until a row can be read again.
            for candidate in range(number + 1, max(top, number + _LIKELY_GONE) + 1):
                found = _one(self._old, f"{sql} WHERE {self._key} = ?", candidate)
                if found:
                    number = candidate
                    yield found
                    break
            else:
                return


def _one(old: Database, sql: str, *values: object) -> Row | None:
    try:
        rows = old.read(sql, values)
    except StoreUnavailable:
        return None
    return rows[0] if rows else None
