"""`python -m kiosk.bench.figures_store [--json] [--rounds N] [--round-s S] [--where DIR]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.bench.figures_store.commits import measure
from kiosk.bench.figures_store.ratio import as_json, as_table


def main(words: Sequence[str] | None = None) -> int:
    """Print the ratios; 0 when none is missed, 1 when one is."""
    parser = argparse.ArgumentParser(
        prog="python -m kiosk.bench.figures_store",
        description="durable commits a second, beside the bare disk and other queues",
        epilog="example: python -m kiosk.bench.figures_store --json",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured")
    parser.add_argument("--round-s", type=float, default=1.0, help="for how long")
    parser.add_argument("--where", type=Path, default=None, help="a folder on the disk to measure")
    options = parser.parse_args(words)
    ratios = measure(options.rounds, options.round_s, options.where)
    sys.stdout.write((as_json(ratios) if options.json else as_table(ratios)) + "\n")
    return 1 if any(ratio.held is False for ratio in ratios) else 0


if __name__ == "__main__":
    sys.exit(main())
