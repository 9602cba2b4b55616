"""Digests of what the centre has acknowledged: a centre that was put back to an older backup is healed with them.

What it no longer knows is sent again, with the same key and bytes, as long as the payload is still here (sealed, for a
day: offline_cache.outbox.retention). Not responsible for asking (offline_cache.chains.proofs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from offline_cache.chains.journal import Journal, JournalEvent
from offline_cache.clock import Clock
from offline_cache.contract import TransactionState
from offline_cache.disk.database import Database
from offline_cache.outbox.schedule import Draw, return_delays_s

OFFERED_S = 72 * 3600.0
MOST = 2000
"""In one request."""


class Digest(msgspec.Struct, frozen=True):
    """An acknowledged transaction; `held`: its payload is still here, so that it can be sent again."""

    key: str
    payload_sha256: str
    case_number: str
    receipt: str
    held: bool


class DigestsAnswer(msgspec.Struct, frozen=True):
    """What the centre does not know, and what it knows otherwise."""

    unknown: tuple[str, ...] = ()
    different: tuple[str, ...] = ()


@dataclass
class Digests:
    """Acknowledged rows of `delivery` and what was kept of them."""

    database: Database
    journal: Journal
    clock: Clock
    draw: Draw

    def recent(self) -> tuple[Digest, ...]:
        """What was acknowledged in the last 72 hours, oldest first."""
        rows = self.database.read(
            "SELECT id, payload_sha256, case_number, coalesce(text, ''), body IS NOT NULL FROM delivery "
            "JOIN entry USING (sequence) LEFT JOIN receipt USING (sequence) LEFT JOIN payload USING (sequence) "
            "WHERE state = ? AND abs(? - answered_at) <= ? ORDER BY sequence",
            (TransactionState.ACCEPTED, self.clock.schedule_s(), OFFERED_S),
        )
        return tuple(Digest(key, digest.hex(), case, text, bool(held)) for key, digest, case, text, held in rows)

    def heard(self, offered: Sequence[Digest], answer: DigestsAnswer) -> tuple[str, ...]:
        """Write down what the centre said; ids of what is now to be sent again."""
        unknown, different = set(answer.unknown), set(answer.different)
        again = [one.key for one in offered if one.key in unknown and one.held]
        gone = [one.key for one in offered if one.key in unknown and not one.held]
        if not again and not gone and not different:
            return ()
        delays = return_delays_s([0.0] * len(again), self.draw)
        with self.database.transaction():
            for key, delay_s in zip(again, delays, strict=True):
                self._send_again(key, delay_s)
            for event, keys in ((JournalEvent.CASE_GONE, gone), (JournalEvent.CASE_DIFFERS, sorted(different))):
                for key in keys:
                    if event not in self.journal.events(key):  # it is said at every contact, and noted once
                        self.journal.append(event, key)
        return tuple(again)

    def _send_again(self, key: str, delay_s: float) -> None:
        changed = self.database.write(
            "UPDATE delivery SET state = ?, attempts = 0, refusals = 0, next_at = ?, wait_s = ?, hold_s = 0, "
            "reason = '' WHERE state = ? AND sequence = (SELECT sequence FROM entry WHERE id = ?)",
            (
                TransactionState.UNKNOWN,
                self.clock.schedule_s() + delay_s,
                delay_s,
                TransactionState.ACCEPTED,
                key,
            ),
        )
        if changed:
            self.journal.append(JournalEvent.CASE_FORGOTTEN, key)
