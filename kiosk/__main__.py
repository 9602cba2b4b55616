"""The `kiosk` command: argument parsing, nothing else."""

from __future__ import annotations

import argparse
import importlib
import sys

COMMANDS = (
    "run",
    "bench",
    "demo",
    "devices",
    "card",
    "receipt",
    "document",
    "outbox",
    "catalogue",
    "central",
    "maintenance",
    "doctor",
    "enrol",
    "figures",
    "herd",
)
"""Modules of kiosk.commands; each has `register(subparsers)`."""


FIRST_WORDS = {"terminal": "run", "sync": "outbox"}
"""First words of the command line that are not named like their module."""


def build_parser(first_word: str = "") -> argparse.ArgumentParser:
    """The command line; only the module of `first_word`, where it is known: long-lived processes stay small."""
    parser = argparse.ArgumentParser(prog="kiosk", description="Doorstep: the self-service government terminal.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    module = FIRST_WORDS.get(first_word, first_word)
    for name in (module,) if module in COMMANDS else COMMANDS:
        importlib.import_module(f"kiosk.commands.{name}").register(commands)
    return parser


def main() -> None:
    """Run one command; its return value is the exit status."""
    options = build_parser(sys.argv[1] if len(sys.argv) > 1 else "").parse_args()
    sys.exit(options.run(options))


if __name__ == "__main__":
    main()
