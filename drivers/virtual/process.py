"""What every virtual device's process does: say where it listens, live until told to stop or orphaned."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import NoReturn

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def announce(**ports: int | str) -> None:
    """Print the real ports as one JSON line."""
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()


def wait_for_end() -> None:
    """Block until SIGTERM, SIGINT or the parent's death."""
    ear, mouth = os.pipe()  # an Event's lock may be held when the handler runs; a pipe has none
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(mouth, b"."))
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.read(ear, 1)


def run_until_told() -> NoReturn:
    """Be a device until told to stop, then end at once: nobody waits for threads in the middle of an answer."""
    wait_for_end()
    os._exit(0)
