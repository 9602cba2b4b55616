"""What devices give and take: cards, receipts, print jobs, photos."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec


class CardLayout(StrEnum):
    """The four text layouts of the second-generation chip (GA/T 490 and the NIA's supplements)."""

    RESIDENT = "resident"
    HK_MACAU_TAIWAN = "hk_macau_taiwan"
    FOREIGNER_2017 = "foreigner_2017"
    FOREIGNER_2023 = "foreigner_2023"


class IdCard(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The text of one ID card. Dates are YYYY-MM-DD; `valid_to` may be "long-term"; absent fields are empty.

    `needs_person`: a name or address holds private-use characters, which no font of ours can know: a person must
    look at the card. `photo` is a PNG where the terminal has a decoder; `fingerprints` are the chip's opaque blocks
    of 512 bytes, read only when asked for; `previous_number` is that of a foreigner's card before 2023.
    Source: GA/T 490 as vendors document it; GB 11643 for `number`.
    """

    layout: CardLayout
    name: str = ""
    english_name: str = ""
    sex: str = ""
    nation: str = ""
    birth: str = ""
    address: str = ""
    number: str = ""
    issuer: str = ""
    valid_from: str = ""
    valid_to: str = ""
    permit_number: str = ""
    issue_count: str = ""
    nationality: str = ""
    previous_number: str = ""
    sam_id: str = ""
    needs_person: bool = False
    photo: bytes = b""
    fingerprints: bytes = b""

    def __repr__(self) -> str:
        return f"IdCard({self.layout})"  # a card's content never reaches a log by accident


class TextBlock(msgspec.Struct, frozen=True, tag="text", omit_defaults=True):
    """One paragraph. `size` 1 or 2 is the magnification; long lines wrap at the paper's width."""

    text: str
    align: Literal["left", "centre", "right"] = "left"
    size: Literal[1, 2] = 1
    bold: bool = False


class QrBlock(msgspec.Struct, frozen=True, tag="qr"):
    """A QR code of up to 512 bytes of text."""

    qr: str


class RuleBlock(msgspec.Struct, frozen=True, tag="rule"):
    """A line across the paper."""


class FeedBlock(msgspec.Struct, frozen=True, tag="feed"):
    """`feed` empty lines."""

    feed: int = 1


class CutBlock(msgspec.Struct, frozen=True, tag="cut"):
    """Feed to the cutter and cut."""


ReceiptBlock = TextBlock | QrBlock | RuleBlock | FeedBlock | CutBlock


class Receipt(msgspec.Struct, frozen=True, tag=True):
    """A slip for the receipt printer, from top to bottom."""

    blocks: tuple[ReceiptBlock, ...]


class SheetOutcome(StrEnum):
    """Fate of one sheet."""

    DELIVERED = "delivered"
    REPRINTED = "reprinted"
    """It came out, and a person had asked for it a second time."""
    NOT_PRINTED = "not_printed"
    UNCERTAIN = "uncertain"


class Evidence(StrEnum):
    """Whose word a print job's outcome is."""

    DEVICE = "device"
    """The printer's own counters and job state."""
    SPOOLER = "spooler"
    """A program between us and the printer: it knows what it sent, not what came out."""


class JobOutcome(StrEnum):
    """How a print job ended at the device."""

    COMPLETED = "completed"
    SENT = "sent"
    """All of it was taken, and nobody tells whether paper came out: a person must look."""
    CANCELLED = "cancelled"
    ABORTED = "aborted"
    UNCERTAIN = "uncertain"
