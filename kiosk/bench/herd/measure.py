"""How long one centre works on a request, an entry in it and a probe: measured at full load over real HTTP.

The clients (production exchanges, in this process) share the machine with the centre, so a probe, which costs the
client more than the centre, comes out too dear: the simulation errs to the careful side.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from kiosk.bench.herd.centre import Service
from kiosk.bench.herd.live import Place, centre, enrol_all, sealing_key
from kiosk.bench.herd.live_clients import WELL, centre_for, sealed_body
from kiosk.bench.herd.live_plan import SealingKey
from kiosk.ipc import Control
from offline_cache.line.central import Centre
from offline_cache.outbox.batches import MOST
from offline_cache.outbox.identifiers import new_transaction_id
from offline_cache.outbox.schedule import VerdictKind
from offline_cache.trust.sealing import SEALED

CLIENTS = 4
WITHIN_S = 30.0
_ids = itertools.count(1_800_000_000_000)


class NotTakenError(Exception):
    """The centre did not take what it was sent."""


def measured_service(place: Place, for_s: float = 3.0) -> Service:
    """The service times of a centre started here."""
    accounts = enrol_all(place, CLIENTS)
    clients = [centre_for(place.url, account, lambda took_s: None) for account in accounts]
    with centre(place):
        to = sealing_key(place)
        single_s = _seconds_each(clients, lambda one: _send(one, to, 1), for_s)
        full_s = _seconds_each(clients, lambda one: _send(one, to, MOST), for_s)
        report_s = _seconds_each(clients, lambda one: one.report(WELL, Control(WITHIN_S)), for_s)
        probe_s = _seconds_each(clients, lambda one: one.health(secrets.token_urlsafe(16), Control(WITHIN_S)), for_s)
    entry_s = max(0.0, (full_s - single_s) / (MOST - 1))
    return Service(max(0.0, single_s - entry_s), entry_s, probe_s, report_s, probe_s)


def _send(one: Centre, to: SealingKey, count: int) -> None:
    terminal = "GZ-TH-0001"
    keys = [new_transaction_id(next(_ids)) for _ in range(count)]
    entries = [(key, SEALED, sealed_body(to, terminal, key, number)) for number, key in enumerate(keys, 1)]
    answer = one.send(entries, Control(WITHIN_S))
    if any(verdict.kind is not VerdictKind.ACKNOWLEDGED for verdict in answer.verdicts):
        raise NotTakenError(str(answer.verdicts[0]))


def _seconds_each(clients: list[Centre], ask: Callable[[Centre], object], for_s: float) -> float:
    """Seconds of the centre's time that each takes when all clients ask without a pause."""
    for client in clients:
        ask(client)  # what is only done once
    began_s = time.monotonic()

    def rounds(client: Centre) -> int:
        count = 0
        while time.monotonic() < began_s + for_s:
            ask(client)
            count += 1
        return count

    with ThreadPoolExecutor(len(clients)) as pool:
        count = sum(pool.map(rounds, clients))
    return (time.monotonic() - began_s) / count
