"""Evidence that transactions announce, and its parts as they come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "evidence",
        sa.Column("key", sa.String(64), sa.ForeignKey("transaction_.key"), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("touched_at", sa.DateTime),
        sa.Column("arrived_at", sa.DateTime),
    )
    op.create_table(
        "evidence_part",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("start", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
