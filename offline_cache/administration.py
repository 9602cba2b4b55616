"""Commands for the operator's tools only, beside the contract: nothing here is for the kiosk's screens."""

from __future__ import annotations

import msgspec

from kiosk.ipc import Contract
from offline_cache.contract import STORE_CONTRACT, AnyStoreCommand, StoreCommand, StoreResult


class Verify(StoreCommand, frozen=True):
    """Read every page, record and payload, and check the hash chains → VerifyReport."""


class ReleaseQuarantined(StoreCommand, frozen=True):
    """Give a quarantined transaction, or all of them, another chance → Released."""

    transaction_id: str = ""


class ReadJournal(StoreCommand, frozen=True):
    """The newest `limit` records of the journal, oldest first → JournalRecords. They hold no personal data."""

    limit: int = 200


class Enrol(StoreCommand, frozen=True):
    """Exchange keys with the centre by a one-time code → Ok."""

    code: str

    def __repr__(self) -> str:
        return "Enrol()"


class RollBackCatalogue(StoreCommand, frozen=True):
    """Make a kept version of the catalogue the active one, without a line → Ok."""

    version: int


class ExportOutbox(StoreCommand, frozen=True):
    """Write everything that is not answered yet into one file in `folder` (absolute) → Exported."""

    folder: str


class ImportAnswers(StoreCommand, frozen=True):
    """Take the centre's answer file in (an absolute path) → Imported."""

    file: str


class Exported(msgspec.Struct, frozen=True, tag=True):
    """The file, its length, and how many transactions, pieces of evidence and journal records are in it."""

    file: str
    length: int
    entries: int
    evidence: int
    journal: int


class Imported(msgspec.Struct, frozen=True, tag=True):
    """How many became accepted or rejected, were answered before, or wait on; how many pieces of evidence arrived."""

    accepted: int
    rejected: int
    known: int
    waiting: int
    evidence: int


class JournalRecord(msgspec.Struct, frozen=True):
    """One record: its number, when, what (offline_cache.chains.journal.JournalEvent), of which transaction."""

    number: int
    at: str
    event: str
    transaction_id: str = ""
    detail: str = ""


class JournalRecords(msgspec.Struct, frozen=True, tag=True):
    """Records of the journal."""

    records: tuple[JournalRecord, ...]


class VerifyReport(msgspec.Struct, frozen=True, tag=True):
    """What was checked; `problem` is empty when all is whole. `proved_at`: when the centre last saw that it goes on."""

    entries: int
    journal_length: int
    problem: str = ""
    proved_at: str = ""


class Released(msgspec.Struct, frozen=True, tag=True):
    """How many were released."""

    count: int


AnyCommand = (
    AnyStoreCommand
    | ExportOutbox
    | ImportAnswers
    | Enrol
    | Verify
    | ReleaseQuarantined
    | ReadJournal
    | RollBackCatalogue
)

ADMINISTRATION_CONTRACT = Contract(
    events=STORE_CONTRACT.events,
    results=StoreResult | Exported | Imported | VerifyReport | Released | JournalRecords,
    errors=STORE_CONTRACT.errors,
    notices=STORE_CONTRACT.notices,
)
