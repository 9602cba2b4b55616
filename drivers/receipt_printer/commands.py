"""Bytes for QR code and cut, made by python-escpos where its bytes are right.

Its text path and its status calls are not used: it prints Chinese punctuation as "?", lets commands inside a
name through, waits a whole time-out for one status byte and calls a mute printer well supplied.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from typing import Any

_PICKLE_FOLDER = "ESCPOS_CAPABILITIES_PICKLE_DIR"


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
        return _import_dummy()(profile=self._profile)


@cache
def _import_dummy() -> Any:
    """The class, imported so that its capabilities pickle goes where it is deleted at once."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[_PICKLE_FOLDER] = folder
        try:
            from escpos.printer import Dummy
        finally:
            del os.environ[_PICKLE_FOLDER]
    return Dummy
