"""The terminal's own process beside a fleet, and how long its frames took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.folders import CONFIG
from tests.faults.fleet import ROOT

PREFACE = (CONFIG / "terminals" / "dev.toml").read_text().split("[devices.")[0]
"""What the screen needs of a profile; a fleet's devices stand after it."""


@dataclass
class Frames:
    """Times between frames, in seconds."""

    frames: int = 0
    p99_s: float = 0.0
    worst_s: float = float("inf")


@contextmanager
def screen(profile: Path, folder: Path) -> Iterator[Frames]:
    """The terminal's process on the sockets in `folder`; afterwards its frames are told."""
    told = Frames()
    command = [sys.executable, "-m", "tests.faults.screen_probe", str(profile), str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (folder / "screen.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment)
    assert process.stdin is not None
    with process:
        try:
            _wait_for(folder / "ready", 30)
            process.stdin.write(b"begin\n")
            process.stdin.flush()
            yield told
            out, _ = process.communicate(b"end\n", 20)
            for name, value in json.loads(out).items():
                setattr(told, name, value)
        finally:
            process.kill()


def _wait_for(path: Path, within_s: float) -> None:
    ends = time.monotonic() + within_s
    while not path.exists():
        assert time.monotonic() < ends, f"{path.name} did not come"
        time.sleep(0.02)
