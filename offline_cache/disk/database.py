"""One encrypted SQLite file: opening, creating, migrating, transactions; and which errors are the disk's.

Not responsible for what the tables mean. One connection, used by one thread at a time (offline_cache.owner).
Why each setting: WAL with synchronous=FULL lost nothing in the power-cut model, NORMAL did; SQLite 3.7.0 to
3.51.2 can lose a commit (sqlite.org/wal.html#the_wal_reset_bug); aegis authenticates each page, aes256cbc
does not notice a flipped bit; a new file is filled under another name, so that an empty file under the real
one can only be damage.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import apsw

from offline_cache.disk.keys import sync_folder
from offline_cache.errors import StoreUnavailable

CIPHER = "aegis"
FIRST_UNSAFE, FIRST_SAFE = (3, 7, 0), (3, 51, 3)

_DISK_ERRORS: dict[type[Exception], str] = {
    apsw.FullError: "disk_full",
    apsw.NotADBError: "wrong_key",
    apsw.CorruptError: "damaged",
    apsw.IOError: "disk_error",
    apsw.CantOpenError: "disk_error",
    apsw.ReadOnlyError: "read_only",
    apsw.PermissionsError: "read_only",
    apsw.BusyError: "in_use",
    apsw.LockedError: "in_use",
}

Row = tuple[Any, ...]


def check_sqlite_version(version: str) -> None:
    """Raise StoreUnavailable (unsafe_sqlite) for a SQLite that can lose a committed transaction."""
    numbers = tuple(int(part) for part in version.split(".")[:3])
    if FIRST_UNSAFE <= numbers < FIRST_SAFE:
        raise StoreUnavailable("unsafe_sqlite", f"SQLite {version} has the WAL-reset bug; 3.51.3 is needed")


class disk_errors:
    """Turn what the disk or the file did to us into StoreUnavailable; let bugs pass.

    A class, because a generator costs a tenth of what a whole promise does: ten of them are entered for each.
    """

    __slots__ = ()

    def __enter__(self) -> None:
        """Nothing is needed before."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise what the error means to the store."""
        if error is None:
            return
        if isinstance(error, Exception) and type(error) in _DISK_ERRORS:
            raise StoreUnavailable(_DISK_ERRORS[type(error)], str(error)) from error
        if isinstance(error, OSError):
            reason = "disk_full" if error.errno == errno.ENOSPC else "disk_error"
            raise StoreUnavailable(reason, error.strerror or "") from error


class Database:
    """An open store file. Close it; do not share it between threads that run at the same time."""

    def __init__(self, path: Path, key: bytes, *, examine: bool = False) -> None:
        """Open `path`, creating and migrating as needed. Raises StoreUnavailable.

        With `examine` a damaged file is only read, as far as it can be: nothing in it is changed, its log stays.
        """
        check_sqlite_version(apsw.sqlite_lib_version())
        self.path = path
        with disk_errors():
            if not path.exists() and not examine:
                _create(path, key)
            elif path.stat().st_size == 0:
                raise StoreUnavailable("damaged", f"{path.name} is empty")
            self._connection = _connect(path, key)
            if examine:
                self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
                self._connection.pragma("query_only", "on")
                return
            try:
                _migrate(self._connection)
            except BaseException:
                self._connection.close(True)
                raise

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with disk_errors():
            return list(self._connection.execute(sql, tuple(values)))

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows of a query one by one, for tables that do not fit into memory. Read it to its end."""
        with disk_errors():
            yield from self._connection.execute(sql, tuple(values))

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Carry out one statement inside `transaction`; how many rows changed."""
        if not self._connection.in_transaction:
            raise AssertionError("write outside a transaction")
        with disk_errors():
            self._connection.execute(sql, tuple(values))
            return int(self._connection.changes())

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is on the disk when this ends without an exception, or not at all."""
        with disk_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # The first error is the one that matters; a failed rollback must not hide it.
                with contextlib.suppress(apsw.Error):
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                raise

    def checkpoint(self) -> None:
        """Move what the write-ahead log holds into the file, and empty the log."""
        with disk_errors():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def log_bytes(self) -> int:
        """How long the write-ahead log is."""
        try:
            return self.path.with_name(self.path.name + "-wal").stat().st_size
        except OSError:
            return 0

    def setting(self, name: str) -> Any:
        """The value of a PRAGMA, for checks."""
        return self._connection.pragma(name)

    def page_problems(self) -> list[str]:
        """What SQLite's quick check of the pages says; empty when all is well."""
        found = [str(row[0]) for row in self.read("PRAGMA quick_check(20)")]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        """Close; a failing disk cannot keep us from it."""
        with contextlib.suppress(apsw.Error):
            self._connection.close(True)


def _connect(path: Path, key: bytes) -> apsw.Connection:
    # No SQLITE_OPEN_CREATE: a store that vanished is not silently replaced by an empty one.
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        _configure(connection, path, key)
    except BaseException:
        connection.close(True)
        raise
    return connection


def _configure(connection: apsw.Connection, path: Path, key: bytes) -> None:
    connection.pragma("cipher", CIPHER)
    connection.pragma("hexkey", key.hex())
    # One owner: no shared memory beside the file, no lock calls for each commit, and a second opener is told so.
    connection.pragma("locking_mode", "exclusive")
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # the wrong key shows here, before any write
    if connection.pragma("journal_mode", "wal") != "wal":
        raise StoreUnavailable("disk_error", "this file system cannot hold a write-ahead log")
    connection.pragma("synchronous", "full")
    connection.pragma("foreign_keys", "on")
    connection.pragma("secure_delete", "on")
    connection.pragma("temp_store", "memory")  # nothing of a citizen in temporary files
    connection.pragma("mmap_size", 0)  # mapped pages made the WAL-reset damage worse
    # The log has its name only now, and SQLite ignores it when its own sync of the folder fails: without this, a
    # power cut can take the whole log away, or put a former one back.
    sync_folder(path.parent)


def _create(path: Path, key: bytes) -> None:
    if path.with_name(path.name + "-wal").exists():
        raise StoreUnavailable("damaged", f"{path.name} is gone, its write-ahead log is not")
    fresh = path.with_name(path.name + ".new")
    for suffix in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)  # a first start that was cut short
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(descriptor)
    connection = _connect(fresh, key)
    try:
        _migrate(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close(True)
    fresh.rename(path)
    sync_folder(path.parent)


def _migrate(connection: apsw.Connection) -> None:
    scripts = _scripts()
    present = int(connection.pragma("user_version"))
    if present > len(scripts):
        raise StoreUnavailable("newer_schema", f"version {present}, this program knows {len(scripts)}")
    for number, script in enumerate(scripts[present:], start=present + 1):
        connection.execute(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT").fetchall()


def _scripts() -> list[str]:
    folder = resources.files("offline_cache") / "disk" / "migrations"
    files = {file.name: file for file in folder.iterdir() if file.name.endswith(".sql")}
    return [files[name].read_text(encoding="utf-8") for name in sorted(files)]
