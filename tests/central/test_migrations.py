"""The database's schema: made, adopted from before migrations, brought up by many at once, never brought down."""

from __future__ import annotations

import datetime
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from kiosk.central.database import Database
from kiosk.central.intake import Intake, Sent
from kiosk.central.models import Base, CodeLimit
from kiosk.central.schema import SchemaTooNewError, newest_revision
from kiosk.central.schemas import TransactionIn
from tests.central.test_intake import body

NOW = datetime.datetime(2026, 11, 23, 10, 0)
SCHEMAS = Path(__file__).parent / "schemas"
OLD_ROWS: dict[str, list[dict[str, Any]]] = {
    "terminal": [{"id": "GZ-TH-0001", "token_hash": "x", "public_key": "", "status": "{}"}],
    "person": [{"number": "440106199001011237", "name": "陈美兰", "fields": "[]"}],
    "transaction_": [
        {
            "key": f"old-key-{count}",
            "fingerprint": "f" * 64,
            "terminal": "GZ-TH-0001",
            "local_number": f"TH0001-{count}",
            "kind": "application",
            "service": "hrss/card",
            "district": "440106",
            "number": "440106199001011237",
            "case_number": number,
            "state": "已受理",
            "status_code": 201,
            "received_at": NOW,
            "body": "{}",
        }
        for count, number in enumerate(["440106-20261123-000013", "440106-20261123-000071", "440106-20261122-000026"])
    ],
    "case_event": [{"case_number": "440106-20261123-000013", "at": NOW, "state": "已受理"}],
    "certificate": [
        {
            "serial": "CB20261123000004",
            "code": "ABC",
            "key": "certificate-key",
            "fingerprint": "f" * 64,
            "title": "参保证明",
            "masked_name": "陈**",
            "terminal": "GZ-TH-0001",
            "issued_at": NOW,
            "pages": 1,
            "sha256": "s" * 64,
            "pdf": b"%PDF-1.7",
        }
    ],
    "challenge": [
        {
            "id": name,
            "number": name,
            "salt": "s",
            "code_hash": "h",
            "expires_at": NOW + datetime.timedelta(minutes=3),
            "attempts_left": left,
        }
        for name, left in (("44010001", 5), ("44010002", 3), ("44010003", 0))
    ],
    "incident": [{"at": NOW, "terminal": "GZ-TH-0001", "kind": "key_reused", "key": "old-key-0"}],
}


@pytest.fixture
def old_database(empty_url: str, engine: str) -> str:
    """A database as the first centre left it, with something in every kind of table."""
    link = create_engine(empty_url)
    with link.begin() as connection:
        lines = (SCHEMAS / f"first_{engine}.sql").read_text(encoding="utf-8").splitlines()
        for statement in "\n".join(line for line in lines if not line.startswith("--")).split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        for table, rows in OLD_ROWS.items():
            names = ", ".join(f'"{name}"' for name in rows[0])
            values = ", ".join(f":{name}" for name in rows[0])
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), rows)  # noqa: S608  # our words
    link.dispose()
    return empty_url


def rows_of(engine: Engine, table: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}").mappings()]  # noqa: S608


def test_the_migrations_make_the_tables_that_the_program_uses(empty_url: str) -> None:
    database = Database(empty_url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()


def test_a_database_from_before_migrations_keeps_every_row(old_database: str) -> None:
    link = create_engine(old_database)
    before = {table: rows_of(link, table) for table in OLD_ROWS}
    database = Database(old_database)
    for table in OLD_ROWS.keys() - {"challenge"}:
        names = before[table][0].keys() - {"token_hash"}  # terminals sign with their key since schema 0004
        kept = [{name: row[name] for name in names} for row in rows_of(link, table)]
        assert kept == [{name: row[name] for name in names} for row in before[table]], table
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()
    link.dispose()


def test_numbers_go_on_above_the_highest_that_was_given(old_database: str) -> None:
    database = Database(old_database)
    intake = Intake(database, lambda: NOW, lambda *_: False)
    receipt, _ = intake.receive(Sent("GZ-TH-0001", "new-key-1", TransactionIn(**body()), "0" * 64))
    assert receipt.case_number == "440106-20261123-000084"
    again = Intake(database, lambda: NOW - datetime.timedelta(days=1), lambda *_: False)
    receipt, _ = again.receive(Sent("GZ-TH-0001", "new-key-2", TransactionIn(**body()), "0" * 64))
    assert receipt.case_number.startswith("440106-20261122-00003")
    link = create_engine(old_database)
    assert {"name": "serial:CB20261123", "value": 4} in rows_of(link, "counter")
    link.dispose()
    database.close()


def test_wrong_codes_before_the_migration_still_count(old_database: str) -> None:
    database = Database(old_database)
    with database.reading() as session:
        limits = {row.number: (row.wrong, row.locked_until) for row in session.query(CodeLimit)}
    assert limits == {"44010002": (2, None), "44010003": (5, NOW + datetime.timedelta(minutes=3))}
    database.close()


def test_six_that_start_at_once_migrate_once(old_database: str) -> None:
    program = "import sys; from kiosk.central.database import Database; Database(sys.argv[1]).close()"

    def start(_: int) -> int:
        return subprocess.run([sys.executable, "-c", program, old_database], timeout=100, check=False).returncode

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, range(6))) == [0] * 6
    link = create_engine(old_database)
    assert rows_of(link, "alembic_version") == [{"version_num": newest_revision()}]
    assert len(rows_of(link, "transaction_")) == len(OLD_ROWS["transaction_"])
    link.dispose()


def test_a_database_of_a_newer_program_is_refused_in_one_line_and_not_touched(
    database_url: str, tmp_path: Path
) -> None:
    database = Database(database_url)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = inspect(database.engine).get_table_names()
    with pytest.raises(SchemaTooNewError):
        Database(database_url)
    command = [sys.executable, "-m", "kiosk", "central", "incidents", "--data", str(tmp_path), "--database"]
    said = subprocess.run([*command, database_url], capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.strip().splitlines() == [
        "the database has schema 9999, which is newer than this program; install the newer one"
    ]
    assert inspect(database.engine).get_table_names() == before
    database.close()
