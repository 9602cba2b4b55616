"""python-escpos is imported once, whoever asks first."""

from __future__ import annotations

import subprocess
import sys

TWO_AT_ONCE = """
import os, threading
from drivers.receipt_printer import library
wrong, start = [], threading.Barrier(2)
threading.excepthook = wrong.append
def one(work):
    start.wait()
    work()
threads = [threading.Thread(target=one, args=[work]) for work in (library.warm, lambda: library.qr("x", 6))]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert not wrong, wrong
assert "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ
"""


def test_a_slip_that_comes_while_the_library_is_still_being_imported_is_printed() -> None:
    subprocess.run([sys.executable, "-c", TWO_AT_ONCE], check=True, timeout=60)
