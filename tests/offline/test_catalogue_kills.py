"""kill -9 at each named point of a flip: old or new, never a mixture, and the next poll heals it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_killed_at_every_named_point_of_the_flip_nobody_reads_a_mixture(memory: Path) -> None:
    command = [sys.executable, "-m", "tests.offline.catalogue_kills", str(memory)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["points"] == 22
    assert "mixed" not in told
    assert "survived" not in told
    assert told["version 1"] > 0
    assert told["version 2"] > 0
    assert told["version 1"] + told["version 2"] == told["healed"] == told["points"]
