"""What operators order for transactions that a terminal has quarantined: `retry` or `return`.

Handed out with every answer to the terminal's report until it says what came of it. Not responsible for the reports
themselves (kiosk.central.fleet).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.models import Terminal, TerminalOrder, Transaction
from kiosk.central.schemas import DoneIn, OrderOut

MOST = 100
"""Orders in one answer."""
DONE, RETURN = "done", "return"
EVIDENCE = "evidence_"
"""What a terminal's reason for quarantined evidence begins with."""
What = Literal["retry", "return"]


class OrderRefusedError(Exception):
    """An order that cannot be given; the message says why."""


def give(session: Session, terminal: str, key: str, what: What, by: str, now: datetime.datetime) -> TerminalOrder:
    """Give an order; the same again is the one that stands. OrderRefusedError."""
    row = session.get(Terminal, terminal, with_for_update=True)
    if row is None:
        raise OrderRefusedError(f"there is no terminal {terminal}")
    listed = _listed(row, key)
    case = session.get(Transaction, key)
    evidence_only = str(listed.get("reason", "")).startswith(EVIDENCE)  # the case stays, its evidence is given up
    if what == RETURN and case is not None and case.terminal == terminal and not evidence_only:
        raise OrderRefusedError(f"the office has it as {case.case_number}: order retry, and the terminal learns so")
    standing = session.scalar(
        select(TerminalOrder).where(
            TerminalOrder.terminal == terminal, TerminalOrder.key == key, TerminalOrder.done_at.is_(None)
        )
    )
    if standing is not None:
        if standing.what != what:
            raise OrderRefusedError(f"{standing.what} was ordered at {standing.at:%Y-%m-%d %H:%M} and is not done yet")
        return standing
    order = TerminalOrder(id=str(uuid.uuid4()), terminal=terminal, key=key, what=what, by=by, at=now, outcome="")
    order.local_number, order.service = listed.get("local_number", ""), listed.get("service", "")
    session.add(order)
    return order


def standing_orders(session: Session, terminal: str) -> list[OrderOut]:
    """What the terminal has not reported as done, oldest first."""
    query = select(TerminalOrder).where(TerminalOrder.terminal == terminal, TerminalOrder.done_at.is_(None))
    rows = session.scalars(query.order_by(TerminalOrder.at, TerminalOrder.id).limit(MOST))
    return [OrderOut(id=row.id, key=row.key, order=row.what) for row in rows]


def settle(session: Session, terminal: str, done: Sequence[DoneIn], now: datetime.datetime) -> None:
    """The terminal has said what came of these."""
    for one in done:
        row = session.get(TerminalOrder, one.id)
        if row is not None and row.terminal == terminal and row.done_at is None:
            row.outcome, row.done_at = one.outcome, now


def returned(session: Session, local_number: str, terminal: str = "") -> TerminalOrder | None:
    """The order by which a transaction was given up, if it was."""
    query = select(TerminalOrder).where(
        TerminalOrder.local_number == local_number, TerminalOrder.what == RETURN, TerminalOrder.outcome == DONE
    )
    if terminal:
        query = query.where(TerminalOrder.terminal == terminal)
    return session.scalar(query.order_by(TerminalOrder.at.desc()).limit(1))


def _listed(row: Terminal, key: str) -> dict[str, Any]:
    """What the terminal last said of its quarantined transaction."""
    listed: list[dict[str, Any]] = row.status.get("quarantine", [])
    found = next((one for one in listed if one.get("key") == key), None)
    if found is None and row.status.get("quarantined", 0) <= len(listed):
        raise OrderRefusedError(f"{row.id} has no quarantined transaction {key}")
    return found or {}
