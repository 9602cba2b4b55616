"""The screen keeps moving while a driver's host floods it, leaks, hangs or dies again and again."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from drivers.contract.commands import SelfTest
from tests.faults.fleet import Fleet
from tests.faults.screen import PREFACE, screen

pytestmark = pytest.mark.alone
FRAME_S = 0.3
WATCHED_S = 2.5
TABLE = {"driver": "pcsc", "port": "any"}


@pytest.mark.parametrize("kind", ["floods", "leaks", "never_back", "quiet"])
def test_frames_come_in_time_beside_a_bad_host(kind: str, tmp_path: Path) -> None:
    program = ("tests.faults.bad_host", kind)
    with Fleet(tmp_path, {"smart_card": TABLE}, {"smart_card": program}, 2.0, PREFACE) as fleet:
        fleet.wait_up()
        with screen(fleet.profile, tmp_path) as frames:
            ends, asked = time.monotonic() + WATCHED_S, fleet["smart_card"].client
            while time.monotonic() < ends:
                asked.start(SelfTest(), 0.2, lambda result, error: None)
                if kind == "quiet" and (pid := fleet.pid("smart_card")):
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.25)
    assert frames.frames > WATCHED_S * 20
    assert frames.worst_s <= FRAME_S
