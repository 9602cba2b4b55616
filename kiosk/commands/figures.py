"""`kiosk figures` (`./run bench`): the measured figures, each beside what it is compared with."""

from __future__ import annotations

import argparse
import sys

from kiosk.commands.shell import FAILED, OK

NAMES = ("card", "receipt", "restart", "cancel", "apdu", "store", "fleet", "catalogue")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "figures",
        help="measure what the goals promise, beside what it is compared with; 1 when a figure is missed",
        epilog="example: kiosk figures card receipt --rounds 50 --json",
    )
    parser.add_argument("names", nargs="*", help=f"only these, of: {', '.join(NAMES)}")
    parser.add_argument("--rounds", type=int, default=20, help="how often each is measured")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=measure_figures)


def measure_figures(options: argparse.Namespace) -> int:
    """Measure, show, and say by the status whether all held."""
    from kiosk.bench.figures import FIGURES, measure
    from kiosk.bench.figures.figure import as_json, as_table

    unknown = [name for name in options.names if name not in FIGURES]
    if unknown or options.rounds < 1:
        print(f"figures are {', '.join(FIGURES)}; --rounds is 1 or more", file=sys.stderr)
        return 2
    figures = measure(options.names or tuple(FIGURES), options.rounds)
    print(as_json(figures) if options.json else as_table(figures))
    return FAILED if any(figure.held is False for figure in figures) else OK
