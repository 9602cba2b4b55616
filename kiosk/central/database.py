"""Opens the centre's database. One function call is one transaction: it commits whole or not at all.

Two kinds: `transaction` writes, `reading` cannot (and takes no write lock). `run` is a transaction that is done again
when the database asks for it: serialization failures, deadlocks, and the loser of a race for a unique key, who then
finds the winner's row. Not responsible for the schema (kiosk.central.schema).
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

from kiosk.central.locks import KeysAtWork, WriterLock
from kiosk.central.schema import bring_up_to_date

TRIES = 5
POOL, OVERFLOW, POOL_WAIT_S = 8, 8, 10
READING = "doorstep_reading"
_TRANSIENT = {"40001", "40P01"}  # serialization_failure, deadlock_detected (PostgreSQL, appendix A)
_UNIQUE = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
_Result = TypeVar("_Result")


class DatabaseUrlError(ValueError):
    """The URL names no database that this program can open."""


class Database:
    """The centre's store behind a SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            self.engine: Engine = create_engine(parsed, hide_parameters=True, **_pool(parsed.get_backend_name()))
        except (ArgumentError, NoSuchModuleError) as error:
            raise DatabaseUrlError(
                f"not a database URL of ours (sqlite:///…, postgresql+psycopg://…): {error}"
            ) from None
        self._writer = WriterLock(_beside(parsed.database, "-writer") if self.on_one_machine else None)
        self.keys_at_work = KeysAtWork(_beside(parsed.database, "-keys") if self.on_one_machine else None)
        if self.on_one_machine:
            _prepare_sqlite(self.engine)
        else:
            _prepare_postgresql(self.engine)
        try:
            with self._writer.hold():
                bring_up_to_date(self.engine)
        except BaseException:
            self.close()
            raise
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        reader = self.engine.execution_options(**{READING: True, "postgresql_readonly": True})
        self._readers = sessionmaker(reader, expire_on_commit=False)

    @property
    def on_one_machine(self) -> bool:
        """Whether all its processes share a file (SQLite)."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction that may write."""
        with self._writer.hold(), self._sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look; a write in it fails."""
        with self._readers.begin() as session:
            yield session

    def run(self, work: Callable[[Session], _Result]) -> _Result:
        """`work` in a transaction of its own; in a new one when the database asks for it, at most TRIES times."""
        for left in reversed(range(TRIES)):
            try:
                with self.transaction() as session:
                    return work(session)
            except DBAPIError as error:
                if not left or not is_worth_another_try(error):
                    raise
                time.sleep(random.uniform(0, 0.02))  # noqa: S311  # spreads rivals; nothing secret
        raise AssertionError

    def claim(self, session: Session, name: str) -> bool:
        """Take `name` until this transaction ends; False when a process elsewhere has it. For SQLite always True."""
        return self.on_one_machine or bool(session.scalar(_CLAIM, {"n": _number_of(name)}))

    def serialize(self, session: Session, name: str) -> None:
        """Wait until no other transaction holds `name`; then hold it until this one ends."""
        if not self.on_one_machine:
            session.execute(_WAIT, {"n": _number_of(name)})

    def close(self) -> None:
        """Let go of all connections."""
        with self._writer.hold():  # the last connection of an SQLite file writes a checkpoint
            self.engine.dispose()
        self._writer.close()
        self.keys_at_work.close()


_CLAIM = text("SELECT pg_try_advisory_xact_lock(:n)")
_WAIT = text("SELECT pg_advisory_xact_lock(:n)")


def is_worth_another_try(error: DBAPIError) -> bool:
    """Whether the same transaction, begun anew, may succeed."""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    return code in _TRANSIENT or (isinstance(error, IntegrityError) and code in _UNIQUE)


def _number_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _beside(database: str | None, suffix: str) -> Path | None:
    return Path(f"{database}{suffix}") if database else None


def _pool(backend: str) -> dict[str, Any]:
    if backend not in {"sqlite", "postgresql"}:
        raise ArgumentError(f"{backend} is neither sqlite nor postgresql")
    sizes = {"pool_size": POOL, "max_overflow": OVERFLOW, "pool_timeout": POOL_WAIT_S}
    return sizes | ({"pool_pre_ping": True} if backend == "postgresql" else {})


def _prepare_sqlite(engine: Engine) -> None:
    """Durable commits; a reader begins without a lock, a writer with it, so that it never has to upgrade."""
    path = engine.url.database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # people's data: a new file is its owner's alone

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reading = connection.get_execution_options().get(READING, False)
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare_postgresql(engine: Engine) -> None:
    """A commit that was answered is on the server's disk, whatever the role's or database's default is."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        if connection.execute("SHOW synchronous_commit").fetchone()[0] == "off":
            connection.execute("SET synchronous_commit = on")
        connection.commit()
