"""Who asks: terminals by their token, people by an SMS code. Secrets are kept as hashes only."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.models import Challenge, Message, Person, Terminal, Token
from kiosk.central.refusals import Refusal

Clock = Callable[[], datetime.datetime]
CODE_S = 300
TOKEN_S = 1800
ATTEMPTS = 5


def enrol(session: Session, terminal_id: str) -> str:
    """Enrol a terminal; returns its new token, which replaces an earlier one."""
    token = secrets.token_urlsafe(32)
    terminal = session.get(Terminal, terminal_id)
    if terminal is None:
        session.add(Terminal(id=terminal_id, token_hash=_hash(token)))
    else:
        terminal.token_hash = _hash(token)
    return token


def authenticate(session: Session, authorization: str) -> Terminal:
    """The terminal behind an Authorization header; Refusal 401."""
    scheme, _, credentials = authorization.partition(" ")
    terminal_id, _, token = credentials.partition(":")
    terminal = session.get(Terminal, terminal_id) if scheme == "Terminal" and terminal_id else None
    known = terminal.token_hash if terminal is not None else _hash("")
    if not hmac.compare_digest(known, _hash(token)) or terminal is None:
        raise Refusal(401, "unknown_terminal", {"WWW-Authenticate": "Terminal"})
    return terminal


@dataclass(frozen=True)
class SentCode:
    """A code on its way."""

    challenge: str
    masked_phone: str
    expires_s: int


@dataclass(frozen=True)
class Codes:
    """Sends codes and checks them. `keep_messages` keeps what was "sent" where the demo can read it."""

    clock: Clock
    keep_messages: bool

    def send(self, session: Session, number: str) -> SentCode:
        """Make a code for the registered phone of a person; Refusal 404 for nobody or no phone."""
        person = session.get(Person, number)
        phone = _field(person, "phone") if person is not None else ""
        if not phone:
            raise Refusal(404, "unknown_person")
        code = f"{secrets.randbelow(1_000_000):06d}"
        living = select(Challenge.attempts_left).where(Challenge.number == number, Challenge.expires_at >= self.clock())
        left = min(session.scalars(living), default=ATTEMPTS)  # a new code does not forgive wrong ones
        salt, challenge = secrets.token_hex(8), secrets.token_urlsafe(18)
        session.add(
            Challenge(
                id=challenge,
                number=number,
                salt=salt,
                code_hash=_hash(salt + code),
                expires_at=self.clock() + datetime.timedelta(seconds=CODE_S),
                attempts_left=left,
            )
        )
        if self.keep_messages:
            text = f"【演示】您的验证码是 {code}，5 分钟内有效。任何人（包括工作人员）向您索要都不要告诉。"
            session.add(Message(at=self.clock(), phone=phone, text=text, code=code))
        return SentCode(challenge, f"{phone[:3]}****{phone[-4:]}", CODE_S)

    def check(self, session: Session, challenge_id: str, code: str) -> tuple[str, Refusal | None]:
        """A token when the code is right; otherwise why not. The used attempt must be committed either way."""
        challenge = session.get(Challenge, challenge_id)
        if challenge is None or challenge.expires_at < self.clock():
            return "", Refusal(410, "expired")
        if challenge.attempts_left <= 0:
            return "", Refusal(423, "locked")
        if not hmac.compare_digest(challenge.code_hash, _hash(challenge.salt + code)):
            challenge.attempts_left -= 1
            if challenge.attempts_left == 0:
                return "", Refusal(423, "locked", attempts_left=0)
            return "", Refusal(422, "wrong", attempts_left=challenge.attempts_left)
        token = secrets.token_urlsafe(24)
        ends = self.clock() + datetime.timedelta(seconds=TOKEN_S)
        session.add(Token(token_hash=_hash(token), number=challenge.number, expires_at=ends))
        session.delete(challenge)
        return token, None

    def demand(self, session: Session, number: str, token: str) -> Person:
        """The person whose token this is; Refusal 403."""
        person = session.get(Person, number)
        if person is None or not self.proves(session, number, token):
            raise Refusal(403, "token")
        return person

    def proves(self, session: Session, number: str, token: str) -> bool:
        """Whether this token was given to this person, lately."""
        known = session.get(Token, _hash(token)) if token else None
        return known is not None and known.number == number and known.expires_at >= self.clock()


def _field(person: Person, name: str) -> str:
    return next((field["value"] for field in person.fields if field["name"] == name), "")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
