"""Shows the centre, at contact, that nothing was lost or altered: a signed head, and digests of what it acknowledged.

Its own thread, because an offer may take longer than a probe of the line. Heads are also signed without a line, every
five minutes while something was written; and what is to be forgotten is, too. Not responsible for what heads and
digests are (offline_cache.chains.heads, offline_cache.chains.digests).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import quote

import msgspec

from kiosk.ipc import Cancelled, Control, DeadlineExceeded
from offline_cache.chains.digests import MOST, Digest, DigestsAnswer
from offline_cache.chains.heads import HeadFacts, Mark
from offline_cache.clock import Clock
from offline_cache.errors import CentreRefused, NoLine, StoreError
from offline_cache.line.http import Exchanger, Reply, Request
from offline_cache.outbox.schedule import Draw
from offline_cache.owner import Owner
from offline_cache.store import Store

log = logging.getLogger(__name__)

EVERY_S = 300.0
DIGESTS_EVERY_S = 24 * 3600.0
SPREAD_S = 60.0
"""After a start or an outage terminals offer within this: they may all come back at once."""
WITHIN_S = 60.0
SHOWN_MOST = 3
_T = TypeVar("_T")


class HeadOffer(msgspec.Struct, frozen=True):
    """POST /v1/terminals/{id}/heads: the head, and what we have where the centre stands as far as we know."""

    head: str
    journal: Mark
    entry: Mark


class HeadAnswer(msgspec.Struct, frozen=True):
    """200: what is wrong, if anything. 409: where the centre stands, to be shown."""

    problem: str = ""
    reason: str = ""
    journal: int = 0
    entry: int = 0


@dataclass(frozen=True)
class Offer:
    """A head that is offered, and what it states."""

    text: str
    facts: HeadFacts
    journal: Mark
    entry: Mark


@dataclass
class ProofLine:
    """The two calls. They raise CentreError and Cancelled."""

    exchanger: Exchanger

    def heads(self, offer: Offer, control: Control) -> HeadAnswer:
        """Offer a head; 409 asks for other marks."""
        reply = self._post("heads", HeadOffer(offer.text, offer.journal, offer.entry), control)
        return _read(reply, (200, 409), HeadAnswer)

    def digests(self, entries: object, control: Control) -> DigestsAnswer:
        """Offer digests."""
        return _read(self._post("digests", {"entries": entries}, control), (200,), DigestsAnswer)

    def _post(self, what: str, body: object, control: Control) -> Reply:
        terminal = quote(self.exchanger.address.terminal, safe="")
        request = Request("POST", f"/v1/terminals/{terminal}/{what}", msgspec.json.encode(body))
        return self.exchanger.exchange(request, control)


def _read(reply: Reply, statuses: tuple[int, ...], kind: type[_T]) -> _T:
    if reply.status not in statuses:
        raise CentreRefused(f"status_{reply.status}")
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except msgspec.DecodeError as error:
        raise NoLine("bad_answer", str(error), sent=True) from error


class Proofs:
    """`sweep` forgets what is to be forgotten; `on_again` hears that something is to be sent again.

    `problem` is what the centre, or the kept heads, say against the chains.
    """

    def __init__(self, owner: Owner, line: ProofLine, clock: Clock, draw: Draw) -> None:
        self._owner, self._line, self._clock, self._draw = owner, line, clock, draw
        self.sweep: Callable[[Store], object] = lambda store: None
        self.on_again: Callable[[], None] = lambda: None
        self._control: Control | None = None
        self._closing = self._there = False
        self._round_at_s = self._heads_at_s = self._digests_at_s = float("-inf")
        self._offered = ""
        self.problem = ""
        self._offering = threading.Lock()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proofs", daemon=True)

    def start(self) -> None:
        """Begin."""
        self.line_returned()
        self._round_at_s = self._clock.monotonic_s() + EVERY_S
        self._thread.start()

    def line_returned(self) -> None:
        """The centre may be another one than before, or an older self: offer all again, at the next contact."""
        at_s = self._clock.monotonic_s() + self._draw(0.0, SPREAD_S)
        self._heads_at_s = self._digests_at_s = at_s
        self._offered = ""

    def contact(self, control: Control) -> None:
        """The centre has just answered: a duty of offline_cache.line.contact, which only wakes the thread."""
        self._there = True
        self._wake.set()

    def close(self, within_s: float = 3.0) -> None:
        """Stop."""
        self._closing = True
        if self._control is not None:
            self._control.cancel()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def offer_heads(self, control: Control) -> str:
        """Show where the chains stand; what the centre finds wrong. Raises CentreError, StoreError."""
        with self._offering:
            return self._offer_heads(control)

    def _offer_heads(self, control: Control) -> str:
        offer = self._owner.run(_offer, control)
        if offer.text == self._offered:
            return ""
        answer = self._line.heads(offer, control)
        for _ in range(SHOWN_MOST):
            if answer.reason != "show":
                break
            offer = self._owner.run(partial(_shown, asked=answer), control)
            answer = self._line.heads(offer, control)
        if answer.reason:
            raise CentreRefused(answer.reason)
        self._owner.run(lambda store: store.heads.taken(offer.facts, answer.problem), control)
        self._offered = "" if answer.problem else offer.text
        self.problem = answer.problem
        if answer.problem:
            log.error("the centre says that our journal is not the one it knows: %s", answer.problem)
        return answer.problem

    def offer_digests(self, control: Control) -> int:
        """Offer what was acknowledged of late; how many are to be sent again. Raises CentreError, StoreError."""
        recent = self._owner.run(lambda store: store.digests.recent(), control)
        again = 0
        for first in range(0, len(recent), MOST):
            part = recent[first : first + MOST]
            answer = self._line.digests(part, control)
            again += len(self._owner.run(partial(_heard, part=part, answer=answer), control))
        if again:
            log.warning("the centre has forgotten %d transactions: they are sent again", again)
            self.on_again()
        return again

    def _run(self) -> None:
        while not self._closing:
            self._wake.clear()
            now_s = self._clock.monotonic_s()
            if now_s >= self._round_at_s:
                self._round_at_s = now_s + EVERY_S
                self._guarded(self._round)
            if self._there:
                self._there = False
                self._at_contact(now_s)
            self._wake.wait(max(0.0, min(EVERY_S, self._round_at_s - self._clock.monotonic_s())))

    def _at_contact(self, now_s: float) -> None:
        # Digests first: a rewound centre gives no lost number to anybody once it has heard of it.
        if now_s >= self._digests_at_s and self._guarded(self.offer_digests):
            self._digests_at_s = now_s + DIGESTS_EVERY_S
        if now_s >= self._heads_at_s and self._guarded(self.offer_heads):
            self._heads_at_s = now_s + EVERY_S

    def _round(self, control: Control) -> None:
        self._owner.run(lambda store: (store.heads.sign(), self.sweep(store)), control)

    def _guarded(self, work: Callable[[Control], object]) -> bool:
        self._control = control = Control(WITHIN_S)
        if self._closing:
            return False
        try:
            work(control)
        except (StoreError, DeadlineExceeded, Cancelled) as error:
            log.info("%s put off: %s", work.__name__, str(error) or type(error).__name__)
            return False
        return True


def _offer(store: Store) -> Offer:
    text, facts = store.heads.sign()
    known = store.heads.witness()
    marks = (store.heads.mark("journal", known.journal), store.heads.mark("entry", known.entry))
    return Offer(text, facts, *marks)


def _shown(store: Store, asked: HeadAnswer) -> Offer:
    text, facts = store.heads.sign()  # anew: the centre may have been asked in between
    return Offer(text, facts, store.heads.mark("journal", asked.journal), store.heads.mark("entry", asked.entry))


def _heard(store: Store, part: Sequence[Digest], answer: DigestsAnswer) -> tuple[str, ...]:
    return store.digests.heard(part, answer)
