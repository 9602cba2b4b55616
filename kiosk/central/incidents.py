"""Incidents: what a person should look at. They name terminals and keys, never people."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.models import Incident
from kiosk.central.schemas import IncidentOut


def note(session: Session, incident: Incident) -> None:
    """Keep an incident, once: what goes on for days (a terminal that repeats itself) is one line."""
    same = select(Incident.id).where(
        Incident.key == incident.key, Incident.kind == incident.kind, Incident.terminal == incident.terminal
    )
    if session.scalar(same.limit(1)) is None:
        session.add(incident)


def list_incidents(session: Session, limit: int, before: int | None = None) -> list[IncidentOut]:
    """The newest incidents, or the newest before one's id, at most `limit`."""
    query = select(Incident).order_by(Incident.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Incident.id < before)
    return [
        IncidentOut(
            id=row.id,
            at=row.at.isoformat(timespec="seconds"),
            terminal=row.terminal,
            kind=row.kind,
            key=row.key,
            detail=row.detail,
        )
        for row in session.scalars(query)
    ]
