"""`kiosk enrol CODE`: this terminal's own key for the centre, the centre's keys for this terminal (docs/line.md)."""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.commands.store_door import guarded, print_json, store_of
from offline_cache.administration import Enrol

WITHIN_S = 30.0


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `enrol` to the program's subcommands."""
    parser = subparsers.add_parser(
        "enrol",
        help="enrol this terminal with its one-time code",
        description=__doc__,
        epilog="example: kiosk enrol 7K3M-90QT-XV2A-B8DE --profile /etc/doorstep/terminal.toml",
    )
    parser.add_argument("code", metavar="CODE", help="what `kiosk central invite` printed")
    parser.add_argument("--data", type=Path, default=Path(".data"), metavar="DIR", help="data folder (.data)")
    parser.add_argument("--profile", type=Path, default=Path("config/terminals/dev.toml"), metavar="FILE")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=lambda arguments: guarded(_enrol, arguments))


def _enrol(arguments: argparse.Namespace) -> int:
    with store_of(arguments) as ask:
        ask(Enrol(arguments.code), WITHIN_S)
    if arguments.json:
        print_json({"enrolled": True})
    else:
        print("enrolled")
    return 0
