"""Answers the contract's commands: which lane each takes, and who carries it out.

Not responsible for how: the store's work goes to its owner, online calls to the centre.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.ipc import Cancelled, Control, DeadlineExceeded
from offline_cache.administration import (
    AnyCommand,
    Enrol,
    Exported,
    ExportOutbox,
    ImportAnswers,
    Imported,
    JournalRecord,
    JournalRecords,
    ReadJournal,
    Released,
    ReleaseQuarantined,
    Verify,
    VerifyReport,
)
from offline_cache.carry.exporting import Carrier
from offline_cache.catalogue.keeper import CatalogueKeeper
from offline_cache.catalogue.service import CatalogueService
from offline_cache.contract import (
    Accept,
    CheckCode,
    DeviceTold,
    GetStatus,
    IssueCertificate,
    Journal,
    LineChanged,
    LineState,
    ListTransactions,
    Lookup,
    Ok,
    Outcome,
    Prefill,
    Retry,
    SendCode,
    StoreFailure,
    StoreStatus,
    Transactions,
    WaitForOutcome,
)
from offline_cache.contract_catalogue import CatalogueStatus
from offline_cache.disk.reserve import Reserve
from offline_cache.errors import StoreError, StoreUnavailable
from offline_cache.evidence.pieces import EvidenceDepth
from offline_cache.line.central import Centre
from offline_cache.outbox.delivery import Depth
from offline_cache.outbox.schedule import ANSWERED
from offline_cache.owner import Owner
from offline_cache.store import Store
from offline_cache.trust.sealing import NOT_ENROLLED

ONLINE_LANES = WAIT_LANES = 4
_ANSWER_MARGIN_S = 0.05
_SLICE_S = 0.1

_ONLINE = (SendCode, CheckCode, Prefill, Lookup, IssueCertificate)


class Bell:
    """Lets several threads wait until some transaction reaches another state."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0

    @property
    def count(self) -> int:
        """How often it rang."""
        with self._condition:
            return self._count

    def ring(self) -> None:
        """Something changed."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def wait_beyond(self, count: int, within_s: float) -> None:
        """Wait until it rang more often than `count`, or the time is over."""
        with self._condition:
            self._condition.wait_for(lambda: self._count > count, within_s)


def _not_wired(code: str, control: Control) -> None:
    raise AssertionError("enrol before the store's process is wired")


class StoreService:
    """The store's side of the contract (`kiosk.ipc.Service`).

    `line` gives the line's state, `wake` tells the senders that there is something to send, `problem` names
    what an operator should know beside the state of the disk.
    """

    command_type = AnyCommand

    def __init__(self, owner: Owner, centre: Centre, reserve: Reserve, catalogue: CatalogueKeeper) -> None:
        self._owner, self._centre, self._reserve, self._catalogue = owner, centre, reserve, catalogue
        self._turns = {
            "online": itertools.cycle(range(ONLINE_LANES)),
            "wait": itertools.cycle(range(WAIT_LANES)),
        }
        self.bell = Bell()
        self.line: Callable[[], LineState] = lambda: LineState.OFFLINE
        self.wake: Callable[[], None] = lambda: None
        self.problem: Callable[[], str] = lambda: ""
        self.clock_suspect: Callable[[], bool] = lambda: False
        self.enrol: Callable[[str, Control], None] = _not_wired
        self.carrier: Carrier
        self.devices: tuple[DeviceTold, ...] = ()
        self._carriers: dict[type[Any], Callable[[Any, Control], Any]] = {
            Accept: self._accept,
            WaitForOutcome: self._wait_for_outcome,
            Journal: self._journal,
            GetStatus: self._status,
            ListTransactions: self._list,
            Retry: self._retry,
            Enrol: self._enrol,
            Verify: self._verify,
            ExportOutbox: self._export,
            ImportAnswers: self._import,
            ReadJournal: self._read_journal,
            ReleaseQuarantined: self._release,
            **CatalogueService(owner, catalogue).carriers,
            SendCode: centre.send_code,
            CheckCode: centre.check_code,
            Prefill: centre.prefill,
            Lookup: centre.lookup,
            IssueCertificate: centre.issue_certificate,
        }

    def lane(self, command: Any) -> str:
        """Store work on one lane; online calls and waits on several, so that a slow one stands alone."""
        if isinstance(command, _ONLINE):
            return f"online-{next(self._turns['online'])}"
        if isinstance(command, WaitForOutcome):
            return f"wait-{next(self._turns['wait'])}"
        return "carry" if isinstance(command, ExportOutbox | ImportAnswers) else "store"  # a medium may be slow

    def execute(self, command: Any, control: Control) -> Any:
        """Carry a command out."""
        return self._carriers[type(command)](command, control)

    def describe_error(self, error: Exception) -> StoreFailure:
        """The contract's failure; anything we do not know is a bug and raised again."""
        if isinstance(error, StoreError):
            return error.as_failure()
        if isinstance(error, Cancelled):
            return StoreFailure("cancelled")
        if isinstance(error, DeadlineExceeded):
            return StoreFailure("timeout")
        raise error

    def greeting(self) -> list[Any]:
        """The line as it is now."""
        return [LineChanged(self.line())]

    def _accept(self, command: Accept, control: Control) -> Any:
        if not self._reserve.room().accepting:
            raise StoreUnavailable("disk_full")
        draft, online = command.draft, self.line() is not LineState.OFFLINE
        accepted = self._owner.run(lambda store: store.outbox.accept(draft, online=online), control, promise=draft.id)
        self.wake()
        return accepted

    def _wait_for_outcome(self, command: WaitForOutcome, control: Control) -> Outcome:
        while True:
            rung = self.bell.count
            outcome = self._owner.run(lambda store: store.outbox.outcome(command.transaction_id), control)
            while outcome.state not in ANSWERED and self.bell.count == rung:
                left_s = control.remaining_s - _ANSWER_MARGIN_S
                if left_s <= 0:
                    return outcome  # where it stands when the time is up is an answer, not an error
                if control.cancelled:
                    raise Cancelled
                self.bell.wait_beyond(rung, min(_SLICE_S, left_s))
            if outcome.state in ANSWERED or control.remaining_s <= _ANSWER_MARGIN_S:
                return outcome

    def _journal(self, command: Journal, control: Control) -> Ok:
        self._owner.run(
            lambda store: store.journal.append_asked(command.event, command.transaction_id, command.detail),
            control,
        )
        return Ok()

    def _status(self, command: GetStatus, control: Control) -> StoreStatus:
        if command.devices:
            self.devices = command.devices

        def look(store: Store) -> tuple[Depth, EvidenceDepth, int, int, bool, CatalogueStatus]:
            catalogue, enrolled = self._catalogue.status_of(store.catalogue), store.outbox.enrolled()
            depths = store.delivery.depth(), store.evidence.depth()
            return *depths, store.journal.length(), store.expiry.ending(), enrolled, catalogue

        try:
            depth, evidence, length, ending, enrolled, catalogue = self._owner.run(look, control)
        except StoreUnavailable as error:
            return StoreStatus(self.line(), 0, 0.0, 0, False, journal_length=0, problem=error.reason)
        room = self._reserve.room()
        return StoreStatus(
            self.line(),
            depth.waiting,
            depth.oldest_s,
            depth.quarantined + evidence.quarantined,
            accepting=room.accepting and enrolled,
            journal_length=length,
            problem=room.problem or self.problem() or ("" if enrolled else NOT_ENROLLED),
            services=depth.services,
            clock_suspect=self.clock_suspect(),
            ending=ending,
            catalogue=catalogue,
            evidence=evidence.waiting,
        )

    def _list(self, command: ListTransactions, control: Control) -> Transactions:
        return Transactions(self._owner.run(lambda store: store.outbox.rows(command.limit), control))

    def _retry(self, command: Retry, control: Control) -> Ok:
        self._owner.run(lambda store: store.retry(), control)
        self.wake()
        return Ok()

    def _release(self, command: ReleaseQuarantined, control: Control) -> Released:
        count = self._owner.run(lambda store: store.release_quarantined(command.transaction_id), control)
        self.wake()
        return Released(count)

    def _read_journal(self, command: ReadJournal, control: Control) -> JournalRecords:
        def read(store: Store) -> JournalRecords:
            return JournalRecords(tuple(JournalRecord(*row) for row in store.journal.newest(command.limit)))

        return self._owner.run(read, control)

    def _enrol(self, command: Enrol, control: Control) -> Ok:
        self.enrol(command.code, control)
        return Ok()

    def _export(self, command: ExportOutbox, control: Control) -> Exported:
        return self.carrier.export(Path(command.folder), control)

    def _import(self, command: ImportAnswers, control: Control) -> Imported:
        imported = self.carrier.take_answers(Path(command.file), control)
        self.bell.ring()
        self.wake()
        return imported

    def _verify(self, command: Verify, control: Control) -> VerifyReport:
        def check(store: Store) -> VerifyReport:
            entries = len(store.outbox.rows(2**31))
            try:
                store.check()
            except StoreUnavailable as error:
                return VerifyReport(entries, store.journal.length(), str(error))
            altered = store.evidence.first_altered()
            problem = altered and f"evidence altered: {altered}"
            problem = problem or store.heads.contradiction() or store.heads.witness().problem
            return VerifyReport(entries, store.journal.length(), problem, store.heads.witness().at)

        return self._owner.run(check, control)
