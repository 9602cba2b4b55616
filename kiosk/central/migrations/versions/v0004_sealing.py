"""Which sealing keys terminals may have sealed to; the keys themselves are files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "sealing_key",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
