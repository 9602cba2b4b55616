"""Opens an image with the real store and says whether every promise made until then was kept."""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from offline_cache.contract import TransactionState
from offline_cache.errors import StoreError
from offline_cache.evidence.blobs import Blob
from offline_cache.store import Store, open_store
from tests.offline.centre_key import pin
from tests.offline.conftest import HandClock, make_draft
from tests.offline.power.images import Image
from tests.offline.power.life import Promise, place_in


class Finding(StrEnum):
    """What became of the promises."""

    KEPT = "kept"
    REFUSED = "refused"  # the store says that its file is damaged
    LOST = "lost"
    ALTERED = "altered"


def lay_out(image: Image, old_root: Path, root: Path) -> None:
    """Write an image under another root, removing what was there."""
    _clear(root)
    for path, data in sorted(image.items()):
        here = root / Path(path).relative_to(old_root)
        if data is None:
            here.mkdir(exist_ok=True)
        else:
            here.write_bytes(data)
            here.chmod(0o600)


def judge(root: Path, promises: Sequence[Promise]) -> Finding:
    """Open what is there; the check of pages, chains and payloads is part of opening."""
    try:
        store = open_store(place_in(root), HandClock(), random.uniform)
    except StoreError:
        return Finding.REFUSED
    try:
        return _compare(store, promises)
    except StoreError:
        return Finding.REFUSED
    finally:
        store.close()


def _compare(store: Store, promises: Sequence[Promise]) -> Finding:
    rows = store.database.read(
        "SELECT id, local_number, sequence, accepted_at, slip, state, case_number, "
        "EXISTS (SELECT 1 FROM payload WHERE payload.sequence = entry.sequence) "
        "FROM entry JOIN delivery USING (sequence)"
    )
    found = {row[0]: row for row in rows}
    brought = {promise.brought for promise in promises}
    newest = 0
    for promise in promises:
        accepted = promise.accepted
        row = found.get(accepted.transaction_id)
        if row is None:
            return Finding.LOST
        promised = (accepted.transaction_id, accepted.local_number, accepted.sequence, accepted.accepted_at)
        if row[:5] != (*promised, accepted.slip):
            return Finding.ALTERED
        state, case_number, has_payload = TransactionState(row[5]), row[6], bool(row[7])
        if promise.state and (state, case_number) != (promise.state, f"C{accepted.sequence}"):
            return Finding.LOST  # the citizen was told a case number
        if not has_payload and state is not TransactionState.ACCEPTED:
            return Finding.LOST
        if any(not _is_safe(store, blob) for blob in promise.blobs if blob not in brought):
            return Finding.LOST
        newest = max(newest, accepted.sequence)
    # Life goes on, and no number that a slip shows is given again.
    return Finding.KEPT if pin(store).outbox.accept(make_draft()).sequence > newest else Finding.ALTERED


def _is_safe(store: Store, blob: Blob) -> bool:
    """Whether evidence can still be sent: its row waits, its file is whole."""
    rows = store.database.read("SELECT state FROM evidence WHERE sha256 = ?", (blob.sha256,))
    return rows == [("waiting",)] and store.evidence.blobs.read(blob) is not None


def _clear(root: Path) -> None:
    root.mkdir(exist_ok=True)
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
