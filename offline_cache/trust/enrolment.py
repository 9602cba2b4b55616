"""Enrolment: the terminal's own key for the centre, the centre's keys for the terminal, by a one-time code.

An operator gives out a code for one terminal (`kiosk central invite`); a technician brings it. The code never crosses
the line: both sides prove with an HMAC that they know it, so whoever answers is the centre that gave it out, and
whoever asks is the terminal it was meant for. The signing key is made on the terminal and never leaves its store.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.ipc import Control
from offline_cache.chains.journal import JournalEvent
from offline_cache.clock import Clock
from offline_cache.errors import CentreRefused, InvalidCommand
from offline_cache.line import wire
from offline_cache.line.central import Centre
from offline_cache.owner import Owner
from offline_cache.store import Store
from offline_cache.trust.signed_text import base64url, from_base64url

log = logging.getLogger(__name__)

CODE_LENGTH = 16
KEYS_EVERY_S = 6 * 3600.0
_ALPHABET = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")  # Crockford's base 32
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def code_secret(code: str) -> bytes:
    """What both sides derive from a code. Raises InvalidCommand for what cannot be one."""
    plain = code.strip().upper().translate(_LOOKALIKES)
    if len(plain) != CODE_LENGTH or not set(plain) <= _ALPHABET:
        raise InvalidCommand("code")
    return HKDF(SHA256(), 32, None, b"doorstep enrolment").derive(plain.encode("ascii"))


def proof(secret: bytes, who: str, terminal: str, *keys: str) -> str:
    """HMAC-SHA-256 over who speaks (`terminal` or `centre`), the terminal's id and the keys, base64url."""
    return base64url(hmac.new(secret, "\0".join((who, terminal, *keys)).encode("ascii"), hashlib.sha256).digest())


@dataclass
class Enrolment:
    """Enrols this terminal: once at its first contact with a code, again after it was given a new one."""

    terminal: str
    owner: Owner
    centre: Centre
    clock: Clock
    code_file: Path
    enrolled: Callable[[Store], None] = lambda store: None
    """Told on the owner's thread after each enrolment."""
    problem: str = ""
    _ask_again_s: float = float("-inf")

    def enrol(self, code: str, control: Control) -> None:
        """Exchange keys. Raises InvalidCommand, CentreError, StoreUnavailable, Cancelled; then nothing changed."""
        secret = code_secret(code)
        public_key = self.owner.run(lambda store: store.identity.public_key(), control)
        request = wire.EnrolmentRequest(public_key, proof(secret, "terminal", self.terminal, public_key))
        answer = self.centre.enrol(request, control)
        expected = proof(secret, "centre", self.terminal, public_key, answer.signing_key)
        try:
            signing_key = from_base64url(answer.signing_key)
        except ValueError:
            signing_key = b""
        if len(signing_key) != 32 or not hmac.compare_digest(answer.proof.encode(), expected.encode()):
            raise CentreRefused("not_our_centre")
        self.owner.run(lambda store: self._pin(store, signing_key, answer.sealing), control)
        self.problem = ""
        log.info("enrolled")

    def by_file(self, control: Control) -> None:
        """Enrol with the code that whoever set the terminal up has left in `code_file`, which is then removed."""
        if self.owner.run(lambda store: store.trust.keys() is not None, control):
            return
        try:
            code = self.code_file.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            self.problem = "not_enrolled"
            return
        try:
            self.enrol(code, control)
        except (InvalidCommand, CentreRefused) as error:
            self.problem = f"enrolment_{error.reason}"
            raise
        self.code_file.unlink(missing_ok=True)

    def refresh_keys(self, control: Control) -> None:
        """Ask for the centre's sealing key, at the first contact and some times a day: it may have been replaced."""
        if self.clock.monotonic_s() < self._ask_again_s:
            return
        if not self.owner.run(lambda store: store.trust.keys() is not None, control):
            return
        answer = self.centre.keys(control)
        if answer.sealing and not self.owner.run(lambda store: self._take(store, answer.sealing), control):
            log.warning("the centre's sealing key is not signed by the key that we have pinned")
        self._ask_again_s = self.clock.monotonic_s() + KEYS_EVERY_S

    def _take(self, store: Store, sealing: str) -> bool:
        with store.database.transaction():
            return store.trust.take_sealing_key(sealing)

    def _pin(self, store: Store, signing_key: bytes, sealing: str) -> None:
        with store.database.transaction():
            store.trust.pin(signing_key)
            if sealing:
                store.trust.take_sealing_key(sealing)
            store.identity.mark_registered()
            store.journal.append(JournalEvent.ENROLLED)
        self.enrolled(store)
