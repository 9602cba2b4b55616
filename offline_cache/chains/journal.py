"""The audit journal: append-only, hash-chained, without personal data.

Not the diagnostic log (kiosk.logs). Who may ask: any process, with one of the events below; the store writes
its own in the transaction that they describe.
"""

from __future__ import annotations

import re
from enum import StrEnum

from offline_cache.chains.chain import first_break, link
from offline_cache.clock import Clock, iso
from offline_cache.disk.bridges import next_record, read_bridges
from offline_cache.disk.database import Database
from offline_cache.errors import InvalidCommand
from offline_cache.outbox.identifiers import is_transaction_id


class JournalEvent(StrEnum):
    """What happened. The first group is written by the store itself, the second on behalf of the terminal."""

    STORE_CREATED = "store_created"
    STORE_SALVAGED = "store_salvaged"  # the file was damaged: what verified was saved, the rest is beside it
    RESERVE_USED = "reserve_used"  # the disk was full: the reserve file made room for what was promised
    RESERVE_RESTORED = "reserve_restored"
    TRANSACTION_ACCEPTED = "transaction_accepted"
    TRANSACTION_WITHDRAWN = "transaction_withdrawn"  # the disk failed during accept: it was never promised
    TRANSACTION_UNKNOWN = "transaction_unknown"  # bytes left, no answer came
    TRANSACTION_ACKNOWLEDGED = "transaction_acknowledged"
    TRANSACTION_REJECTED = "transaction_rejected"
    TRANSACTION_QUARANTINED = "transaction_quarantined"
    TRANSACTION_RELEASED = "transaction_released"  # an operator gave a quarantined one another chance
    TRANSACTION_EXPIRES_SOON = "transaction_expires_soon"  # its validity ends in a few days, and it still waits
    TRANSACTION_EXPIRED = "transaction_expired"  # its validity ended; quarantined, and a person decides
    TRANSACTION_RETURNED = "transaction_returned"  # a person gave it up; the citizen is told to come again
    PAYLOAD_PURGED = "payload_purged"
    CASE_FORGOTTEN = "case_forgotten"  # the centre no longer knew what it had acknowledged: sent again
    CASE_GONE = "case_gone"  # likewise, and the payload was forgotten here as well
    CASE_DIFFERS = "case_differs"  # the centre has other bytes or another case number under this key
    EVIDENCE_ACKNOWLEDGED = "evidence_acknowledged"
    EVIDENCE_QUARANTINED = "evidence_quarantined"
    EVIDENCE_DROPPED = "evidence_dropped"  # its transaction was refused
    LINE_CHANGED = "line_changed"
    CATALOGUE_INSTALLED = "catalogue_installed"  # a signed version was verified and made active
    CATALOGUE_OFFER_REFUSED = "catalogue_offer_refused"  # what came over the line was not believed; the detail says why
    CATALOGUE_REFUSED = "catalogue_refused"  # the application could not use it; the one before is active again
    CATALOGUE_ROLLED_BACK = "catalogue_rolled_back"  # a technician's decision
    SERVICES_WITHDRAWN = "services_withdrawn"  # a newer signed list is carried out
    KEY_REGISTERED = "key_registered"  # before there was enrolment; in old journals only
    KEY_REFUSED = "key_refused"  # likewise
    ENROLLED = "enrolled"  # keys were exchanged with the centre

    TERMINAL_STARTED = "terminal_started"
    TERMINAL_STOPPED = "terminal_stopped"
    PROCESS_RESTARTED = "process_restarted"
    IN_SERVICE = "in_service"
    OUT_OF_SERVICE = "out_of_service"
    SESSION_BEGAN = "session_began"
    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    IDENTITY_PROVED = "identity_proved"
    IDENTITY_FAILED = "identity_failed"
    CERTIFICATE_ISSUED = "certificate_issued"
    DOCUMENT_PRINTED = "document_printed"
    DOCUMENT_UNCERTAIN = "document_uncertain"
    RECEIPT_PRINTED = "receipt_printed"
    RECEIPT_UNCERTAIN = "receipt_uncertain"
    SESSION_ENDED = "session_ended"
    SESSION_ABANDONED = "session_abandoned"
    WIPED = "wiped"
    DEVICE_PROBLEM = "device_problem"
    DEVICE_RECOVERED = "device_recovered"
    TECHNICIAN_ENTERED = "technician_entered"
    TECHNICIAN_REFUSED = "technician_refused"
    TECHNICIAN_LEFT = "technician_left"


JOURNAL_COLUMNS = "number, at, event, transaction_id, detail"
_DETAIL = re.compile(r"[\x21-\x7e ]{0,120}")
_LONG_NUMBER = re.compile(r"\d{7,}")


class Journal:
    """The journal's table."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def append(self, event: JournalEvent, transaction_id: str = "", detail: str = "") -> None:
        """Add a record; inside a transaction of the caller."""
        number, previous = next_record(self._database, "journal")
        values = (number, iso(self._clock.utc()), str(event), transaction_id, detail)
        self._database.write(
            "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, previous, link(previous, values))
        )

    def append_asked(self, event: str, transaction_id: str, detail: str) -> None:
        """Add a record that another process asked for. Raises InvalidCommand."""
        if event not in set(JournalEvent):
            raise InvalidCommand("event")
        if transaction_id and not is_transaction_id(transaction_id):
            raise InvalidCommand("transaction_id")
        # Identity, phone and card numbers are runs of seven digits or more; names are not ASCII.
        if not _DETAIL.fullmatch(detail) or _LONG_NUMBER.search(detail):
            raise InvalidCommand("detail")
        with self._database.transaction():
            self.append(JournalEvent(event), transaction_id, detail)

    def length(self) -> int:
        """How many records."""
        return int(self._database.read("SELECT count(*) FROM journal")[0][0])

    def events(self, transaction_id: str) -> list[str]:
        """The events of one transaction, oldest first."""
        rows = self._database.read(
            "SELECT event FROM journal WHERE transaction_id = ? ORDER BY number", (transaction_id,)
        )
        return [str(row[0]) for row in rows]

    def newest(self, limit: int) -> list[tuple[int, str, str, str, str]]:
        """(number, at, event, transaction id, detail) of the newest records, oldest first."""
        rows = self._database.read(
            "SELECT number, at, event, transaction_id, detail FROM journal ORDER BY number DESC LIMIT ?", (limit,)
        )
        return [(int(row[0]), str(row[1]), str(row[2]), str(row[3]), str(row[4])) for row in reversed(rows)]

    def first_break(self) -> int | None:
        """The number of the first record that was edited, removed or moved; None when none was."""
        rows = self._database.each(f"SELECT previous, hash, {JOURNAL_COLUMNS} FROM journal ORDER BY number")  # noqa: S608 (constant)
        records = ((values[0], before, own, tuple(values)) for before, own, *values in rows)
        return first_break(records, read_bridges(self._database, "journal"))
