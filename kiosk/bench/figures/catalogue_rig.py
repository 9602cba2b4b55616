"""A city with thousands of services, its centre as a process, and a terminal's store on a line that is counted.

Services are copies of one of ours, each with words of its own that compress as badly as real ones. Not responsible
for what is measured (catalogue.py).
"""

from __future__ import annotations

import contextlib
import datetime
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from kiosk.bench.figures.relay import Relay
from kiosk.bench.figures.rig import RigError
from kiosk.central.catalogue_content import district_codes, read_content
from kiosk.central.catalogue_keys import create_drill_keys
from kiosk.central.catalogue_publish import Publisher
from kiosk.central.catalogue_repository import Repository
from kiosk.central.catalogue_stages import offer_to_all
from kiosk.central.database import Database
from kiosk.central.settings import CentreSettings
from kiosk.folders import CONFIG
from kiosk.ipc import Control
from offline_cache.clock import SystemClock
from offline_cache.config import CentreTable, Profile, StoreTable
from offline_cache.contract import GetStatus, StoreStatus
from offline_cache.contract_catalogue import CatalogueStatus
from offline_cache.process import StoreProcess

TERMINAL = "GZ-TH-0001"
MODEL = "services/hrss/social-security-card.toml"
NEVER_S = 3600.0
UP_WITHIN_S = 60.0
_OWN_SIGNS = 500


def services(count: int, changed: frozenset[int] = frozenset()) -> dict[str, bytes]:
    """This repository's configuration and `count` services more; those in `changed` with other words."""
    content = read_content(CONFIG)
    model = content[MODEL].decode()
    for number in range(count):
        words = random.Random(number + (count if number in changed else 0))  # noqa: S311  # the same at every run
        own = "".join(chr(0x4E00 + words.randrange(3000)) for _ in range(_OWN_SIGNS))
        name = f"hrss/s{number:04}"
        body = model.replace('"hrss/social-security-card"', f'"{name}"') + f"\n# {own}\n"
        content[f"services/{name}.toml"] = body.encode()
    return content


class City:
    """Publishes into a centre's folder; nothing is kept."""

    def __init__(self, folder: Path) -> None:
        self.settings = CentreSettings(folder / "centre")
        self._keys, self._districts = folder / "keys", district_codes(CONFIG / "codes" / "districts.toml")
        create_drill_keys(self._keys, sorted(self._districts))
        self.repository = Repository(self.settings.catalogue)

    def publish(self, content: dict[str, bytes]) -> int:
        """The next version, for everybody."""
        publisher = Publisher(self.repository, self._keys, self._districts, datetime.datetime.now(datetime.UTC))
        version = publisher.publish(content)
        database = Database(self.settings.database_url)
        database.run(lambda session: offer_to_all(session, version))
        database.close()
        return version

    def root(self) -> bytes:
        """What is handed over with a terminal."""
        return self.repository.root(1) or b""


@dataclass
class Line:
    """A terminal's store, and the line to its centre."""

    store: StoreProcess
    relay: Relay

    def status(self) -> CatalogueStatus:
        """How the catalogue stands."""
        told = self.store.service.execute(GetStatus(), Control(10.0))
        assert isinstance(told, StoreStatus)
        return told.catalogue


@contextlib.contextmanager
def in_memory() -> Iterator[Path]:
    """A folder that needs no disk: thousands of files are synced one by one."""
    home = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # mkdtemp makes it private
    with tempfile.TemporaryDirectory(prefix="catalogue-", dir=home) as folder:
        yield Path(folder)


@contextlib.contextmanager
def line_to(city: City, folder: Path) -> Iterator[Line]:
    """A centre's process and an enrolled terminal that asks for the catalogue only when told to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    code = _kiosk("central", "invite", TERMINAL, "--data", city.settings.data)
    command = [sys.executable, "-m", "kiosk", "central", "serve", "--port", str(port)]
    centre = subprocess.Popen([*command, "--data", str(city.settings.data)], stderr=subprocess.DEVNULL)
    relay = Relay(port)
    (folder / "terminal").mkdir()
    (folder / "terminal" / "enrolment.code").write_text(code, encoding="ascii")
    (folder / "terminal" / "catalogue-root.json").write_bytes(city.root())
    table = CentreTable(f"http://127.0.0.1:{relay.port}", TERMINAL, poll_s=NEVER_S, catalogue_s=NEVER_S)
    store = StoreProcess(Profile(table, StoreTable(reserve_mb=1)), folder / "terminal", SystemClock())
    try:
        _wait_for(port)
        store.start()
        _wait_enrolled(store)
        yield Line(store, relay)
    finally:
        store.close()
        relay.close()
        centre.terminate()
        centre.wait(20)


def _kiosk(*words: object) -> str:
    command = [sys.executable, "-m", "kiosk", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise RigError(done.stderr.strip()[-300:])
    return done.stdout


def _wait_for(port: int) -> None:
    ends = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < ends:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"http://127.0.0.1:{port}/v1/centre", timeout=1).ok:
                return
        time.sleep(0.05)
    raise RigError("the centre did not come up")


def _wait_enrolled(store: StoreProcess) -> None:
    ends = time.monotonic() + UP_WITHIN_S
    while store.owner.run(lambda one: one.trust.keys() is None, Control(10.0)):
        if time.monotonic() > ends:
            raise RigError("the terminal was not enrolled")
        store.line.probe_now()
        time.sleep(0.05)
