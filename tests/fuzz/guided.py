"""One target under a coverage-guided fuzzer: `python -m tests.fuzz.guided TARGET RUNS SEED FOLDER`.

Ends with status 0 after RUNS inputs; else the input that broke the target lies in FOLDER.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import atheris

PARSERS = ["drivers", "kiosk.frames", "kiosk.ipc"]
"""The packages whose branches guide the fuzzer."""


def main() -> int:
    """Fuzz one target."""
    name, runs, seed, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    with atheris.instrument_imports(include=PARSERS):
        from tests.fuzz.targets import BY_NAME
    logging.disable()
    target = BY_NAME[name]
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for number, data in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(data)
        target.try_input(data)
    options = [f"-runs={runs}", f"-seed={seed}", f"-max_len={target.longest}", "-rss_limit_mb=0"]
    found = [f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=0"]
    atheris.Setup([sys.argv[0], str(corpus), *options, *found], target.try_input)
    atheris.Fuzz()
    return 0  # not reached: the fuzzer ends the process


if __name__ == "__main__":
    sys.exit(main())
