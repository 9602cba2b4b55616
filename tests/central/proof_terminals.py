"""A real terminal against the real centre, whose disk a test may take away, alter and put back."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.central.app import city_time
from kiosk.central.enrolment import invite
from kiosk.ipc import Control
from offline_cache.clock import SystemClock
from offline_cache.config import CentreTable, Profile, StoreTable
from offline_cache.contract import Accept, Draft, GetStatus, Outcome, StoreStatus, TransactionState, WaitForOutcome
from offline_cache.disk.database import Database
from offline_cache.disk.keys import load_key
from offline_cache.process import StoreProcess
from tests.central.conftest import Centre
from tests.offline.conftest import make_draft, shortest

NAME = "GZ-HP-0042"


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it is so; the deadline is generous."""
    pause = threading.Event()
    assert any(condition() or pause.wait(0.05) for _ in range(600))


@dataclass
class Terminal:
    """A terminal with its data folder. One `process` at a time."""

    centre: Centre
    data: Path
    process: StoreProcess | None = None

    def enrol(self) -> None:
        """Given a code; it enrols at its first contact."""
        self.centre.now = city_time()
        self.data.mkdir(parents=True, exist_ok=True)
        code = self.centre.database.run(lambda session: invite(session, NAME, self.centre.now))
        (self.data / "enrolment.code").write_text(code)

    @property
    def profile(self) -> Profile:
        return Profile(CentreTable(self.centre.url, NAME, poll_s=0.1), StoreTable(reserve_mb=1))

    def start(self) -> StoreProcess:
        """Switched on; the line is there when this returns."""
        self.process = StoreProcess(self.profile, self.data, SystemClock(), shortest)
        self.process.start()
        wait_for(lambda: self.status().accepting)
        return self.process

    def stop(self) -> None:
        """Switched off."""
        if self.process is not None:
            self.process.close()
            self.process = None

    def status(self) -> StoreStatus:
        assert self.process is not None
        found = self.process.service.execute(GetStatus(), Control(10))
        assert isinstance(found, StoreStatus)
        return found

    def serve(self) -> Draft:
        """One citizen; her case number has come when this returns."""
        draft = make_draft()
        assert self.process is not None
        self.process.service.execute(Accept(draft), Control(10))
        outcome = self.process.service.execute(WaitForOutcome(draft.id), Control(30))
        assert isinstance(outcome, Outcome)
        assert outcome.state is TransactionState.ACCEPTED
        return draft

    def show(self) -> str:
        """A contact now: what the centre says of the chains."""
        assert self.process is not None
        return self.process.proofs.offer_heads(Control(30))

    def image(self, folder: Path) -> Path:
        """A copy of the disk of a terminal that is off."""
        assert self.process is None
        return Path(shutil.copytree(self.data, folder))

    def put_back(self, image: Path) -> None:
        """The disk as it was."""
        shutil.rmtree(self.data)
        shutil.copytree(image, self.data)

    def database(self) -> Database:
        """The file, for whoever has taken disk and key."""
        return Database(self.data / "store" / "store.db", load_key(self.data / "store.key", may_create=False))
