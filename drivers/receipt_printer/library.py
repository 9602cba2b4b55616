"""QR codes by python-escpos: the part of it whose bytes are right.

Its text path and its status calls are not used: it prints Chinese punctuation as "?", lets commands inside a name
through (a test shows which), waits a whole time-out for one status byte and calls a mute printer well supplied.
"""

from __future__ import annotations

import os
import tempfile
import threading
from functools import cache
from typing import Any

_PICKLE_FOLDER = "ESCPOS_CAPABILITIES_PICKLE_DIR"
_importing = threading.Lock()


def qr(text: str, module: int) -> bytes:
    """GS ( k: a code of model 2, error correction M, drawn by the printer; `module` is the dots of one square."""
    from escpos.constants import QR_ECLEVEL_M

    printer = _dummy_class()(profile="default")
    printer.qr(text, ec=QR_ECLEVEL_M, size=module, native=True)
    return bytes(printer.output)


def warm() -> None:
    """Import it: that costs a third of a second, which the first slip should not wait for."""
    _dummy_class()


def _dummy_class() -> Any:
    """`_import_dummy`, once: the first slip may come while `warm` is still at it, on another thread."""
    with _importing:
        return _import_dummy()


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
