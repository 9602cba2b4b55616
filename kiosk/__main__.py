"""The `kiosk` command: argument parsing, nothing else."""

from __future__ import annotations

import argparse
import importlib
import sys

COMMANDS = ("run", "bench", "demo", "devices", "outbox", "catalogue", "central", "maintenance")
"""Modules of kiosk.commands; each has `register(subparsers)`."""


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(prog="kiosk", description="Doorstep: the self-service government terminal.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name in COMMANDS:
        importlib.import_module(f"kiosk.commands.{name}").register(commands)
    return parser


def main() -> None:
    """Run one command; its return value is the exit status."""
    options = build_parser().parse_args()
    sys.exit(options.run(options))


if __name__ == "__main__":
    main()
