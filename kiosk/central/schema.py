"""Brings a database to the program's schema, once, however many processes start at the same moment.

A database that the program made before it had migrations is adopted: the first migration makes only what is missing.
A database of a newer program is refused, never touched.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_021_986_114_203_118_721
"""Of PostgreSQL's advisory locks: taken by whoever migrates, for as long as that takes."""


class SchemaTooNewError(Exception):
    """The database was written by a newer program than this one."""

    def __init__(self, found: str) -> None:
        super().__init__(f"the database has schema {found}, which is newer than this program; install the newer one")


def bring_up_to_date(engine: Engine) -> None:
    """All missing migrations in one transaction; SchemaTooNewError. For SQLite the caller holds the writer lock."""
    script = _scripts()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        found = revision_of(connection)
        if found == script.get_current_head():
            return
        if found is not None and found not in {known.revision for known in script.walk_revisions()}:
            raise SchemaTooNewError(found)
        command.upgrade(_config(connection), "head")


def revision_of(connection: Connection) -> str | None:
    """The schema's number; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str:
    """The schema that this program writes."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
