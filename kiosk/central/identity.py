"""Who asks: terminals by their signature, people by an SMS code. Secrets are kept as hashes only."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from kiosk.central.code_limits import LOCK, WINDOW, demand_may_send, demand_unlocked, right_code, wrong_code
from kiosk.central.database import Database
from kiosk.central.models import Challenge, CodeLimit, Message, Nonce, Operator, Person, Terminal, Token
from kiosk.central.refusals import Refusal
from kiosk.central.signatures import Incoming, Proven, demand_signature
from kiosk.central.signing import CentreKey

Clock = Callable[[], datetime.datetime]
CITY_ZONE = datetime.timezone(datetime.timedelta(hours=8))
"""Guangzhou: the centre's times are without a zone, and mean this one."""
CODE_S = 300
TOKEN_S = 1800


def authenticate(database: Database, request: Incoming, clock: Clock) -> str:
    """The id of the terminal that signed a request; Refusal 401.

    A request that is protected by nothing else (an idempotency key, or reading only) is taken once.
    """
    now = clock().replace(tzinfo=CITY_ZONE)

    def key_of(terminal_id: str) -> str:
        with database.reading() as session:
            terminal = session.get(Terminal, terminal_id)
            return terminal.public_key if terminal is not None else ""

    proven = demand_signature(request, key_of, now)
    if request.method not in {"GET", "HEAD"} and "idempotency-key" not in request.headers:
        database.run(lambda session: _take_once(session, proven, clock()))
    return proven.terminal


def _take_once(session: Session, proven: Proven, now: datetime.datetime) -> None:
    session.execute(delete(Nonce).where(Nonce.expires_at < now))
    if session.get(Nonce, (proven.terminal, proven.nonce)) is not None:
        raise Refusal(401, "replayed", {"WWW-Authenticate": "Signature"})
    ends = proven.expires_at.astimezone(CITY_ZONE).replace(tzinfo=None)
    session.add(Nonce(terminal=proven.terminal, nonce=proven.nonce, expires_at=ends))


def appoint(session: Session, operator_id: str) -> str:
    """Give an operator a new token, which replaces an earlier one."""
    token = secrets.token_urlsafe(32)
    session.merge(Operator(id=operator_id, token_hash=_hash(token)))
    return token


def authenticate_operator(session: Session, authorization: str) -> Operator:
    """The operator behind an Authorization header; Refusal 401."""
    scheme, _, credentials = authorization.partition(" ")
    operator_id, _, token = credentials.partition(":")
    operator = session.get(Operator, operator_id) if scheme == "Operator" and operator_id else None
    known = operator.token_hash if operator is not None else _hash("")
    if not hmac.compare_digest(known, _hash(token)) or operator is None:
        raise Refusal(401, "unknown_operator", {"WWW-Authenticate": "Operator"})
    return operator


def forget_expired(session: Session, now: datetime.datetime) -> None:
    """Codes and proofs that no longer count, and limits that no longer hold, name people: remove them."""
    session.execute(delete(Challenge).where(Challenge.expires_at < now))
    session.execute(delete(Token).where(Token.expires_at < now))
    old = now - max(WINDOW, LOCK)
    unlocked = or_(CodeLimit.locked_until.is_(None), CodeLimit.locked_until < now)
    untried = or_(CodeLimit.wrong_at.is_(None), CodeLimit.wrong_at < old)
    session.execute(delete(CodeLimit).where(CodeLimit.window_from < old, unlocked, untried))


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
    key: CentreKey

    def send(self, session: Session, number: str) -> SentCode:
        """Make a code for the registered phone of a person; Refusal 404 for nobody or no phone, 423 or 429."""
        person, now = session.get(Person, number), self.clock()
        phone = _field(person, "phone") if person is not None else ""
        if not phone:
            raise Refusal(404, "unknown_person")
        demand_may_send(_limit(session, number, now), now)
        session.execute(delete(Challenge).where(Challenge.number == number, Challenge.expires_at < now))
        code = f"{secrets.randbelow(1_000_000):06d}"
        salt, challenge = secrets.token_hex(8), secrets.token_urlsafe(18)
        ends = now + datetime.timedelta(seconds=CODE_S)
        hashed = self.key.code_hash(salt, code)
        session.add(Challenge(id=challenge, number=number, salt=salt, code_hash=hashed, expires_at=ends))
        if self.keep_messages:
            text = f"【演示】您的验证码是 {code}，5 分钟内有效。任何人（包括工作人员）向您索要都不要告诉。"
            session.add(Message(at=now, phone=phone, text=text, code=code))
        return SentCode(challenge, f"{phone[:3]}****{phone[-4:]}", CODE_S)

    def check(self, session: Session, challenge_id: str, code: str) -> tuple[str, Refusal | None]:
        """A token when the code is right; otherwise why not. The used attempt must be committed either way."""
        challenge, now = session.get(Challenge, challenge_id), self.clock()
        if challenge is None or challenge.expires_at < now:
            return "", Refusal(410, "expired")
        limit = _limit(session, challenge.number, now)
        challenge = session.get(Challenge, challenge_id, populate_existing=True)
        if challenge is None:
            return "", Refusal(410, "expired")  # it was right a moment ago, somewhere else
        demand_unlocked(limit, now)
        if not hmac.compare_digest(challenge.code_hash, self.key.code_hash(challenge.salt, code)):
            return "", wrong_code(limit, now)
        right_code(limit)
        token = secrets.token_urlsafe(24)
        session.execute(delete(Token).where(Token.number == challenge.number, Token.expires_at < now))
        ends = now + datetime.timedelta(seconds=TOKEN_S)
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


def _limit(session: Session, number: str, now: datetime.datetime) -> CodeLimit:
    """The person's limit, locked until the transaction ends: codes of one person are judged one after another."""
    limit = session.get(CodeLimit, number, with_for_update=True, populate_existing=True)
    if limit is None:
        limit = CodeLimit(number=number, window_from=now, sent=0, wrong=0)
        session.add(limit)
        session.flush()  # the loser of a race for the first row begins anew (Database.run)
    return limit


def _field(person: Person, name: str) -> str:
    return next((field["value"] for field in person.fields if field["name"] == name), "")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
