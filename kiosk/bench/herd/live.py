"""The live run: a real centre, real HTTP, a fleet of light clients in processes of their own; the outage is real, too.

The clients live first, with nobody at the other end; then the centre starts, and that is the line's return. At the end
the centre's own database says whether every entry is there once. Not responsible for what a client does.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from kiosk.bench.herd.centre import Day, Ledger
from kiosk.bench.herd.figures import Outcome, outcome_of
from kiosk.bench.herd.live_plan import Account, Plan, Report, SealingKey, Told
from kiosk.bench.herd.rows import Row
from kiosk.bench.herd.scenarios import OUTAGE_S, Scenario
from kiosk.central.database import Database
from kiosk.central.models import Terminal, TerminalKey, Transaction
from kiosk.central.signing import load_key, unpack
from offline_cache.contract import TransactionState
from offline_cache.trust.centre_trust import SEALING_PREFIX
from offline_cache.trust.centre_trust import SealingKey as StatedKey
from offline_cache.trust.signed_text import from_base64url, read_signed

UP_WITHIN_S = 60.0
CLIENTS_READY_S = 3.0


class LiveError(Exception):
    """The run could not be made; the message says why."""


@dataclass(frozen=True)
class LiveFleet:
    """Who takes part. A short outage makes a short run: terminals come back over as long as they were away."""

    terminals: int = 100
    entries: int = 12
    outage_s: float = 20.0
    poll_s: float = 2.0
    processes: int = 2
    within_s: float = 300.0
    seed: int = 1


FULL = LiveFleet(terminals=2780, outage_s=OUTAGE_S, poll_s=60.0, within_s=1200.0)


@dataclass(frozen=True)
class Place:
    """Where a centre keeps its things, and where it listens."""

    folder: Path
    database_url: str
    port: int

    @property
    def url(self) -> str:
        """Where terminals ask."""
        return f"http://127.0.0.1:{self.port}"


def place_in(folder: Path, database_url: str = "") -> Place:
    """A centre in this folder, on a free port; its own SQLite file unless there is a URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (folder / "centre").mkdir()
    return Place(folder, database_url or f"sqlite:///{folder / 'centre' / 'centre.sqlite3'}", port)


def enrol_all(place: Place, count: int) -> tuple[Account, ...]:
    """That many terminals, known to the centre: their enrolment is not what is measured."""
    keys = {f"GZ-TH-{number:06d}": Ed25519PrivateKey.generate() for number in range(count)}
    database = Database(place.database_url)
    try:
        with database.transaction() as session:
            for name, key in keys.items():
                public = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode().rstrip("=")
                session.merge(Terminal(id=name, public_key=public))
                session.merge(TerminalKey(terminal=name, public_key=public, since=datetime.datetime(2026, 1, 1)))
    finally:
        database.close()
    centre_key = unpack(load_key(place.folder / "centre").public)
    return tuple(Account(name, key.private_bytes_raw(), centre_key) for name, key in keys.items())


@contextlib.contextmanager
def centre(place: Place) -> Iterator[None]:
    """`kiosk central serve`, one process; it ends with the block."""
    words = ["central", "serve", "--data", str(place.folder / "centre"), "--port", str(place.port)]
    command = [sys.executable, "-m", "kiosk", *words, "--database", place.database_url]
    with (place.folder / "centre.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _await_health(place, process)
            yield
        finally:
            process.terminate()
            process.wait(30)


def sealing_key(place: Place) -> SealingKey:
    """What a running centre says that payloads are sealed to; LiveError when it says nothing."""
    told = requests.get(f"{place.url}/v1/centre", timeout=UP_WITHIN_S).json()
    stated = read_signed(SEALING_PREFIX, told["sealing"], from_base64url(told["public_key"]), StatedKey)
    if stated is None:
        raise LiveError("the centre names no key to seal to")
    return SealingKey(stated.k, stated.s, from_base64url(stated.x))


def live_run(fleet: LiveFleet, place: Place) -> Outcome:
    """Make the run; LiveError when it cannot be made."""
    accounts = enrol_all(place, fleet.terminals)
    with centre(place):  # before the outage: its keys are known
        sealing = sealing_key(place)
    zero_s = time.monotonic()
    draft = Plan(
        place.url, sealing, accounts, fleet.entries, fleet.outage_s, fleet.poll_s, zero_s, fleet.within_s, fleet.seed
    )
    clients = [_clients(plan) for plan in _shares(draft, fleet.processes)]
    time.sleep(CLIENTS_READY_S)  # they find nobody: this is the end of the outage
    try:
        with centre(place):
            returned_s = time.monotonic() - zero_s
            reports = [_report(process) for process in clients]
    finally:
        for process in clients:
            process.kill()
            process.wait(30)
    return _judged(fleet, place, returned_s, reports)


def _shares(plan: Plan, processes: int) -> Iterator[Plan]:
    """The plan for each process: its part of the terminals."""
    share = -(-len(plan.accounts) // processes)
    for first in range(0, len(plan.accounts), share):
        yield msgspec.structs.replace(plan, accounts=plan.accounts[first : first + share], first=first)


def _clients(plan: Plan) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kiosk.bench.herd.live_clients"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(plan))
    process.stdin.close()
    return process


def _report(process: subprocess.Popen[bytes]) -> Report:
    assert process.stdout is not None
    with process.stdout as told:
        text = told.read()
    if process.wait(60):
        raise LiveError("a process of clients failed")
    return msgspec.json.decode(text, type=Report)


def _await_health(place: Place, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{place.url}/v1/health", timeout=5).status_code == requests.codes.ok:
                return
        time.sleep(0.02)
    raise LiveError(f"the centre did not come up; see {place.folder / 'centre.log'}")


@dataclass(frozen=True)
class _Member:
    rows: Sequence[Row]


def _judged(fleet: LiveFleet, place: Place, returned_s: float, reports: Sequence[Report]) -> Outcome:
    held = stored(place)
    told = [one for report in reports for one in report.terminals]
    ledger = Ledger()
    for report in reports:
        ledger.posts += Counter(report.posts)
        ledger.others += Counter(report.others)
        ledger.took_s += report.took_s
    backend = place.database_url.partition(":")[0].partition("+")[0]
    name = f"live, {backend}"
    scenario = Scenario(name, name, "", Day(), returns_s=returned_s, judged=True)
    outcome = outcome_of(scenario, "Doorstep", [_member(one, held) for one in told], ledger)
    strangers = set(held) - {key for one in told for key in one.keys}
    return dataclasses.replace(outcome, lost=outcome.lost + len(strangers))


def stored(place: Place) -> Counter[str]:
    """How often each key is in the centre's database."""
    database = Database(place.database_url)
    try:
        with database.reading() as session:
            rows = session.execute(select(Transaction.key, func.count()).group_by(Transaction.key))
            return Counter({key: count for key, count in rows})
    finally:
        database.close()


def _member(told: Told, held: Counter[str]) -> _Member:
    facts = zip(told.keys, told.states, told.captured_s, told.ended_s, strict=True)
    return _Member(
        [
            Row(place, captured_s, state=TransactionState(state), ended_s=ended_s, effects=held[key])
            for place, (key, state, captured_s, ended_s) in enumerate(facts, 1)
        ],
    )
