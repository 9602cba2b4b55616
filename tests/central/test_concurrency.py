"""Races: between threads, between servers, and with a database that is busy or away."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg.errors
import pytest
import requests
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kiosk.central import locks
from kiosk.central.database import Database
from kiosk.central.intake import Intake, Sent
from kiosk.central.locks import KeysAtWork
from kiosk.central.models import Certificate, Transaction
from kiosk.central.models import Counter as CounterRow
from kiosk.central.schemas import TransactionIn
from tests.central.conftest import Centre
from tests.central.postgresql import PostgresServer
from tests.central.servers import Servers
from tests.central.test_certificates import request_of
from tests.central.test_identity import WANG
from tests.central.test_intake import KEY, body, count, send
from tests.central.test_migrations import NOW

_T = TypeVar("_T")
only = pytest.mark.parametrize


def at_once(work: Sequence[Callable[[], _T]]) -> list[_T]:
    """All at the same moment."""
    barrier = threading.Barrier(len(work))

    def go(one: Callable[[], _T]) -> _T:
        barrier.wait(20)
        return one()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(go, work))


def test_a_key_that_another_server_works_on_is_told_to_come_back(make_servers: Callable[[int], Servers]) -> None:
    servers = make_servers(1)
    database = servers.database

    def post() -> requests.Response:
        headers = {"Idempotency-Key": KEY}
        url = f"http://127.0.0.1:{servers.port}/v1/transactions"
        return requests.post(url, json=body(), headers=headers, auth=servers.auth, timeout=60)

    servers.public_key()  # it is up
    with database.keys_at_work.hold(KEY), database.transaction() as session:
        assert database.claim(session, f"transaction:{KEY}")
        busy = post()
    assert (busy.status_code, busy.headers["Retry-After"], busy.json()) == (409, "1", {"reason": "in_progress"})
    assert post().status_code == 202


@only("engine", ["postgresql"], indirect=True)
def test_five_that_all_find_nothing_under_the_key_get_one_case(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "claim", lambda *_: True)
    monkeypatch.setattr(KeysAtWork, "_take", lambda *_: True)
    database, barrier, been = Database(database_url), threading.Barrier(5), threading.local()

    def proves(*_: object) -> bool:
        if not getattr(been, "here", False):
            been.here = True
            barrier.wait(20)  # all five are past the look-up of the key
        return False

    def receive() -> str:
        database.keys_at_work._keys.clear()
        return Intake(database, lambda: NOW, proves).receive(sent)[0].case_number

    sent = Sent("GZ-TH-0001", KEY, TransactionIn(**body()), "0" * 64)
    monkeypatch.setattr(database, "keys_at_work", _Nobody())
    assert len(set(at_once([receive] * 5))) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Transaction)) == 1
    database.close()


class _Nobody(KeysAtWork):
    """Lets everybody in."""

    def hold(self, key: str) -> Any:
        """Hold nothing."""
        return threading.RLock()


@only("engine", ["postgresql"], indirect=True)
def test_a_deadlock_is_tried_again(database_url: str) -> None:
    database, first_rows = Database(database_url), threading.Barrier(2)
    with database.transaction() as session:
        session.add_all([CounterRow(name="a", value=0), CounterRow(name="b", value=0)])
    tries: Counter[str] = Counter()

    def count_up(names: str) -> None:
        def work(session: Session) -> None:
            tries[names] += 1
            for place, name in enumerate(names):
                row = session.get_one(CounterRow, name, with_for_update=True)
                row.value += 1
                session.flush()
                if place == 0 and tries[names] == 1:
                    first_rows.wait(20)

        database.run(work)

    at_once([lambda: count_up("ab"), lambda: count_up("ba")])
    with database.reading() as session:
        assert dict(session.execute(select(CounterRow.name, CounterRow.value)).all()) == {"a": 2, "b": 2}
    assert sum(tries.values()) == 3
    database.close()


def test_another_mistake_is_not_tried_again(database_url: str) -> None:
    database, tries = Database(database_url), []

    def work(session: Session) -> None:
        tries.append(1)
        session.connection().exec_driver_sql("SELECT nothing FROM nowhere")

    with pytest.raises(DBAPIError):
        database.run(work)
    assert len(tries) == 1
    database.close()


def test_numbers_given_at_once_differ_and_leave_no_gap(centre: Centre) -> None:
    def post(number: int) -> str:
        key = {"Idempotency-Key": f"parallel-{number}"}
        url = centre.url + "/v1/transactions"
        answer = requests.post(url, json=body(), headers=key, auth=centre.auth, timeout=60)
        return str(answer.json()["case_number"])

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(post, range(40)))
    assert sorted(int(number[-6:-1]) for number in given) == list(range(1, 41))


def test_certificates_asked_for_at_once(centre: Centre) -> None:
    asked = request_of("li-yan", centre.token("li-yan"))

    def issue(key: str) -> tuple[int, str]:
        url, named = centre.url + "/v1/certificates", {"Idempotency-Key": key}
        answer = requests.post(url, json=asked, headers=named, auth=centre.auth, timeout=60)
        return answer.status_code, str(answer.json()["serial"])

    same = at_once([lambda: issue("same-key")] * 4)
    assert len(set(same)) == 1
    assert {status for status, _ in same} == {201}
    others = at_once([lambda key=f"other-key-{n}": issue(key) for n in range(3)])  # type: ignore[misc]  # bound now
    assert len({serial for _, serial in [*same, *others]}) == 4
    assert count(centre, Certificate) == 4


def test_reading_waits_for_no_writer_and_cannot_write(centre: Centre) -> None:
    send(centre, body())
    with centre.database.transaction() as session:
        session.execute(delete(CounterRow))
        assert centre.call("GET", f"/v1/transactions/{KEY}").status_code == 200
        assert centre.call("GET", "/demo/transactions").json()["transactions"]
    with pytest.raises(DBAPIError), centre.database.reading() as session:
        session.execute(delete(CounterRow))


@only("engine", ["sqlite"], indirect=True)
def test_a_writer_that_does_not_end_is_a_busy_centre(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "WAIT_S", 0.05)
    with centre.database.transaction():
        answer = send(centre, body())
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()) == (503, "5", {"reason": "busy"})
    assert send(centre, body()).status_code == 202


@only("engine", ["postgresql"], indirect=True)
def test_a_database_that_goes_away_and_comes_back(centre: Centre, postgres: PostgresServer) -> None:
    name = centre.database.engine.url.database
    assert send(centre, body()).status_code == 202
    postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608
    away = send(centre, body(), key="second-key")
    assert (away.status_code, away.headers["Retry-After"], away.json()) == (503, "5", {"reason": "busy"})
    postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert send(centre, body(), key="second-key").status_code == 202


@only("engine", ["postgresql"], indirect=True)
def test_commits_are_durable_whatever_the_database_defaults_to(centre: Centre, postgres: PostgresServer) -> None:
    name = centre.database.engine.url.database
    postgres.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    centre.database.engine.dispose()
    with centre.database.transaction() as session:
        assert session.connection().exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_our_postgresql_speaks_the_states_that_we_try_again() -> None:
    assert psycopg.errors.SerializationFailure.sqlstate == "40001"
    assert psycopg.errors.DeadlockDetected.sqlstate == "40P01"
    assert psycopg.errors.UniqueViolation.sqlstate == "23505"


def test_twenty_wrong_codes_at_once_are_five_tries(centre: Centre) -> None:
    challenge, code = centre.code(WANG)
    wrong = "000000" if code != "000000" else "000001"

    def guess(_: int) -> int:
        url = f"{centre.url}/v1/codes/{challenge}/check"
        return requests.post(url, json={"code": wrong}, auth=centre.auth, timeout=60).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(guess, range(20)))
    assert (statuses.count(422), statuses.count(423)) == (4, 16)
