"""How far each version of the catalogue is rolled out, and what terminals say of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "catalogue_rollout",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("halted", sa.Boolean, nullable=False),
    )
    op.create_table(
        "catalogue_report",
        sa.Column("terminal", sa.String(40), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("failed", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_catalogue_report_version", "catalogue_report", ["version"])
