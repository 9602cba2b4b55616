"""K2: over a line that does everything wrong, and servers that are killed, each submission has exactly one effect."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from kiosk.central.database import Database
from kiosk.central.identity import enrol
from kiosk.central.models import Attachment, CaseEvent, Transaction
from tests.central.crashing_centre import POINTS
from tests.central.fault_proxy import Fault, FaultProxy
from tests.central.terminals import Submission, Terminals

ALWAYS, IN_ALL = 600, 10_000
MILLION = int(os.environ.get("DOORSTEP_SUBMISSIONS", "1000000"))


class Servers:
    """Centres in processes of their own on one database and one port; each can be killed and comes back."""

    def __init__(self, folder: Path, url: str, count: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.database = Database(url)
        token = self.database.run(lambda session: enrol(session, "GZ-TH-0001"))
        self.authorization = f"Terminal GZ-TH-0001:{token}"
        arguments = [str(self._listener.fileno()), str(folder), url]
        command = [sys.executable, "-m", "tests.central.crashing_centre", *arguments]
        self._parents = [
            subprocess.Popen(
                command,
                pass_fds=[self._listener.fileno()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
            for _ in range(count)
        ]
        self.pids = [self.start(place) for place in range(count)]

    def start(self, place: int = 0, dies: str = "") -> int:
        """Begin a life that ends at `dies`; its process id."""
        parent = self._parents[place]
        assert parent.stdin is not None
        parent.stdin.write(f"{dies}\n")
        word, pid = self._hear(place).split()
        assert word == "up"
        return int(pid)

    def await_death(self, place: int = 0) -> None:
        """Until that life has ended."""
        assert self._hear(place) == "died"

    def kill(self, place: int = 0) -> None:
        """kill -9, and a new life."""
        os.kill(self.pids[place], signal.SIGKILL)
        self.await_death(place)
        self.pids[place] = self.start(place)

    def public_key(self) -> str:
        """What the centre says of itself."""
        return str(requests.get(f"http://127.0.0.1:{self.port}/v1/centre", timeout=60).json()["public_key"])

    def stop(self) -> None:
        """End everything."""
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        for place, parent in enumerate(self._parents):
            self.await_death(place)
            assert parent.stdin is not None
            assert parent.stdout is not None
            parent.stdin.close()
            parent.wait(30)
            parent.stdout.close()
        self._listener.close()
        self.database.close()

    def _hear(self, place: int) -> str:
        stdout = self._parents[place].stdout
        assert stdout is not None
        return stdout.readline().strip()


@pytest.fixture
def make_servers(tmp_path: Path, database_url: str) -> Iterator[Callable[[int], Servers]]:
    made: list[Servers] = []

    def make(count: int) -> Servers:
        made.append(Servers(tmp_path, database_url, count))
        return made[-1]

    yield make
    for servers in made:
        servers.stop()


def assert_one_effect_each(database: Database, submissions: Sequence[Submission]) -> None:
    """One case, one event, the pictures; acknowledged with one number, which is the number in the database."""
    with database.reading() as session:
        rows = session.execute(select(Transaction.key, Transaction.case_number))
        stored = {key: case for key, case in rows}
        events = session.scalar(select(func.count()).select_from(CaseEvent))
        pictures = session.scalar(select(func.count()).select_from(Attachment))
    assert {one.key: one.cases for one in submissions} == {key: {case} for key, case in stored.items()}
    assert len(set(stored.values())) == len(stored) == events
    assert pictures == sum(one.number % 3 for one in submissions)


def campaign(servers: Servers, count: int, kills: int, seed: int = 20261123) -> tuple[FaultProxy, Terminals]:
    """`count` submissions over the bad line, while `kills` servers die at moments that the die chooses."""
    proxy = FaultProxy(servers.port, seed)
    terminals = Terminals(proxy.port, servers.authorization, servers.public_key())
    submissions = [Submission(number) for number in range(count)]
    ended = threading.Event()
    died = 0

    def reaper() -> None:
        nonlocal died
        die = random.Random(seed)
        while died < kills and not ended.wait(die.uniform(0.3, 1.0)):
            servers.kill(die.randrange(len(servers.pids)))
            died += 1

    reaping = threading.Thread(target=reaper)
    reaping.start()
    try:
        terminals.deliver(submissions, at_once=8)
    finally:
        ended.set()
        reaping.join(60)
        proxy.stop()
    assert_one_effect_each(servers.database, submissions)
    assert terminals.statuses.keys() <= {201, 202, 409, 503}, terminals.statuses
    assert died > 0
    return proxy, terminals


def test_a_bad_line_and_kills_leave_one_effect_each(make_servers: Callable[[int], Servers]) -> None:
    proxy, _ = campaign(make_servers(2), ALWAYS, kills=6)
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
    terminals = Terminals(servers.port, servers.authorization, servers.public_key())
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
