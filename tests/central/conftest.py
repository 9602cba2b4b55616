"""A real centre on a free port, with a clock that tests can move, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime
import shutil
import socket
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn

from kiosk.central.app import create_app
from kiosk.central.database import Database
from kiosk.central.identity import CITY_ZONE
from kiosk.central.samples import load_samples
from kiosk.central.server import PatientProtocol
from kiosk.central.settings import CentreSettings
from kiosk.folders import CONFIG
from tests.central.postgresql import PostgresServer, programs
from tests.central.servers import Servers
from tests.central.signed import SigningTerminal

PEOPLE: dict[str, dict[str, Any]] = {
    person["id"]: person
    for person in tomllib.loads((CONFIG / "samples" / "people.toml").read_text(encoding="utf-8"))["person"]
}
START = datetime.datetime(2026, 11, 23, 10, 0)


class QuickServer(uvicorn.Server):
    """Looks ten times as often whether it should end."""

    async def main_loop(self) -> None:
        """As uvicorn's, with a shorter nap."""
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864000
            await asyncio.sleep(0.01)


class Centre:
    """The centre under test, and what a terminal does with it."""

    def __init__(self, folder: Path, demo: bool = True, database: str = "") -> None:
        self.now = START
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        settings = CentreSettings(folder, port, database, demo=demo)
        self.database = Database(settings.database_url)
        self.enrol("GZ-TH-0001")
        app = create_app(settings, self.database, lambda: self.now)
        self._server = QuickServer(uvicorn.Config(app, http=PatientProtocol, log_config=None, access_log=False))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})
        self._thread.start()
        self.session = requests.Session()

    def enrol(self, terminal: str) -> SigningTerminal:
        """Make a terminal known; it signs what `call` sends from now on."""
        with self.database.transaction() as session:
            self.auth = SigningTerminal(terminal, lambda: self.now.replace(tzinfo=CITY_ZONE)).enrolled(session)
        return self.auth

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """One call of the enrolled terminal; every JSON answer carries our header."""
        return self.send(method, path, json=body, headers=headers)

    def send(self, method: str, path: str, **how: Any) -> requests.Response:
        """The same with a body of any kind."""
        answer = self.session.request(method, self.url + path, **({"auth": self.auth, "timeout": 20} | how))
        assert answer.headers["Doorstep-Centre"] == "1"
        return answer

    def code(self, number: str) -> tuple[str, str]:
        """Ask for a code; (challenge, code)."""
        challenge = self.call("POST", "/v1/codes", {"number": number}).json()["challenge"]
        return challenge, self.call("GET", "/demo/sms").json()["messages"][0]["code"]

    def check(self, challenge: str, code: str) -> requests.Response:
        """Check a code."""
        return self.call("POST", f"/v1/codes/{challenge}/check", {"code": code})

    def token(self, person: str) -> str:
        """A token of a sample person."""
        return str(self.check(*self.code(PEOPLE[person]["number"])).json()["token"])

    def stop(self) -> None:
        """End the server."""
        self.session.close()
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()
        self.database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of this process; its database `template_centre` has the schema and the people."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    server = PostgresServer(found)
    try:
        server.execute("CREATE DATABASE template_centre")
        _with_people(server.url("template_centre"))
        yield server
    finally:
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each test of the centre runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and the people."""
    path = tmp_path_factory.mktemp("template") / "centre.sqlite3"
    _with_people(f"sqlite:///{path}")
    return path


def _with_people(url: str) -> None:
    database = Database(url)
    with database.transaction() as session:
        load_samples(session, CONFIG / "samples" / "people.toml", START)
    database.close()


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database with the schema and the people."""
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "centre.sqlite3")
        yield f"sqlite:///{tmp_path / 'centre.sqlite3'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.new_database("template_centre")
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database without anything in it."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'centre.sqlite3'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.new_database()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def centre(tmp_path: Path, database_url: str) -> Iterator[Centre]:
    """A centre of its own for each test."""
    running = Centre(tmp_path, database=database_url)
    yield running
    running.stop()


@pytest.fixture
def make_servers(tmp_path: Path, database_url: str) -> Iterator[Callable[[int], Servers]]:
    """Centres in processes of their own."""
    made: list[Servers] = []

    def make(count: int) -> Servers:
        made.append(Servers(tmp_path, database_url, count))
        return made[-1]

    yield make
    for servers in made:
        servers.stop()
