"""`kiosk maintenance`: what a technician prepares at a desk."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys

from kiosk.terminal.pin import hash_pin


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-commands."""
    maintenance = commands.add_parser("maintenance", help="prepare what a technician needs")
    parts = maintenance.add_subparsers(title="commands", required=True, metavar="COMMAND")
    pin = parts.add_parser(
        "pin",
        help="make the [technician] pin line of a profile",
        epilog="example: kiosk maintenance pin   (asks for the PIN, prints the line)",
    )
    pin.set_defaults(run=make_pin)


def make_pin(options: argparse.Namespace) -> int:
    """Ask for a PIN of 6 to 12 digits and print the profile's line."""
    pin = getpass.getpass("PIN (6 to 12 digits): ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    if not (pin.isascii() and pin.isdigit() and 6 <= len(pin) <= 12):
        print("a PIN has 6 to 12 digits", file=sys.stderr)
        return 2
    print(f'pin = "{hash_pin(pin, secrets.token_bytes(16))}"')
    return 0
