"""Signed heads: where the two chains stood at a moment, by the terminal's own key.

A chain shows edits and holes; heads that were given away show what a chain cannot: that its end was cut off, that all
of it was written anew, that the disk is an old image, or that two terminals write on from one. Not responsible for
offering them (offline_cache.chains.proofs), nor for how the centre judges them (docs/line.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from offline_cache.chains.chain import GENESIS
from offline_cache.clock import Clock, boot_id, iso
from offline_cache.disk.bridges import Chain
from offline_cache.disk.database import Database
from offline_cache.trust.identity import Identity

HEAD_PREFIX = "DH1."
KEPT = 2000
"""Heads that are kept: a week of five minutes."""
_KEY: dict[Chain, str] = {"journal": "number", "entry": "sequence"}


class HeadFacts(msgspec.Struct, frozen=True):
    """What a `DH1.` text states: terminal, when, in which boot; number and hash (hex) of the last record of each."""

    t: str
    a: str
    b: str
    j: int
    jh: str
    e: int
    eh: str


class Mark(msgspec.Struct, frozen=True):
    """A record of a chain: its number and its hash (hex); no hash when there is no such record."""

    number: int
    hash: str


@dataclass(frozen=True)
class Witness:
    """What the centre has taken: when, up to which records; what it found wrong (`journal_forked`, …)."""

    at: str = ""
    journal: int = 0
    entry: int = 0
    problem: str = ""


@dataclass
class Heads:
    """The tables `head` and `witness`."""

    database: Database
    identity: Identity
    clock: Clock
    terminal: str

    def sign(self) -> tuple[str, HeadFacts]:
        """The head of now, with what it states; signed and kept if anything was written since the last."""
        journal, entry = self._end("journal"), self._end("entry")
        newest = self.database.read("SELECT journal_hash, entry_hash, text, at FROM head ORDER BY id DESC LIMIT 1")
        if newest and (newest[0][0].hex(), newest[0][1].hex()) == (journal.hash, entry.hash):
            return newest[0][2], self._facts(newest[0][3], journal, entry)
        facts = self._facts(iso(self.clock.utc()), journal, entry)
        text = self.identity.sign_text(HEAD_PREFIX, facts)
        with self.database.transaction():
            self.database.write(
                "INSERT INTO head (at, journal, journal_hash, entry, entry_hash, text) VALUES (?, ?, ?, ?, ?, ?)",
                (facts.a, journal.number, bytes.fromhex(journal.hash), entry.number, bytes.fromhex(entry.hash), text),
            )
            self.database.write("DELETE FROM head WHERE id <= (SELECT max(id) FROM head) - ?", (KEPT,))
        return text, facts

    def mark(self, chain: Chain, number: int) -> Mark:
        """What stands at a number of a chain."""
        if number == 0:
            return Mark(0, GENESIS.hex())
        key = _KEY[chain]
        rows = self.database.read(f"SELECT hash FROM {chain} WHERE {key} = ?", (number,))  # noqa: S608 (our own names)
        return Mark(number, rows[0][0].hex() if rows else "")

    def witness(self) -> Witness:
        """What the centre has taken so far."""
        rows = self.database.read("SELECT at, journal, entry, problem FROM witness")
        return Witness(*rows[0]) if rows else Witness()

    def taken(self, facts: HeadFacts, problem: str) -> None:
        """The centre has judged this head; one with a problem is not what it goes on from."""
        known = self.witness()
        with self.database.transaction():
            self.database.write(
                "INSERT OR REPLACE INTO witness VALUES (1, ?, ?, ?, ?)",
                (known.at, known.journal, known.entry, problem) if problem else (facts.a, facts.j, facts.e, ""),
            )
            if not problem and self.contradiction():  # a person has settled it: go on from here
                self.database.write("DELETE FROM head WHERE id < (SELECT max(id) FROM head)")

    def contradiction(self) -> str:
        """What the kept heads say against the chains as they are now; empty when nothing."""
        for chain, key in _KEY.items():
            forked = self.database.read(
                f"SELECT 1 FROM head JOIN {chain} ON {key} = head.{chain} "  # noqa: S608 (our own names)
                f"WHERE {chain}.hash <> head.{chain}_hash LIMIT 1"
            )
            name = "journal" if chain == "journal" else "entries"
            if forked:
                return f"{name}_forked"
            highest = self.database.read(f"SELECT coalesce(max({chain}), 0) FROM head")[0][0]  # noqa: S608 (our own names)
            if highest > self._end(chain).number and not self._bridged(chain, highest):
                return f"{name}_rewound"
        return ""

    def _facts(self, at: str, journal: Mark, entry: Mark) -> HeadFacts:
        return HeadFacts(self.terminal, at, boot_id(), journal.number, journal.hash, entry.number, entry.hash)

    def _end(self, chain: Chain) -> Mark:
        key = _KEY[chain]
        rows = self.database.read(f"SELECT {key}, hash FROM {chain} ORDER BY {key} DESC LIMIT 1")  # noqa: S608 (our own names)
        return Mark(rows[0][0], rows[0][1].hex()) if rows else Mark(0, GENESIS.hex())

    def _bridged(self, chain: Chain, number: int) -> bool:
        """Whether a damaged file has cost the record, which the journal says itself."""
        return bool(
            self.database.read(
                "SELECT 1 FROM bridge WHERE chain = ? AND next > ? AND after < ?", (chain, number, number)
            )
        )
