"""Commands and results of the code scanner."""

from __future__ import annotations

import msgspec

from drivers.contract.base import Command

PAYLOAD_LIMIT_BYTES = 7 * 1024


class ScanCode(Command, frozen=True):
    """scanner: light up and wait for one code → ScannedCode; NoMedia when none came within the deadline."""


class ScannedCode(msgspec.Struct, frozen=True, tag=True):
    """What a code says, opaque: the office resolves it. `symbology` where the scanner tells, else empty."""

    payload: bytes
    symbology: str = ""

    def __repr__(self) -> str:
        return f"ScannedCode({len(self.payload)} bytes)"  # an identity code is as good as an identity
