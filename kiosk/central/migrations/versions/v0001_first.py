"""The schema of the first centre, which made its tables without migrations: makes only what is missing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
_tables = sa.MetaData()


def _text(name: str, length: int, **options: bool) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, **options)  # type: ignore[arg-type]  # plain flags


sa.Table(
    "terminal",
    _tables,
    _text("id", 40, primary_key=True),
    _text("token_hash", 64),
    _text("public_key", 64),
    sa.Column("status", sa.JSON, nullable=False),
    sa.Column("seen_at", sa.DateTime),
)
sa.Table(
    "person",
    _tables,
    _text("number", 20, primary_key=True),
    _text("name", 80),
    sa.Column("fields", sa.JSON, nullable=False),
)
sa.Table(
    "record",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    _text("dataset", 40, index=True),
    _text("number", 20, index=True),
    _text("title", 120),
    _text("state", 40),
    _text("period_from", 7),
    _text("period_to", 7),
    sa.Column("rows", sa.JSON, nullable=False),
)
sa.Table(
    "challenge",
    _tables,
    _text("id", 40, primary_key=True),
    _text("number", 20),
    _text("salt", 32),
    _text("code_hash", 64),
    sa.Column("expires_at", sa.DateTime, nullable=False),
    sa.Column("attempts_left", sa.Integer, nullable=False),
)
sa.Table(
    "token",
    _tables,
    _text("token_hash", 64, primary_key=True),
    _text("number", 20),
    sa.Column("expires_at", sa.DateTime, nullable=False),
)
sa.Table(
    "message",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    _text("phone", 20),
    _text("text", 300),
    _text("code", 8),
)
sa.Table(
    "certificate",
    _tables,
    _text("serial", 40, primary_key=True),
    _text("code", 24, unique=True),
    _text("key", 64, unique=True),
    _text("fingerprint", 64),
    _text("title", 120),
    _text("masked_name", 80),
    _text("terminal", 40),
    sa.Column("issued_at", sa.DateTime, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    _text("sha256", 64),
    sa.Column("pdf", sa.LargeBinary, nullable=False),
)
sa.Table(
    "transaction_",
    _tables,
    _text("key", 64, primary_key=True),
    _text("fingerprint", 64),
    _text("terminal", 40),
    _text("local_number", 40, index=True),
    _text("kind", 20),
    _text("service", 80),
    _text("district", 6),
    _text("number", 20, index=True),
    _text("case_number", 40, unique=True),
    _text("state", 20),
    sa.Column("status_code", sa.Integer, nullable=False),
    sa.Column("received_at", sa.DateTime, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
)
sa.Table(
    "attachment",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(64), sa.ForeignKey("transaction_.key"), nullable=False, index=True),
    _text("name", 80),
    _text("media_type", 80),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
sa.Table(
    "case_event",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    _text("case_number", 40, index=True),
    sa.Column("at", sa.DateTime, nullable=False),
    _text("state", 20),
)
sa.Table(
    "incident",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    _text("terminal", 40),
    _text("kind", 40),
    _text("key", 64),
)


def upgrade() -> None:
    """Make what is not there yet."""
    _tables.create_all(op.get_bind(), checkfirst=True)
