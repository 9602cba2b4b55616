"""K2: over a line that does everything wrong, and servers that are killed, each submission has exactly one effect."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import func, select

from kiosk.central.database import Database
from kiosk.central.models import Attachment, CaseEvent, EvidencePart, Transaction
from tests.central.crashing_centre import POINTS
from tests.central.fault_proxy import Fault, FaultProxy
from tests.central.servers import Servers
from tests.central.terminals import Submission, Terminals

ALONE, IN_BATCHES, IN_ALL = 2_000, 3_000, 10_000
"""The first two always, on both databases: 10,000 a run."""
SEED = 20261123
MILLION = int(os.environ.get("DOORSTEP_SUBMISSIONS", "1000000"))


def assert_one_effect_each(database: Database, submissions: Sequence[Submission]) -> None:
    """One case, one event, the pictures; acknowledged with one number, which the database has, without gaps."""
    with database.reading() as session:
        rows = session.execute(select(Transaction.key, Transaction.case_number))
        stored = {key: case for key, case in rows}
        events = session.scalar(select(func.count()).select_from(CaseEvent))
        pictures = session.scalar(select(func.count()).select_from(Attachment))
    assert {one.key: one.cases for one in submissions} == {key: {case} for key, case in stored.items()}
    assert len(set(stored.values())) == len(stored) == events
    assert pictures == sum(one.number % 3 for one in submissions)
    counts: dict[str, list[int]] = defaultdict(list)
    for case in stored.values():
        counts[case[:15]].append(int(case[16:-1]))
    assert all(sorted(given) == list(range(1, len(given) + 1)) for given in counts.values())


def campaign(servers: Servers, count: int, kills: int, *, batches: bool = False) -> tuple[FaultProxy, Terminals]:
    """`count` submissions over the bad line, while `kills` servers die at moments that the die chooses."""
    proxy = FaultProxy(servers.port, SEED)
    terminals = Terminals(proxy.port, servers.auth, servers.public_key())
    seal_to = servers.seal_to()
    submissions = [Submission(number, seal_to) for number in range(count)]
    ended = threading.Event()
    died = 0

    def reaper() -> None:
        nonlocal died
        die = random.Random(SEED)
        while died < kills and not ended.wait(die.uniform(0.3, 1.0)):
            servers.kill(die.randrange(len(servers.pids)))
            died += 1

    reaping = threading.Thread(target=reaper)
    reaping.start()
    try:
        (terminals.deliver_in_batches if batches else terminals.deliver)(submissions, at_once=8)
    finally:
        ended.set()
        reaping.join(60)
        proxy.stop()
    assert_one_effect_each(servers.database, submissions)
    assert terminals.statuses.keys() <= {201, 202, 409, 503}, terminals.statuses
    assert died > 0
    return proxy, terminals


@pytest.mark.timeout(600)
def test_a_bad_line_and_kills_leave_one_effect_each(make_servers: Callable[[int], Servers]) -> None:
    proxy, _ = campaign(make_servers(2), ALONE, kills=25)
    assert set(proxy.met) == set(Fault)


@pytest.mark.timeout(600)
def test_batches_over_a_bad_line_and_kills_leave_one_effect_each(make_servers: Callable[[int], Servers]) -> None:
    campaign(make_servers(2), IN_BATCHES, kills=25, batches=True)


def test_evidence_over_a_bad_line_and_kills_is_there_once_and_whole(make_servers: Callable[[int], Servers]) -> None:
    """Parts that are lost, doubled, cut off and answered by nobody; servers that die between them."""
    servers = make_servers(2)
    seal_to, proxy = servers.seal_to(), FaultProxy(servers.port, SEED)
    terminals = Terminals(proxy.port, servers.auth, servers.public_key())
    submissions = [Submission(number) for number in range(12)]
    scans = {one.key: os.urandom(60_000 + one.number) for one in submissions}
    for one in submissions:
        one.evidence = seal_to.seal(scans[one.key], f"evidence {one.key}")
    terminals.deliver(submissions, at_once=4)
    killer = threading.Thread(target=lambda: [servers.kill(number % 2) for number in range(4)])
    killer.start()
    terminals.bring(submissions, 9_000)
    killer.join(60)
    proxy.stop()
    with servers.database.reading() as session:
        rows = session.execute(select(Attachment.key, Attachment.content).where(Attachment.name == "scan")).all()
        left = session.scalar(select(func.count()).select_from(EvidencePart))
        states = set(session.scalars(select(Transaction.state)))
    assert len(rows) == len(scans)
    assert {key: content for key, content in rows} == scans
    assert (left, states) == (0, {"待核验", "已受理"})  # applications without proof, and ratings


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_in_batches_with_kills(make_servers: Callable[[int], Servers]) -> None:
    proxy, _ = campaign(make_servers(2), IN_ALL, kills=100, batches=True)
    assert set(proxy.met) == set(Fault)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_over_a_bad_line_with_kills(make_servers: Callable[[int], Servers]) -> None:
    campaign(make_servers(2), IN_ALL, kills=300)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_million_over_a_bad_line_with_kills(make_servers: Callable[[int], Servers]) -> None:
    campaign(make_servers(2), MILLION, kills=MILLION // 100)


def test_a_server_that_dies_at_each_step_in_turn_leaves_one_effect(make_servers: Callable[[int], Servers]) -> None:
    servers = make_servers(1)
    terminals = Terminals(servers.port, servers.auth, servers.public_key())
    one = Submission(1)
    lives = threading.Thread(target=_die_at_each_step, args=(servers,))
    os.kill(servers.pids[0], signal.SIGKILL)
    servers.await_death()
    lives.start()
    terminals.deliver([one], at_once=1)
    lives.join(60)
    assert_one_effect_each(servers.database, [one])
    terminals.deliver([one], at_once=1)
    assert len(one.cases) == 1


def _die_at_each_step(servers: Servers) -> None:
    """Before the commit nothing is there and the next try stores it; after the commit the next try finds it."""
    for point in POINTS:
        servers.start(dies=point)
        servers.await_death()
    servers.pids[0] = servers.start()
