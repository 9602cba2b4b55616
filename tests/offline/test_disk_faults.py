"""EIO and ENOSPC at every write and sync of a whole session: nothing is promised that is not on the disk."""

from __future__ import annotations

import errno
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from kiosk.ipc import Control
from offline_cache.contract import Accepted, TransactionState
from offline_cache.errors import StoreUnavailable
from offline_cache.outbox.promises import NOT_DURABLE
from offline_cache.owner import Owner
from offline_cache.store import Store
from tests.offline.power.__main__ import QuickKey
from tests.offline.power.disk import Disk
from tests.offline.power.images import Policy, positions
from tests.offline.power.judge import Finding, judge, lay_out
from tests.offline.power.life import Life, Promise

CITIZENS = 4


@dataclass
class Trouble:
    """A disk that fails from its `index`-th operation on: once, or until it is healed."""

    index: int
    number: int
    lasting: bool
    operations: tuple[str, ...]
    seen: int = 0
    struck: int = 0
    healed: bool = False

    def __call__(self, operation: str) -> int:
        if operation not in self.operations:
            return 0
        self.seen += 1
        if self.healed or not (self.seen == self.index or (self.lasting and self.seen > self.index)):
            return 0
        self.struck += 1
        return self.number


@dataclass
class Session:
    """Citizens at a terminal whose disk is in trouble, and what each was told."""

    life: Life
    trouble: Trouble
    refused: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    troubled_at: int = 0

    def run(self) -> None:
        """Everything the store does in a day, each piece as its process would ask for it."""
        for number in range(1, CITIZENS + 1):
            self._accept()
            if number == 2:
                self._try(self.life.answer)
            if number == 3:
                self._try(lambda store: store.database.checkpoint())
        self.trouble.healed = True
        self.life.clock.pass_s(60)
        before = len(self.life.promises)
        self._accept()
        assert len(self.life.promises) == before + 1, "a well disk accepts again"

    def _accept(self) -> None:
        draft = self.life.draft()
        accepted = self._try(lambda store: store.outbox.accept(draft), draft.id)
        if isinstance(accepted, Accepted):
            self.life.promises.append(Promise(len(self.life.disk.ops), accepted))
        else:
            self.refused.append(draft.id)

    def _try(self, work: Callable[[Store], object], promise: str = "") -> object:
        began = time.monotonic()
        try:
            return self.owner.run(work, Control(30.0), promise)
        except StoreUnavailable:
            self.troubled_at = self.troubled_at or len(self.life.disk.ops)
            self.life.clock.pass_s(1.0)
            return None
        finally:
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    def __enter__(self) -> Session:
        self.owner = Owner(self.life.open, self.life.clock)
        return self

    def __exit__(self, *_: object) -> None:
        self.owner.close()

    def check(self, scratch: Path) -> None:
        """Promises are kept on the live disk and after a power cut; what was refused is not sent."""
        final = None
        for position, state in positions(self.life.disk):
            if position == self.troubled_at:
                self._judge(position, state.image(Policy.NONE, self.life.chance), scratch)
            final = state
        assert final is not None
        self._judge(len(self.life.disk.ops), final.image(Policy.NONE, self.life.chance), scratch)
        store = self.life.open()
        for transaction_id in self.refused:
            found = store.database.read(
                "SELECT state, reason FROM delivery JOIN entry USING (sequence) WHERE id = ?", (transaction_id,)
            )
            assert found in ([], [(TransactionState.REJECTED, NOT_DURABLE)])
        store.close()

    def _judge(self, position: int, image: dict[str, bytes | None], scratch: Path) -> None:
        promises = [promise for promise in self.life.promises if promise.position <= position]
        lay_out(image, self.life.disk.root, scratch)
        assert judge(scratch, promises) is Finding.KEPT


@pytest.fixture(autouse=True)
def quick_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "Connection", QuickKey)


def sessions(root: Path, number: int, lasting: bool, operations: tuple[str, ...]) -> Iterator[Session]:
    """One session for each index at which the disk can fail, until none is reached any more."""
    for index in itertools.count(1):
        folder = root / "live"
        lay_out({}, folder, folder)
        trouble = Trouble(index, number, lasting, operations)
        life = Life(Disk(folder, trouble), seed=5)
        with life.disk.recording(), Session(life, trouble) as session:
            session.run()
        if not trouble.struck:
            return
        yield session


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "until healed"])
@pytest.mark.parametrize(
    ("number", "operations"),
    [
        (errno.EIO, ("write", "sync", "truncate", "create", "rename", "sync_folder")),
        (errno.ENOSPC, ("write", "create")),
    ],
    ids=["EIO", "ENOSPC"],
)
@pytest.mark.timeout(600)
def test_a_fault_at_every_index_costs_no_promise(
    memory: Path, number: int, operations: tuple[str, ...], lasting: bool
) -> None:
    count = 0
    for session in sessions(memory, number, lasting, operations):
        session.check(memory / "cut")
        assert session.slowest_s < 5, "the citizen is told at once"
        count += 1
    assert count > 60
