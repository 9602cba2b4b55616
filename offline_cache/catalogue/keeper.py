"""Keeps the catalogue fresh while the store's process runs: asks, tells the centre what came of it, says how it stands.

Not responsible for when (polling), for what is believed (client, trust), nor for whether the application can use a
version: it says so itself (`JudgeCatalogue`).
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kiosk.ipc import Cancelled, Control, DeadlineExceeded
from offline_cache.catalogue.client import CatalogueClient, Outcome
from offline_cache.catalogue.fetch import CentreFetch
from offline_cache.catalogue.polling import Polling
from offline_cache.catalogue.refused import CatalogueRefusedError
from offline_cache.catalogue.store import CatalogueStore, Standing
from offline_cache.clock import Clock, iso
from offline_cache.contract_catalogue import CatalogueStatus
from offline_cache.errors import CentreError, StoreUnavailable
from offline_cache.line.central import Centre
from offline_cache.line.http import Exchanger
from offline_cache.owner import Owner

log = logging.getLogger(__name__)

STORE_WITHIN_S = 60.0
REPORT_WITHIN_S = 20.0
MOST_ROOT_BYTES = 64 * 1024
_T = TypeVar("_T")
_PUT_OFF = (CentreError, StoreUnavailable, DeadlineExceeded, Cancelled)


class CatalogueKeeper:
    """One thread. `on_change` hears of every other standing, wherever it came from."""

    def __init__(
        self, owner: Owner, centre: Centre, exchanger: Exchanger, clock: Clock, polling: Polling, root_file: Path
    ) -> None:
        self._owner, self._centre, self._clock, self._polling = owner, centre, clock, polling
        self._root_file = root_file
        self.client = CatalogueClient(CentreFetch(exchanger), self._on_store, clock.utc)
        self._changed = threading.Condition()
        self._closing = False
        self._asked = False
        self._problem = ""
        self._at_fault: set[int] = set()  # versions whose signed content the store itself refused
        self._told = CatalogueStatus()
        self.on_change: Callable[[CatalogueStatus], None] = lambda status: None
        self._thread = threading.Thread(target=self._run, name="catalogue", daemon=True)

    def start(self) -> None:
        """Begin to ask, at the next contact."""
        self._thread.start()

    def line_changed(self, there: bool) -> None:
        """The line came back, or went."""
        with self._changed:
            if there:
                self._polling.contact(self._clock.monotonic_s())
            else:
                self._polling.lost()
            self._changed.notify_all()

    def announce(self, status: CatalogueStatus) -> None:
        """Tell whoever listens, unless nothing changed."""
        with self._changed:
            known, self._told = self._told, status
        if status != known:
            self.on_change(status)

    def report(self) -> None:
        """There may be something to tell the centre."""
        with self._changed:
            self._asked = True
            self._changed.notify_all()

    def close(self, within_s: float = 3.0) -> None:
        """Stop; a download that runs is left to its own end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def trust_root(self) -> None:
        """Trust the root that was handed over with the terminal, once."""
        if "root" in self._on_store(lambda store: store.trusted_roles()):
            return
        try:
            with self._root_file.open("rb") as file:
                body = file.read(MOST_ROOT_BYTES)
        except OSError as error:
            raise NoRootError from error
        self._on_store(lambda store: store.set_up(body))
        log.info("catalogue: root of trust taken from %s", self._root_file.name)

    def status_of(self, catalogue: CatalogueStore) -> CatalogueStatus:
        """How the catalogue stands now; on the owner's thread."""
        return _status(catalogue.standing(self._clock.utc()), self._problem)

    def _run(self) -> None:
        while self._wait_for_turn():
            due = self._clock.monotonic_s() >= self._polling.due_s
            if due:
                self._poll()
            self._look()
            self._report()

    def _wait_for_turn(self) -> bool:
        with self._changed:
            while not self._closing and not self._asked:
                left_s = self._polling.due_s - self._clock.monotonic_s()
                if left_s <= 0:
                    break
                self._changed.wait(min(left_s, threading.TIMEOUT_MAX))
            self._asked = False
            return not self._closing

    def _poll(self) -> None:
        """Ask once; however it ends, there is a next time."""
        try:
            self.trust_root()
            outcome = self.client.refresh()
            self._problem = ""
            if outcome is not Outcome.UNCHANGED:
                log.info("catalogue: %s", outcome)
            ended = self._polling.answered
        except CatalogueRefusedError as error:
            log.warning("catalogue refused: %s", error)
            self._note_refusal(error)
            if error.version:
                self._at_fault.add(error.version)
            ended = self._polling.refused
        except NoRootError:
            self._problem = "no_root"
            ended = self._polling.answered
        except _PUT_OFF as error:
            log.info("catalogue not asked for: %s", str(error) or type(error).__name__)
            ended = self._polling.answered
        with self._changed:
            ended(self._clock.monotonic_s())

    def _note_refusal(self, error: CatalogueRefusedError) -> None:
        """Into the journal once, however often the same comes again."""
        problem = f"refused_{error.reason}"
        if problem != self._problem:
            with contextlib.suppress(StoreUnavailable, DeadlineExceeded):
                self._on_store(lambda store: store.note_offer_refused(error.reason))
        self._problem = problem

    def _report(self) -> None:
        """Tell the centre of each version once; what cannot be told now is told after the next question."""
        with contextlib.suppress(*_PUT_OFF):
            for version, failed in self._on_store(lambda store: store.unreported()):
                self._centre.report_catalogue(version, failed, Control(REPORT_WITHIN_S))
                self._on_store(lambda store, version=version: store.mark_reported(version))  # type: ignore[misc]  # bound now
            for version in sorted(self._at_fault):
                self._centre.report_catalogue(version, True, Control(REPORT_WITHIN_S))
                self._at_fault.discard(version)

    def _look(self) -> None:
        with contextlib.suppress(StoreUnavailable, DeadlineExceeded):
            self.announce(self._on_store(self.status_of))

    def _on_store(self, work: Callable[[CatalogueStore], _T]) -> _T:
        return self._owner.run(lambda store: work(store.catalogue), Control(STORE_WITHIN_S))


class NoRootError(Exception):
    """Nobody handed a root of trust over."""


def _status(standing: Standing, problem: str) -> CatalogueStatus:
    return CatalogueStatus(
        version=standing.active or 0,
        kept=standing.kept,
        refused=standing.refused,
        withdrawn=tuple(sorted(standing.withdrawn)),
        stepped_back_from=standing.stepped_back_from,
        stale_since=iso(standing.stale_since) if standing.stale_since is not None else "",
        withdrawals_late=standing.withdrawals_late,
        problem=problem,
    )
