"""Terminals sign with their own key, made known by a one-time code; tokens are gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Three new tables; the tokens' hashes leave."""
    op.create_table(
        "invitation",
        sa.Column("terminal", sa.String(40), primary_key=True),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("used_by", sa.String(64), nullable=False),
    )
    op.create_table(
        "terminal_key",
        sa.Column("terminal", sa.String(40), primary_key=True),
        sa.Column("public_key", sa.String(64), primary_key=True),
        sa.Column("since", sa.DateTime, nullable=False),
    )
    op.create_table(
        "nonce",
        sa.Column("terminal", sa.String(40), primary_key=True),
        sa.Column("nonce", sa.String(64), primary_key=True),
        sa.Column("expires_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_nonce_expires_at", "nonce", ["expires_at"])
    op.execute(
        "INSERT INTO terminal_key (terminal, public_key, since) "
        "SELECT id, public_key, '2000-01-01 00:00:00' FROM terminal WHERE public_key <> ''"
    )
    op.drop_column("terminal", "token_hash")
