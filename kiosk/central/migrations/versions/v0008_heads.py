"""The highest signed head of each terminal's journal and entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "terminal_head",
        sa.Column("terminal", sa.String(40), primary_key=True),
        sa.Column("public_key", sa.String(64), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("journal", sa.BigInteger, nullable=False),
        sa.Column("journal_hash", sa.String(64), nullable=False),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column("entry_hash", sa.String(64), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("problem", sa.String(40), nullable=False),
    )
