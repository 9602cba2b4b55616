"""The world around a store for the state machine: a centre that keeps docs/line.md, power cuts, an enrolment."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_cache.disk.database import Database
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.schedule import Verdict, VerdictKind
from offline_cache.store import Place, Store, open_store
from offline_cache.trust.trusted_time import TrustedTime
from tests.offline.conftest import TERMINAL, HandClock, close

SUITE = "hpke-x25519-chacha20poly1305"
Fates = StrEnum(
    "Fates",
    ["TAKEN", "ANSWER_LOST", "NEVER_LEFT", "BUSY", "IN_PROGRESS", "REFUSED_FOR_GOOD", "REFUSED_SOMEHOW", "BARRED"],
)
"""What becomes of one transaction on its way."""


class PowerCut(BaseException):
    """The program ends here; nothing of it gets to tidy up."""


@dataclass
class ModelCentre:
    """What the centre has: bodies and case numbers by key, and how often each key had an effect."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    effects: Counter[str] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def judge(self, due: Due, fate: Fates) -> Verdict:
        """One attempt. A refusal for good is remembered: the same again gets the same."""
        match fate:
            case Fates.NEVER_LEFT:
                return Verdict(VerdictKind.NOT_SENT)
            case Fates.BUSY:
                return Verdict(VerdictKind.BUSY, 503, "busy", retry_after_s=7200.0)
            case Fates.BARRED:
                return Verdict(VerdictKind.TERMINAL_BARRED, 401, "terminal")
            case Fates.REFUSED_SOMEHOW:
                return Verdict(VerdictKind.REFUSED, 400, "status_400")
            case Fates.IN_PROGRESS:
                return Verdict(VerdictKind.IN_PROGRESS, 409, "in_progress", retry_after_s=1.0)
        verdict = self._take(due, refuse=fate is Fates.REFUSED_FOR_GOOD)
        return Verdict(VerdictKind.NO_ANSWER) if fate is Fates.ANSWER_LOST else verdict

    def _take(self, due: Due, refuse: bool) -> Verdict:
        if due.id in self.refused:
            return Verdict(VerdictKind.REJECTED, 422, "not_entitled")
        if due.id not in self.bodies:
            if due.expired:
                return Verdict(VerdictKind.NEVER_SEEN, 404, "expired")
            if refuse:
                self.refused.add(due.id)
                return Verdict(VerdictKind.REJECTED, 422, "not_entitled")
            self.bodies[due.id] = due.body
            self.cases[due.id] = f"440106-20261123-{next(self._numbers):06d}"
            self.effects[due.id] += 1
        if not due.expired and self.bodies[due.id] != due.body:
            return Verdict(VerdictKind.OTHER_BODY, 422, "key_reused")
        return Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number=self.cases[due.id])


class Machine:
    """One terminal's machine: its clocks, its disk, the program that runs on it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lives = folder, itertools.count(1)
        self.clock = HandClock()
        self._signing, self._sealing = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
        self._place = self._next_place()
        self.boot = 1
        self.store = self._open()
        self._enrol()

    def cut(self) -> None:
        """kill -9 or a power cut after which the disk has what it was asked to keep; then a new start."""
        old, self._place = self._place, self._next_place()
        self._place.folder.mkdir(parents=True, mode=0o700)
        shutil.copy(old.key_file, self._place.key_file)
        for part in old.folder.iterdir():
            if part.name != "lock":
                (shutil.copytree if part.is_dir() else shutil.copy)(part, self._place.folder / part.name)
        close(self.store)
        shutil.rmtree(old.folder.parent)
        self.store = self._open()

    def reboot(self, years: int) -> None:
        """Another boot, whose wall clock may be anywhere."""
        self.cut()
        self.boot += 1
        self.clock.jump_years(years)
        self.cut()

    @contextlib.contextmanager
    def dying(self, point: str) -> Iterator[None]:
        """The power goes at the next commit: `before` it or right `after` it. Then the machine is back."""
        real = Database.transaction

        @contextlib.contextmanager
        def cut_short(database: Database) -> Iterator[None]:
            with real(database):
                yield
                if point == "before":
                    raise PowerCut
            raise PowerCut

        Database.transaction = cut_short  # type: ignore[method-assign]  # put back below
        try:
            with contextlib.suppress(PowerCut):
                yield
        finally:
            Database.transaction = real  # type: ignore[method-assign]
            self.cut()

    def contact(self, real_s: float) -> None:
        """The centre signs its time."""
        if self.time.hear(real_s):
            with self.store.database.transaction():
                self.time.keep(self.store.database)

    def close(self) -> None:
        """The end of the test."""
        close(self.store)

    def _open(self) -> Store:
        self.time = TrustedTime(self.clock, f"boot-{self.boot}")
        store = open_store(self._place, self.time, lambda low, high: (low + high) / 2)
        self.time.load(store.database)
        return store

    def _next_place(self) -> Place:
        home = self._folder / f"life-{next(self._lives)}"
        return Place(home / "store", home / "store.key", TERMINAL)

    def _enrol(self) -> None:
        """Pin a centre, as `kiosk enrol` does."""

        def pack(data: bytes) -> str:
            return base64.urlsafe_b64encode(data).decode().rstrip("=")

        public = pack(self._sealing.public_key().public_bytes_raw())
        stated = {"k": "2026-1", "s": SUITE, "x": public, "a": "2026-11-23T00:00:00Z"}
        text = f"DK1.{pack(json.dumps(stated).encode())}"
        with self.store.database.transaction():
            self.store.trust.pin(self._signing.public_key().public_bytes_raw())
            assert self.store.trust.take_sealing_key(f"{text}.{pack(self._signing.sign(text.encode()))}")
