"""What operators at the centre order for quarantined transactions: carried out once, and reported back.

The centre repeats an order until it has heard what came of it; its id keeps us from carrying it out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from offline_cache.contract import Outcome, TransactionState
from offline_cache.disk.database import Database
from offline_cache.evidence.blobs import Blob
from offline_cache.evidence.pieces import Evidence
from offline_cache.line.wire import Order, OrderDone
from offline_cache.outbox.quarantine import Quarantine

DONE, NOT_QUARANTINED, UNKNOWN_ORDER = "done", "not_quarantined", "unknown_order"
KEPT = 1000
"""Orders that are remembered; the centre repeats none that it has heard of."""


@dataclass
class Orders:
    """The table `operator_order`."""

    database: Database
    quarantine: Quarantine
    evidence: Evidence

    def carry_out(self, orders: Sequence[Order]) -> tuple[Outcome, ...]:
        """Carry out what was not before; where the transactions stand now."""
        outcomes: list[Outcome] = []
        for order in orders:
            if self._known(order.id):
                continue
            files: list[Blob] = []
            with self.database.transaction():  # what is done and that it is done, in one
                outcome = self._carry_out(order, files)
                self.database.write(
                    "INSERT INTO operator_order (id, outcome) VALUES (?, ?)",
                    (order.id, outcome if isinstance(outcome, str) else DONE),
                )
                self.database.write(
                    "DELETE FROM operator_order WHERE reported = 1 "
                    "AND rowid <= (SELECT max(rowid) FROM operator_order) - ?",
                    (KEPT,),
                )
            self.evidence.blobs.remove(files)
            outcomes += [] if isinstance(outcome, str) else [outcome]
        return tuple(outcomes)

    def unreported(self) -> tuple[OrderDone, ...]:
        """What the centre has not heard yet."""
        rows = self.database.read("SELECT id, outcome FROM operator_order WHERE reported = 0 ORDER BY rowid LIMIT 100")
        return tuple(OrderDone(*row) for row in rows)

    def reported(self, told: Sequence[OrderDone]) -> None:
        """The centre has heard of these."""
        if told:
            with self.database.transaction():
                for one in told:
                    self.database.write("UPDATE operator_order SET reported = 1 WHERE id = ?", (one.id,))

    def _retry(self, key: str) -> Outcome | str:
        pieces = self.evidence.release_quarantined(key)
        if self.quarantine.release(key):
            return Outcome(key, TransactionState.UNKNOWN)
        return DONE if pieces else NOT_QUARANTINED

    def _return(self, key: str, files: list[Blob]) -> Outcome | str:
        files += self.evidence.give_up(key)
        return self.quarantine.give_back(key) or (DONE if files else NOT_QUARANTINED)

    def _carry_out(self, order: Order, files: list[Blob]) -> Outcome | str:
        """What became of the transaction, or a word about the order; `files` gets what nobody needs any more."""
        if order.order == "retry":
            return self._retry(order.key) if order.key else NOT_QUARANTINED
        if order.order == "return":
            return self._return(order.key, files) if order.key else NOT_QUARANTINED
        return UNKNOWN_ORDER

    def _known(self, order_id: str) -> bool:
        rows = self.database.read("SELECT reported FROM operator_order WHERE id = ?", (order_id,))
        if rows and rows[0][0]:  # the centre asks again, so it has not kept what we told it
            with self.database.transaction():
                self.database.write("UPDATE operator_order SET reported = 0 WHERE id = ?", (order_id,))
        return bool(rows)
