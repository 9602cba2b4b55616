"""Bytes for QR code and cut, made by python-escpos where its bytes are right.

Its text path and its status calls are not used: it prints Chinese punctuation as "?", lets commands inside a
name through, waits a whole time-out for one status byte and calls a mute printer well supplied.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any


class Escpos:
    """The encoder. python-escpos is imported on first use: it costs a third of a second."""

    def __init__(self, profile: str = "default") -> None:
        self._profile = profile

    def qr(self, text: str) -> bytes:
        """A native QR code (GS ( k), error correction M, 6 dots a module."""
        from escpos.constants import QR_ECLEVEL_M

        printer = self._dummy()
        printer.qr(text, ec=QR_ECLEVEL_M, size=6, native=True)
        return bytes(printer.output)

    def cut(self) -> bytes:
        """Feed to the cutter and cut."""
        printer = self._dummy()
        printer.cut()
        return bytes(printer.output)

    def _dummy(self) -> Any:
        with tempfile.TemporaryDirectory() as folder:  # else every import leaves a pickle behind
            os.environ.setdefault("ESCPOS_CAPABILITIES_PICKLE_DIR", folder)
            from escpos.printer import Dummy
        return Dummy(profile=self._profile)
