"""Why an offered catalogue is not taken. What is held stays in use."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "signature",  # not signed by enough of the keys that may
    "older",  # a lower version than one seen before
    "expired",  # signed too long ago, or our clock is ahead
    "mixed",  # parts that do not belong together
    "altered",  # not the bytes that were signed
    "too_large",  # more than was announced, or than is ever needed
    "foreign",  # a path or an item that nobody may bring
    "malformed",  # not our format
    "frozen",  # a newer list of withdrawals was announced than the one that is shown
]


class CatalogueRefusedError(Exception):
    """Nothing of what was offered is used. `version` is the one whose signed content is at fault, 0 for none."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.version = 0


class UnknownVersionError(Exception):
    """That version is not kept here."""
