"""What the store promises while it is recorded: a day's work of the real store, and each promise with its moment."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from offline_cache.contract import Accepted, Answer, Attachment, Draft, TransactionState
from offline_cache.errors import StoreUnavailable
from offline_cache.evidence import pieces as evidence
from offline_cache.evidence.blobs import Blob
from offline_cache.evidence.pieces import DueBlob
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.schedule import Lane, Verdict, VerdictKind
from offline_cache.store import Place, Store, open_store
from tests.offline.centre_key import pin
from tests.offline.conftest import TERMINAL, HandClock, longest, make_draft
from tests.offline.power.disk import Disk


@dataclass(frozen=True)
class Promise:
    """From this position on the disk must hold this."""

    position: int
    accepted: Accepted
    state: TransactionState | None = None  # what the centre said, once that was recorded
    blobs: tuple[Blob, ...] = ()  # its evidence
    brought: Blob | None = None  # from here on the centre has this: the file may be gone


@dataclass
class Life:
    """A store under record, and what it promised."""

    disk: Disk
    seed: int = 0
    promises: list[Promise] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.place = place_in(self.disk.root)

    def open(self) -> Store:
        """Open the store as its process does; the centre's key is pinned at the first opening."""
        store = open_store(self.place, self.clock, longest)
        try:
            return pin(store)
        except StoreUnavailable:
            store.close()
            raise

    def accept(self, store: Store) -> None:
        """One citizen: the promise counts from the moment that `accept` returns."""
        draft = self.draft()
        with smaller_evidence():
            accepted = store.outbox.accept(draft)
        self.promises.append(Promise(len(self.disk.ops), accepted, blobs=blobs_of(store, accepted)))

    def bring(self, store: Store) -> None:
        """The centre gets the next piece of evidence; its file is forgotten."""
        due = store.evidence.take()
        if isinstance(due, DueBlob):
            known = next(promise for promise in self.promises if due.blob in promise.blobs)
            self.promises.append(Promise(len(self.disk.ops), known.accepted, brought=due.blob))
            store.evidence.record(due, Verdict(VerdictKind.ACKNOWLEDGED, 201), True)

    def answer(self, store: Store) -> None:
        """The centre has the lane's next transaction; its payload is forgotten."""
        due = store.delivery.take(Lane.APPLICATIONS)
        if isinstance(due, Due):
            store.delivery.record(due, Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number=f"C{due.sequence}"))
            known = next(promise for promise in self.promises if promise.accepted.transaction_id == due.id)
            self.promises.append(Promise(len(self.disk.ops), known.accepted, TransactionState.ACCEPTED))

    def draft(self) -> Draft:
        """An application of chance: nothing, a page of text, a picture, evidence."""
        text = "".join(self.chance.choices("广州市天河区车陂街道一号", k=self.chance.choice((1, 60, 700, 2000))))
        pictures = tuple(
            Attachment("photo", "image/jpeg", self.chance.randbytes(size))
            for size in (3000, 7000, 9000)
            if self.chance.random() < 0.15 or not self.promises  # the first citizen brings all of them
        )
        return make_draft(answers=(Answer("address", text),), attachments=pictures)


@contextlib.contextmanager
def smaller_evidence() -> Iterator[None]:
    """A few pages are evidence already: so that thousands of disks with evidence can be looked at."""
    with mock.patch.object(evidence, "INLINE_BYTES", 5000):
        yield


def blobs_of(store: Store, accepted: Accepted) -> tuple[Blob, ...]:
    """The evidence of a transaction."""
    rows = store.database.read("SELECT sha256 FROM evidence WHERE sequence = ?", (accepted.sequence,))
    return tuple(Blob(row[0], accepted.transaction_id) for row in rows)


def place_in(root: Path) -> Place:
    """Where the store is in a recorded folder."""
    return Place(root / "data" / "store", root / "store.key", TERMINAL)


def day(life: Life) -> None:
    """First start, citizens, answers, two checkpoints under way, an orderly end, and another morning."""
    store = life.open()
    for number in range(1, 19):
        life.accept(store)
        life.clock.pass_s(7)
        if number % 3 == 2:
            life.answer(store)
            life.bring(store)
        if number in (7, 13):
            store.database.checkpoint()
    store.forget(life.clock.schedule_s())
    store.close()
    store = life.open()
    for _ in range(3):
        life.accept(store)
    store.close()


def morning(life: Life) -> None:
    """A start on what an earlier power cut left, and three citizens more."""
    store = life.open()
    for _ in range(3):
        life.accept(store)
    store.database.checkpoint()
    life.accept(store)
    store.close()


Script = Callable[[Life], None]
