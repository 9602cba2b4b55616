"""Builds the store's process from its profile, and takes it down again: the one place that wires it."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from pathlib import Path

from kiosk.ipc import Control, DeadlineExceeded, Server
from offline_cache.carry.exporting import Carrier
from offline_cache.catalogue.keeper import CatalogueKeeper
from offline_cache.catalogue.polling import Polling
from offline_cache.chains.journal import JournalEvent
from offline_cache.chains.proofs import ProofLine, Proofs
from offline_cache.clock import Clock
from offline_cache.config import Profile
from offline_cache.contract import LineChanged, LineState, Outcome, OutcomeChanged
from offline_cache.contract_catalogue import CatalogueStatus
from offline_cache.disk.opening import Opener
from offline_cache.disk.reserve import Reserve
from offline_cache.disk.salvage import quarantined
from offline_cache.errors import StoreUnavailable
from offline_cache.evidence.sync import EvidenceSender
from offline_cache.line.central import Centre
from offline_cache.line.contact import Contact
from offline_cache.line.http import Exchanger
from offline_cache.line.probe import LineWatch
from offline_cache.outbox.schedule import Draw, Lane, Verdict
from offline_cache.outbox.sync import LaneSender, barred
from offline_cache.owner import Owner
from offline_cache.service import StoreService
from offline_cache.store import Store
from offline_cache.telemetry.lane import Telemetry
from offline_cache.telemetry.report import Surroundings
from offline_cache.trust.enrolment import Enrolment
from offline_cache.trust.request_signature import RequestSigner
from offline_cache.trust.trusted_time import TrustedTime

log = logging.getLogger(__name__)
STORE_WITHIN_S = 10.0
VALIDITY_EVERY_S = 60.0


class StoreProcess:
    """All parts of the store, wired. `start` begins to send; without it commands still work, offline."""

    def __init__(self, profile: Profile, data: Path, clock: Clock, draw: Draw = random.uniform) -> None:
        self._place = place = profile.place(data)
        self.time = clock = TrustedTime(clock)
        self._reserve = Reserve(place.reserve_file, place.reserve_bytes)
        self._opener = Opener(place, clock, draw)
        self.owner = Owner(self._open, clock, busy=lambda: self._opener.busy, make_room=self._reserve.release)
        self.line = LineWatch(profile.centre.slow_s, profile.centre.poll_s, clock, draw)
        self._signer = RequestSigner(place.terminal, self.time.utc)
        exchanger = Exchanger(profile.address(data), self.line.observe, self._signer)
        self._centre = Centre(exchanger)
        polling, root_file = Polling(profile.centre.catalogue_s, draw), data / profile.centre.catalogue_root
        self.catalogue = CatalogueKeeper(self.owner, self._centre, exchanger, clock, polling, root_file)
        self.service = StoreService(self.owner, self._centre, self._reserve, self.catalogue)
        code_file = data / profile.centre.code_file
        self.enrolment = Enrolment(place.terminal, self.owner, self._centre, clock, code_file, self._enrolled)
        self.proofs = Proofs(self.owner, ProofLine(exchanger), clock, draw)
        duties = (
            self._keep_room,
            self.enrolment.by_file,
            self.enrolment.refresh_keys,
            self._sweep_old,
            self._watch_validity,
            self.proofs.contact,
        )
        self.contact = Contact(self.owner, self._centre, self.time, duties)
        self.telemetry = Telemetry(self.owner, self._centre, clock, draw, self._surroundings)
        self._validity_at_s = float("-inf")
        self._senders = [LaneSender(lane, self.owner, self._centre, self.line) for lane in Lane]
        self._evidence = EvidenceSender(self.owner, self._centre, self.line)
        self._server: Server | None = None
        self._barred = False
        self._wire()

    def start(self) -> None:
        """Open the store, probe the line, send."""
        with contextlib.suppress(StoreUnavailable, DeadlineExceeded):  # logged and shown by the owner
            self.owner.run(self._sweep, Control(STORE_WITHIN_S))
            self._keep_room(Control(STORE_WITHIN_S))
            self._watch_validity(Control(STORE_WITHIN_S))
        for sender in self._senders:
            sender.start()
        self.telemetry.start()
        self.proofs.start()
        self.catalogue.start()
        self._evidence.start()
        self.line.start(self.contact)

    def listen(self, socket: str) -> None:
        """Open the Unix socket `socket`; clients wait until `serve`."""
        self._server = Server(socket, self.service)

    def serve(self) -> None:
        """Answer on the socket until `stop`. Blocks."""
        if self._server is None:
            raise AssertionError("serve before listen")
        self._server.serve()

    def stop(self) -> None:
        """Make `serve` return. Not for a signal handler itself: it takes locks."""
        if self._server is not None:
            self._server.close()

    def close(self) -> None:
        """Stop sending, close the store."""
        self.stop()
        self.line.close()
        self.telemetry.close()
        self.proofs.close()
        for sender in self._senders:
            sender.close()
        self.catalogue.close()
        self._evidence.close()
        self.owner.close()

    def _wire(self) -> None:
        self.line.on_change = self._line_changed
        self.catalogue.on_change = self._catalogue_changed
        self.service.line = lambda: self.line.state
        self.service.wake = self._wake
        self.service.problem = self._problem
        self.service.clock_suspect = lambda: self.time.suspect
        self.service.enrol = self.enrolment.enrol
        self.service.carrier = Carrier(self.owner, self.time, self._place.terminal, self._centre.receipts)
        self.telemetry.on_outcome = self._ordered
        self.proofs.sweep = self._sweep
        self.proofs.on_again = self._wake
        for sender in self._senders:
            sender.on_outcome = self._outcome_changed
            sender.on_verdict = self._heard

    def _open(self) -> Store:
        store = self._opener()
        self.time.load(store.database)
        self._signer.use(store.identity.private_key())
        self._believe(store)
        self.proofs.problem = store.heads.contradiction() or store.heads.witness().problem
        return store

    def _keep_room(self, control: Control) -> None:
        if self._reserve.restore():
            self.owner.run(lambda store: store.note(JournalEvent.RESERVE_RESTORED), control)

    def _believe(self, store: Store) -> None:
        self.contact.believe(store)
        keys = store.trust.keys()
        self._centre.receipts.signing_key = keys.signing_key if keys is not None else b""

    def _enrolled(self, store: Store) -> None:
        self._believe(store)
        store.delivery.retry()  # until now nothing was sent
        for sender in self._senders:
            sender.wake()
        self.catalogue.line_changed(there=True)

    def _sweep_old(self, control: Control) -> None:
        self.owner.run(self._sweep, control)

    def _sweep(self, store: Store) -> int:
        return store.forget(self.time.schedule_s())

    def _watch_validity(self, control: Control) -> None:
        if self.time.monotonic_s() < self._validity_at_s:
            return
        now, vouched = self.time.utc(), self.time.vouched
        if self.time.suspect and not vouched:
            return  # not even a warning is worth such a clock
        swept = self.owner.run(lambda store: store.expiry.sweep(now, vouched=vouched), control)
        self._validity_at_s = self.time.monotonic_s() + VALIDITY_EVERY_S if vouched else float("-inf")
        for outcome in swept.expired:
            self._outcome_changed(outcome)

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            self.time.utc(),
            self.time.trust,
            self.line.state,
            self._reserve.room().accepting,
            self._reserve.room().problem or self._problem(),
            self.service.devices,
        )

    def _line_changed(self, before: LineState, now: LineState) -> None:
        log.info("line %s", now)
        came_back = before is LineState.OFFLINE
        threading.Thread(target=self._note_line, args=(now, came_back), name="line-change", daemon=True).start()
        self.telemetry.line_changed(before, now)
        if self._server is not None:
            self._server.notify(LineChanged(now))
        if came_back:
            self.proofs.line_returned()
        if came_back or now is LineState.OFFLINE:
            self.catalogue.line_changed(came_back)

    def _note_line(self, now: LineState, came_back: bool) -> None:
        def note(store: Store) -> None:
            store.note_line(now)
            if came_back:
                store.delivery.release()

        with contextlib.suppress(StoreUnavailable, DeadlineExceeded):
            self.owner.run(note, Control(STORE_WITHIN_S))
        for sender in self._senders:
            (sender.line_returned if came_back else sender.wake)()
        self._evidence.wake()

    def _wake(self) -> None:
        if self.line.state is LineState.OFFLINE:
            self.line.probe_now()
        for sender in self._senders:
            sender.wake()
        self._evidence.wake()

    def _ordered(self, outcome: Outcome) -> None:
        self._outcome_changed(outcome)
        self._wake()

    def _catalogue_changed(self, status: CatalogueStatus) -> None:
        if self._server is not None:
            self._server.notify(status)

    def _outcome_changed(self, outcome: Outcome) -> None:
        self.telemetry.heard(outcome)
        self.service.bell.ring()
        self._evidence.wake()  # what was accepted may have evidence
        if self._server is not None:
            self._server.notify(OutcomeChanged(outcome))

    def _heard(self, verdict: Verdict) -> None:
        if verdict.reason == "clock":  # the next contact tells us the centre's time
            self.line.probe_now()
        said = barred(verdict)
        if said is not None:
            self._barred = said

    def _problem(self) -> str:
        if self._barred:
            return "terminal_barred"
        if self.proofs.problem:
            return self.proofs.problem
        # Until a technician has taken the damaged file away; the journal's record goes to the centre by itself.
        return self.enrolment.problem or ("store_salvaged" if quarantined(self._place.file) else "")
