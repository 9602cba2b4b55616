"""Lets a terminal in: a one-time code for one terminal, and the exchange of keys that it allows, once.

The code never crosses the line (docs/line.md); both sides prove with an HMAC that they know it. What is kept of it
opens nothing once it has been used or has expired. A terminal that was given a new code gets a new key: the old one is
kept only to check the slips it has signed.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from kiosk.central.incidents import note
from kiosk.central.models import Incident, Invitation, Terminal, TerminalKey
from kiosk.central.refusals import Refusal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that looks like a digit."""
CODE_LENGTH = 16
VALID = datetime.timedelta(hours=24)
WRONG_ONES = 5


def invite(session: Session, terminal_id: str, now: datetime.datetime) -> str:
    """A new code for a terminal, in groups of four; an earlier one no longer counts."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    if session.get(Terminal, terminal_id) is None:
        session.add(Terminal(id=terminal_id))
    session.merge(
        Invitation(terminal=terminal_id, secret=_secret(code).hex(), expires_at=now + VALID, wrong=0, used_by="")
    )
    return "-".join(code[place : place + 4] for place in range(0, CODE_LENGTH, 4))


@dataclass(frozen=True)
class Asked:
    """A terminal that wants in: its id, its public key (base64url), its proof."""

    terminal: str
    public_key: str
    proof: str


def admit(session: Session, asked: Asked, signing_key: str, now: datetime.datetime) -> str | Refusal:
    """The centre's proof, or why not. What was changed (a wrong try too) must be committed either way."""
    invitation = session.get(Invitation, asked.terminal, with_for_update=True)
    if invitation is None or invitation.expires_at < now or invitation.wrong >= WRONG_ONES:
        return Refusal(403, "no_invitation")
    secret = bytes.fromhex(invitation.secret)
    expected = _proof(secret, "terminal", asked.terminal, asked.public_key)
    if not hmac.compare_digest(expected.encode(), asked.proof.encode()):
        invitation.wrong += 1
        return Refusal(403, "wrong_code")
    if invitation.used_by not in {"", asked.public_key}:
        return Refusal(409, "used")
    if not invitation.used_by:
        _let_in(session, asked, now)
        invitation.used_by = asked.public_key
    return _proof(secret, "centre", asked.terminal, asked.public_key, signing_key)


def _let_in(session: Session, asked: Asked, now: datetime.datetime) -> None:
    terminal = session.get_one(Terminal, asked.terminal)
    if terminal.public_key and terminal.public_key != asked.public_key:
        note(session, Incident(at=now, terminal=terminal.id, kind="key_replaced", key=asked.public_key))
    terminal.public_key = asked.public_key
    session.merge(TerminalKey(terminal=terminal.id, public_key=asked.public_key, since=now))


def _secret(code: str) -> bytes:
    return HKDF(SHA256(), 32, None, b"doorstep enrolment").derive(code.encode())


def _proof(secret: bytes, *words: str) -> str:
    mac = hmac.new(secret, "\0".join(words).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
