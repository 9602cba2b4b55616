"""Who the person is: a code to the registered phone, and the token that a right code earns.

A code is kept as a slow salted hash (six digits behind a fast one would fall in a second), lives five minutes, and
a person has five attempts over all the codes that live: asking for another code does not unlock.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kiosk.central.auth import token_hash
from kiosk.central.models import Challenge, Message, Person, Token
from kiosk.central.refusals import Refusal

Clock = Callable[[], datetime.datetime]
CODE_S = 300
TOKEN_S = 1800
ATTEMPTS = 5
TOKEN_KEPT = datetime.timedelta(days=40)
"""Longer than a transaction may wait in an outbox, so that its token can still be recognised."""
MESSAGES_KEPT = 200


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
        phone = _phone(person) if person is not None else ""
        if not phone:
            raise Refusal(404, "unknown_person")
        self._forget_old(session)
        code, salt, challenge = f"{secrets.randbelow(1_000_000):06d}", secrets.token_hex(8), secrets.token_urlsafe(18)
        ends = self.clock() + datetime.timedelta(seconds=CODE_S)
        session.add(
            Challenge(
                id=challenge,
                number=number,
                salt=salt,
                code_hash=_slow_hash(code, salt),
                expires_at=ends,
                attempts_left=ATTEMPTS,
            )
        )
        if self.keep_messages:
            self._keep(session, phone, code)
        return SentCode(challenge, f"{phone[:3]}****{phone[-4:]}", CODE_S)

    def check(self, session: Session, challenge_id: str, code: str) -> str | Refusal:
        """A token when the code is right; otherwise why not. The used attempt must be committed either way."""
        challenge = session.get(Challenge, challenge_id)
        if challenge is None or challenge.expires_at < self.clock():
            return Refusal(410, "expired")
        living = self._living(session, challenge.number)
        left = ATTEMPTS - sum(ATTEMPTS - one.attempts_left for one in living)
        if left <= 0:
            return Refusal(423, "locked", attempts_left=0)
        if hmac.compare_digest(challenge.code_hash, _slow_hash(code, challenge.salt)):
            return self._token(session, challenge.number)
        challenge.attempts_left -= 1
        if left == 1:
            return Refusal(423, "locked", attempts_left=0)
        return Refusal(422, "wrong", attempts_left=left - 1)

    def demand(self, session: Session, number: str, token: str) -> Person:
        """The person whose token this is; Refusal 403."""
        person = session.get(Person, number)
        if person is None or not self.proves(session, number, token, self.clock()):
            raise Refusal(403, "token")
        return person

    def proves(self, session: Session, number: str, token: str, at: datetime.datetime) -> bool:
        """Whether the token was this person's and valid at that time."""
        known = session.get(Token, token_hash(token)) if token else None
        return known is not None and known.number == number and at <= known.expires_at

    def _living(self, session: Session, number: str) -> Sequence[Challenge]:
        query = select(Challenge).where(Challenge.number == number, Challenge.expires_at >= self.clock())
        return session.scalars(query.with_for_update()).all()

    def _token(self, session: Session, number: str) -> str:
        token = secrets.token_urlsafe(24)
        ends = self.clock() + datetime.timedelta(seconds=TOKEN_S)
        session.add(Token(token_hash=token_hash(token), number=number, expires_at=ends))
        session.execute(delete(Challenge).where(Challenge.number == number))
        return token

    def _keep(self, session: Session, phone: str, code: str) -> None:
        text = f"【演示】您的验证码是 {code}，5 分钟内有效。任何人（包括工作人员）向您索要都不要告诉。"
        message = Message(at=self.clock(), phone=phone, text=text, code=code)
        session.add(message)
        session.flush()
        session.execute(delete(Message).where(Message.id <= message.id - MESSAGES_KEPT))

    def _forget_old(self, session: Session) -> None:
        session.execute(delete(Challenge).where(Challenge.expires_at < self.clock()))
        session.execute(delete(Token).where(Token.expires_at < self.clock() - TOKEN_KEPT))


def _phone(person: Person) -> str:
    return next((field["value"] for field in person.fields if field["name"] == "phone"), "")


def _slow_hash(code: str, salt: str) -> str:
    """About 20 ms and 8 MiB: all million codes take hours, a code lives minutes."""
    return hashlib.scrypt(code.encode(), salt=salt.encode(), n=2**13, r=8, p=1, dklen=32).hex()
