"""Brings a database to the newest schema, in one transaction, each time the centre starts."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect
from sqlalchemy.engine import Engine

FOLDER = Path(__file__).resolve().parent / "migrations"
FIRST = "0001"


def upgrade(engine: Engine) -> None:
    """Run the migrations that this database has not seen."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        tables = set(inspect(connection).get_table_names())
        if "terminal" in tables and "alembic_version" not in tables:
            command.stamp(config, FIRST)  # made before there were migrations; its schema is that of the first
        command.upgrade(config, "head")
