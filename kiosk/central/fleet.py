"""What terminals say of themselves, and how all of them stand: for operators who must see which cannot serve, and why.

No personal data is among it: a transaction is named by its key, its local number and its service.
"""

from __future__ import annotations

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.models import Terminal
from kiosk.central.orders import settle, standing_orders
from kiosk.central.schemas import OrderOut, StatusIn, TerminalDetailOut, TerminalOut

SILENT_S = 150
"""A terminal reports each minute: one that did not for this long has no line, or worse."""


def take_report(session: Session, terminal: str, status: StatusIn, now: datetime.datetime) -> list[OrderOut]:
    """Keep what a terminal says of itself; what operators order."""
    row = session.get_one(Terminal, terminal, with_for_update=True)
    row.status, row.seen_at = status.model_dump(exclude={"done"}), now
    settle(session, terminal, status.done, now)
    session.flush()
    return standing_orders(session, terminal)


def all_terminals(session: Session, now: datetime.datetime) -> list[TerminalOut]:
    """Every terminal, those that need somebody first."""
    rows = [_line(row, now) for row in session.scalars(select(Terminal))]
    return sorted(rows, key=lambda one: (not one.needs_attention, one.id))


def one_terminal(session: Session, terminal: str, now: datetime.datetime) -> TerminalDetailOut | None:
    """One terminal with its quarantine, lanes, devices and standing orders; None when there is none."""
    row = session.get(Terminal, terminal)
    if row is None:
        return None
    status = StatusIn.model_validate(row.status)
    return TerminalDetailOut(
        **_line(row, now).model_dump(),
        quarantine=status.quarantine,
        lanes=status.lanes,
        devices=status.devices,
        orders=standing_orders(session, terminal),
    )


def _line(row: Terminal, now: datetime.datetime) -> TerminalOut:
    status = StatusIn.model_validate(row.status)
    age_s = None if row.seen_at is None else max(0, round((now - row.seen_at).total_seconds()))
    silent = age_s is None or age_s > SILENT_S
    return TerminalOut(
        id=row.id,
        seen_at=row.seen_at.isoformat(timespec="seconds") if row.seen_at is not None else "",
        age_s=age_s,
        silent=silent,
        needs_attention=silent or not status.accepting or bool(status.problem or status.quarantined or status.ending),
        line=status.line,
        accepting=status.accepting,
        problem=status.problem,
        waiting=status.waiting,
        oldest_s=status.oldest_s,
        ending=status.ending,
        quarantined=status.quarantined,
        catalogue=status.catalogue,
        clock=status.clock,
        journal=status.journal,
        version=status.version,
        devices_down=sum(device.state != "online" for device in status.devices),
    )
