"""The rollout in the centre's tables: which version a terminal is offered, what it reports, when all goes on or stops.

Not responsible for the rule (catalogue_rollout).
"""

from __future__ import annotations

import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.central.catalogue_repository import Repository
from kiosk.central.catalogue_rollout import STAGES, Rollout, Verdict, judge, next_stage, offered, place_of
from kiosk.central.models import CatalogueReport, CatalogueRollout, Incident, Terminal


def version_for(session: Session, repository: Repository, terminal: str) -> int | None:
    """The version that a terminal is offered now; None before the first."""
    versions = repository.versions()
    if not versions:
        return None
    report = session.get(CatalogueReport, (terminal, versions[-1]))
    return offered(terminal, versions, state_of(session, versions[-1]), report is not None)


def state_of(session: Session, version: int) -> Rollout:
    """How far a version is; a new one is in the first stage."""
    row = session.get(CatalogueRollout, version)
    return Rollout(version, row.percent, row.halted) if row is not None else Rollout(version, STAGES[0])


def take_report(session: Session, terminal: str, version: int, failed: bool, now: datetime.datetime) -> None:
    """Keep what a terminal says, and halt the rollout when too many say that they failed."""
    session.merge(CatalogueReport(terminal=terminal, version=version, failed=failed, at=now))
    session.flush()
    state = state_of(session, version)
    if not state.halted and verdict_of(session, version) is Verdict.HALT:
        _keep(session, next_stage(state, Verdict.HALT))
        session.add(Incident(at=now, terminal=terminal, kind="catalogue_halted", key=str(version)))


def advance(session: Session, version: int) -> Rollout:
    """Go to the next stage if the reports allow it, or nobody is in this one; where the rollout then is."""
    state = state_of(session, version)
    verdict = verdict_of(session, version)
    if verdict is Verdict.WAIT and not _anybody(session, state):
        verdict = Verdict.GO_ON  # a small city has no terminal among the first 1 %: nobody would ever report
    state = next_stage(state, verdict)
    _keep(session, state)
    return state


def offer_to_all(session: Session, version: int) -> Rollout:
    """Leave the stages out: for a drill, and for a version that must be everywhere."""
    state = Rollout(version, STAGES[-1])
    _keep(session, state)
    return state


def verdict_of(session: Session, version: int) -> Verdict:
    """What the reports on a version say."""
    query = select(CatalogueReport.failed, func.count()).where(CatalogueReport.version == version)
    counts = {bool(failed): int(count) for failed, count in session.execute(query.group_by(CatalogueReport.failed))}
    return judge(counts.get(False, 0), counts.get(True, 0))


def _anybody(session: Session, state: Rollout) -> bool:
    """Whether a terminal that has enrolled is in the present stage."""
    known = session.execute(select(Terminal.id).where(Terminal.public_key != "")).scalars()
    return any(place_of(terminal, state.version) < state.percent for terminal in known)


def _keep(session: Session, state: Rollout) -> None:
    session.merge(CatalogueRollout(version=state.version, percent=state.percent, halted=state.halted))
