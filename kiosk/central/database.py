"""Opens the centre's database. One transaction commits whole or not at all.

Not responsible for what is kept (kiosk.central.models) or for how the schema grows (kiosk.central.migrate).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from kiosk.central.migrate import upgrade

BUSY_MS = 10_000


class DatabaseUnusable(Exception):
    """The database cannot be opened; the message says why in one line."""


class Database:
    """The centre's store behind a SQLAlchemy URL. Raises DatabaseUnusable."""

    def __init__(self, url: str) -> None:
        try:
            self.engine = _open(url)
            upgrade(self.engine)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, OSError) as error:
            raise DatabaseUnusable(f"the database URL cannot be used: {error}") from error
        except OperationalError as error:
            raise DatabaseUnusable(f"the database cannot be opened: {error.orig}") from error
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        reader = self.engine.execution_options(reading=True)
        self._reading = sessionmaker(reader, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction that may write."""
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that only reads: it waits for no writer."""
        with self._reading.begin() as session:
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _open(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A failed statement must not carry a citizen's data into the log.
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return engine


def _prepare_sqlite(engine: Engine) -> None:
    """Durable commits, and writers that queue instead of failing (BEGIN IMMEDIATE)."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        # busy_timeout first: the first switch to WAL needs a lock that another process may hold.
        for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
