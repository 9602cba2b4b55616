"""Counters instead of counting rows; limits of SMS codes; what receipts, operators and a restored backup need.

Counters start above the highest number given. Codes on their way (five minutes) expire: their hashes were plain
SHA-256 of six digits. How many wrong tries a number has left is carried over.
"""

from __future__ import annotations

import datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ATTEMPTS = 5
_LOCK = datetime.timedelta(minutes=5)
_counter = sa.table("counter", sa.column("name", sa.String), sa.column("value", sa.BigInteger))
_cases = sa.table("transaction_", sa.column("case_number", sa.String))
_certificates = sa.table("certificate", sa.column("serial", sa.String))
_challenges = sa.table(
    "challenge", sa.column("number", sa.String), sa.column("expires_at", sa.DateTime), sa.column("attempts_left")
)


def upgrade() -> None:
    """New tables, columns and the counters' start."""
    op.create_table(
        "counter",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    limits = op.create_table(
        "code_limit",
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("window_from", sa.DateTime, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("wrong_at", sa.DateTime),
        sa.Column("locked_until", sa.DateTime),
    )
    op.create_table(
        "promise",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("terminal", sa.String(40), nullable=False),
        sa.Column("case_number", sa.String(40), nullable=False, unique=True),
        sa.Column("status_code", sa.Integer, nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "operator",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "centre",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("public_key", sa.String(64), nullable=False),
    )
    op.add_column("transaction_", sa.Column("payload_sha256", sa.String(64), nullable=False, server_default=""))
    op.add_column("incident", sa.Column("detail", sa.String(120), nullable=False, server_default=""))
    op.create_index("ix_incident_key", "incident", ["key"])
    _start_counters()
    _carry_limits(limits)
    op.drop_column("challenge", "attempts_left")


def _start_counters() -> None:
    """The highest count of each prefix. A case number ends in a check digit; a serial does not."""
    link, highest = op.get_bind(), dict[str, int]()
    for number in link.scalars(sa.select(_cases.c.case_number)):
        prefix, _, count = number.rpartition("-")
        if count[:-1].isdigit():
            highest[f"case:{prefix}"] = max(highest.get(f"case:{prefix}", 0), int(count[:-1]))
    for serial in link.scalars(sa.select(_certificates.c.serial)):
        if serial[-6:].isdigit():
            name = f"serial:{serial[:-6]}"
            highest[name] = max(highest.get(name, 0), int(serial[-6:]))
    if highest:
        link.execute(sa.insert(_counter), [{"name": name, "value": value} for name, value in highest.items()])


def _carry_limits(limits: sa.Table) -> None:
    """Wrong tries of living codes. A code's end is five minutes after its beginning, so it is near the last try."""
    link, rows = op.get_bind(), dict[str, dict[str, object]]()
    columns = (_challenges.c.number, _challenges.c.expires_at, _challenges.c.attempts_left)
    for number, expires_at, left in link.execute(sa.select(*columns).order_by(_challenges.c.expires_at)):
        if left < _ATTEMPTS:
            begun = expires_at - _LOCK
            rows[number] = {"number": number, "window_from": begun, "sent": 1, "wrong": _ATTEMPTS - left}
            rows[number] |= {"wrong_at": begun, "locked_until": expires_at if left <= 0 else None}
    if rows:
        link.execute(sa.insert(limits), list(rows.values()))
    link.execute(sa.delete(_challenges))
