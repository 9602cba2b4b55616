"""Whether a terminal's journal and entries go on from where they last were: heads that it has signed.

The centre keeps the highest head of each terminal. Whoever offers a later one must show the hash that stands at the
number we know: one who cannot has lost or rewritten records, runs from an old image of its disk, or is one of two that
run from the same. Not responsible for what became of the terminal: a person looks, and settles it.
"""

from __future__ import annotations

import binascii
import datetime
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.incidents import note
from kiosk.central.models import Incident, Terminal, TerminalHead
from kiosk.central.refusals import Refusal
from kiosk.central.schemas import HeadFacts, HeadIn, MarkIn
from kiosk.central.signing import unpack

PREFIX = "DH1."
SHOW, REWOUND, FORKED, GAP = "show", "rewound", "forked", "gap"
LATE = "late"
"""A head from before one that came earlier: it proves nothing, and is not kept."""


@dataclass(frozen=True)
class Mark:
    """A record of a chain: its number and its hash (hex)."""

    number: int
    hash: str


def judge(known: Mark, offered: Mark, shown: MarkIn) -> str:
    """Pure: what a chain's new end means to one whose old end we know; empty when it goes on from there."""
    if known.number == 0:
        return ""
    if offered.number == known.number:
        return "" if offered.hash == known.hash else FORKED
    if shown.number != known.number:
        return SHOW
    if not shown.hash:
        return GAP if offered.number > known.number else REWOUND
    if shown.hash != known.hash:
        return FORKED
    return "" if offered.number > known.number else LATE


def take(session: Session, terminal: str, offer: HeadIn, now: datetime.datetime) -> str:
    """Keep the head if it goes on from the known one; what is wrong with the terminal's records, until it is settled.

    Refusal 422 for a head that the terminal has not signed, 409 (`show`) to be shown other numbers.
    """
    public_key = session.get_one(Terminal, terminal).public_key
    facts = read_head(offer.head, public_key)
    if facts is None or facts.t != terminal:
        raise Refusal(422, "bad_head")
    known = session.scalar(select(TerminalHead).where(TerminalHead.terminal == terminal).with_for_update())
    if known is None or known.public_key != public_key:  # the first, or a new store with a new key: an incident before
        session.merge(_row(terminal, public_key, facts, offer.head, ""))
        return ""
    chains = (
        ("journal", Mark(known.journal, known.journal_hash), Mark(facts.j, facts.jh), offer.journal),
        ("entries", Mark(known.entry, known.entry_hash), Mark(facts.e, facts.eh), offer.entry),
    )
    found = [(name, before, after, judge(before, after, shown)) for name, before, after, shown in chains]
    if any(verdict == SHOW for *_, verdict in found):
        raise Refusal(409, SHOW, journal=known.journal, entry=known.entry)
    broken = ""
    for name, before, after, verdict in found:
        if verdict in {REWOUND, FORKED, GAP}:
            kind, detail = f"{name}_{verdict}", f"known {before.number}, offered {after.number}"
            key = f"{before.number} {before.hash[:16]}"
            note(session, Incident(at=now, terminal=terminal, kind=kind, key=key, detail=detail))
        if verdict in {REWOUND, FORKED}:
            broken = broken or f"{name}_{verdict}"
    if broken:
        known.problem = broken
    elif all(verdict != LATE for *_, verdict in found):
        session.merge(_row(terminal, public_key, facts, offer.head, known.problem))
    return known.problem


def settle(session: Session, terminal: str) -> bool:
    """A person has looked: go on from whatever the terminal shows next. False when nothing was kept of it."""
    known = session.get(TerminalHead, terminal)
    if known is None:
        return False
    session.delete(known)
    return True


def read_head(text: str, public_key: str) -> HeadFacts | None:
    """What a head states, if the key has signed it."""
    signed, _, signature = text.rpartition(".")
    if not signed.startswith(PREFIX) or not public_key:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(unpack(public_key)).verify(unpack(signature), signed.encode("ascii"))
        return HeadFacts.model_validate(json.loads(unpack(signed.removeprefix(PREFIX))))
    except (InvalidSignature, ValueError, ValidationError, binascii.Error):
        return None


def _row(terminal: str, public_key: str, facts: HeadFacts, text: str, problem: str) -> TerminalHead:
    return TerminalHead(
        terminal=terminal,
        public_key=public_key,
        at=facts.a,
        journal=facts.j,
        journal_hash=facts.jh,
        entry=facts.e,
        entry_hash=facts.eh,
        text=text,
        problem=problem,
    )
