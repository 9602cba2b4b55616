"""What is forgotten, and when: payloads, as soon as nobody needs them on this terminal.

Accepted: in the transaction that records the centre's acknowledgement, or a day later if it is sealed, which nobody
here can read: a centre that was put back to a backup asks for it again. Rejected: a day later, so that a complaint on
the spot can be answered. Quarantined and waiting: never; they are the only copy. The payload's
SHA-256 stays in `entry`. `secure_delete` overwrites the pages, the checkpoint empties the write-ahead log.
"""

from __future__ import annotations

from offline_cache.chains.journal import Journal, JournalEvent
from offline_cache.contract import TransactionState
from offline_cache.disk.database import Database
from offline_cache.trust.sealing import SEALED

KEEP_S = 24 * 3600.0


def purge_payload(database: Database, journal: Journal, sequence: int) -> bool:
    """Forget the payload of one transaction; inside a transaction of the caller. False if it was gone."""
    if not database.write("DELETE FROM payload WHERE sequence = ?", (sequence,)):
        return False
    transaction_id = database.read("SELECT id FROM entry WHERE sequence = ?", (sequence,))[0][0]
    journal.append(JournalEvent.PAYLOAD_PURGED, transaction_id)
    return True


def sweep(database: Database, journal: Journal, now_s: float) -> int:
    """Forget the payloads whose time has come; how many. `now_s` is the clock's `schedule_s`."""
    # Also what was accepted, should a purge ever have been missed; also times from a clock that was ahead.
    due = database.read(
        "SELECT sequence FROM payload JOIN delivery USING (sequence) "
        "WHERE (state = ? AND media_type <> ?) OR (state IN (?, ?) AND abs(? - answered_at) >= ?)",
        (TransactionState.ACCEPTED, SEALED, TransactionState.ACCEPTED, TransactionState.REJECTED, now_s, KEEP_S),
    )
    if not due:
        return 0
    with database.transaction():
        purged = sum(purge_payload(database, journal, sequence) for (sequence,) in due)
    database.checkpoint()
    return purged
