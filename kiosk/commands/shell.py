"""What the commands that touch devices share: exit statuses, options, and how answers are shown."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from drivers.contract.errors import DeviceError
from drivers.contract.status import DeviceReport

OK, FAILED, BAD_INPUT, NO_CARD, READER_ERROR = 0, 1, 2, 3, 4
Subcommands = Any  # argparse keeps the type of its sub-parsers to itself


def group(commands: Subcommands, name: str, text: str) -> Subcommands:
    """A first word, with words under it."""
    return commands.add_parser(name, help=text).add_subparsers(title="commands", required=True, metavar="COMMAND")


def add(parts: Subcommands, name: str, text: str, example: str, run: Callable[[argparse.Namespace], int]) -> Any:
    """A command with --json and an example in its help."""
    parser = parts.add_parser(name, help=text, epilog=f"example: {example}")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def show(as_json: bool, value: Any, lines: list[str]) -> None:
    """An answer, as JSON or for people."""
    print(json.dumps(value, ensure_ascii=False) if as_json else "\n".join(lines))


def bad(message: str) -> int:
    """One clear line about bad input."""
    print(message, file=sys.stderr)
    return BAD_INPUT


def device_error(error: DeviceError, as_json: bool, status: int) -> int:
    """A device's failure."""
    body = {"kind": error.kind, "hint": error.hint} | error.evidence
    if as_json:
        print(json.dumps({"error": body}, ensure_ascii=False))
    else:
        print(f"{error.kind}: {error.hint}", file=sys.stderr)
    return status


def brief(report: DeviceReport) -> dict[str, Any]:
    """A report without what it does not tell."""
    fields = msgspec.to_builtins(report)
    return {name: value for name, value in fields.items() if value not in ("", None, {}) and name != "type"}


def line(row: dict[str, Any]) -> str:
    """A report on one line."""
    rest = " ".join(f"{name}={value}" for name, value in row.items() if name not in {"role", "state"})
    return f"{row['role']:<15} {row['state']} {rest}".rstrip()
