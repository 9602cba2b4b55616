"""What the terminal tells the centre of itself, put together from the open store. No personal data: a transaction is
named by its key, its local number and its service.

Not responsible for sending it (offline_cache.telemetry.lane).
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from offline_cache.contract import DeviceTold, LineState
from offline_cache.evidence.pieces import EvidenceState
from offline_cache.line import wire
from offline_cache.outbox.schedule import NOT_ANSWERED, Lane
from offline_cache.store import Store

MOST_QUARANTINED = 100


@dataclass(frozen=True)
class Surroundings:
    """What the store's tables do not know. `now` is business time."""

    now: datetime.datetime
    clock: str
    line: LineState
    accepting: bool
    problem: str
    devices: tuple[DeviceTold, ...]


def report(store: Store, around: Surroundings) -> wire.Status:
    """The state of this moment."""
    depth, catalogue = store.delivery.depth(), store.catalogue.standing(around.now)
    evidence = store.evidence.quarantined(MOST_QUARANTINED)
    listed = (*store.quarantine.rows(MOST_QUARANTINED), *evidence)[:MOST_QUARANTINED]
    return wire.Status(
        version=program_version(),
        line=around.line,
        accepting=around.accepting,
        problem=around.problem,
        clock=around.clock,
        waiting=depth.waiting,
        oldest_s=round(depth.oldest_s),
        ending=store.expiry.ending(),
        quarantined=depth.quarantined + len(evidence),
        quarantine=tuple(
            wire.QuarantinedEntry(one.transaction_id, one.local_number, one.service, one.reason, one.since)
            for one in listed
        ),
        lanes=_lanes(store, around.now),
        catalogue=wire.CatalogueState(
            catalogue.active or 0, catalogue.stale_since is not None or catalogue.withdrawals_late
        ),
        journal=store.journal.length(),
        devices=tuple(wire.DeviceState(one.role, one.state) for one in around.devices),
        done=store.orders.unreported(),
    )


@functools.cache
def program_version() -> str:
    """Of the installed program; empty where it is not installed."""
    try:
        return version("doorstep")
    except PackageNotFoundError:
        return ""


def _lanes(store: Store, now: datetime.datetime) -> tuple[wire.LaneState, ...]:
    rows = store.database.read(
        "SELECT lane, count(*), min(accepted_at) FROM delivery JOIN entry USING (sequence) "
        "WHERE state IN (?, ?, ?) GROUP BY lane",
        NOT_ANSWERED,
    )
    rows += store.database.read(
        "SELECT 'evidence', count(*), min(accepted_at) FROM evidence JOIN entry USING (sequence) "
        "WHERE state = ? HAVING count(*) > 0",
        (EvidenceState.WAITING,),
    )
    found = {lane: (count, datetime.datetime.fromisoformat(oldest)) for lane, count, oldest in rows}
    return tuple(
        wire.LaneState(str(lane), found[lane][0], max(0, round((now - found[lane][1]).total_seconds())))
        if lane in found
        else wire.LaneState(str(lane), 0, 0)
        for lane in (*Lane, "evidence")
    )
