"""Steps of cases with the national codes; places of bookings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Three new columns, one new table."""
    op.add_column("case_event", sa.Column("result", sa.Integer, nullable=True))
    op.add_column("case_event", sa.Column("node", sa.Integer, nullable=True))
    op.add_column("case_event", sa.Column("reason", sa.String(300), nullable=False, server_default=""))
    op.create_table(
        "booked_half",
        sa.Column("place", sa.String(40), primary_key=True),
        sa.Column("day", sa.String(40), primary_key=True),
        sa.Column("half", sa.String(40), primary_key=True),
        sa.Column("taken", sa.Integer, nullable=False),
    )
