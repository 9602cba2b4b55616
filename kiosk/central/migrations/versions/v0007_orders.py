"""What operators order for transactions that a terminal has quarantined."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "terminal_order",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("terminal", sa.String(40), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("local_number", sa.String(40), nullable=False),
        sa.Column("service", sa.String(80), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("done_at", sa.DateTime, nullable=True),
    )
    op.create_index("ix_terminal_order_terminal", "terminal_order", ["terminal"])
    op.create_index("ix_terminal_order_local_number", "terminal_order", ["local_number"])
