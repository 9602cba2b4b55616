"""`kiosk central terminals`, `retry` and `return`: how the terminals stand, and what is done with their quarantine."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.commands.central_database import with_database
from kiosk.commands.shell import BAD_INPUT, FAILED, OK

if TYPE_CHECKING:
    from kiosk.central.database import Database
    from kiosk.central.orders import What
    from kiosk.central.schemas import TerminalDetailOut, TerminalOut

Parsers = Callable[[str, str, str], argparse.ArgumentParser]


def register(part: Parsers) -> None:
    """Add the sub-commands."""
    terminals = part("terminals", "how all terminals stand, or one of them", "--data .data/centre --json")
    terminals.add_argument("terminal", nargs="?", default="", help="this one, with its quarantine")
    terminals.add_argument("--json", action="store_true", help="print JSON")
    terminals.set_defaults(run=show_terminals)
    for what, text in (
        ("retry", "have a terminal send a quarantined transaction again"),
        ("return", "give a terminal's quarantined transaction up; the citizen is told to come again"),
    ):
        order = part(what, text, "GZ-TH-0001 018bcfe5-6800-7000-8000-000000000001 --data .data/centre")
        order.add_argument("terminal", help="the terminal's id")
        order.add_argument("key", help="the transaction's key, as `kiosk central terminals TERMINAL` lists it")
        order.set_defaults(run=give_order, what=what)


def show_terminals(options: argparse.Namespace) -> int:
    """List terminals; those that need somebody first."""
    from kiosk.central.app import city_time
    from kiosk.central.fleet import all_terminals, one_terminal

    def show(database: Database) -> int:
        with database.reading() as session:
            if not options.terminal:
                rows = all_terminals(session, city_time())
                _print_rows(rows, options.json)
                return OK
            found = one_terminal(session, options.terminal, city_time())
        if found is None:
            print(f"there is no terminal {options.terminal}", file=sys.stderr)
            return BAD_INPUT
        _print_one(found, options.json)
        return OK

    return with_database(options, show)


def give_order(options: argparse.Namespace) -> int:
    """Order something of one terminal; it hears of it with its next report."""
    from kiosk.central.app import city_time
    from kiosk.central.orders import OrderRefusedError, give

    what: What = options.what

    def order(database: Database) -> int:
        try:
            made = database.run(
                lambda session: (
                    give(session, options.terminal, options.key, what, by=getpass.getuser()[:40], now=city_time()).id
                )
            )
        except OrderRefusedError as error:
            print(error, file=sys.stderr)
            return FAILED
        print(f"{made}: {options.terminal} hears of it with its next report, within a minute of contact")
        return OK

    return with_database(options, order)


def _print_rows(rows: list[TerminalOut], as_json: bool) -> None:
    if as_json:
        print(json.dumps([row.model_dump() for row in rows], ensure_ascii=False))
        return
    print(
        f"{'terminal':<16} {'seen':>7} {'wait':>6} {'oldest':>7} {'quar':>5} {'ending':>6} {'cat':>5}  clock      state"
    )
    for row in rows:
        version = f"{row.catalogue.version}{'!' if row.catalogue.stale else ''}"
        print(
            f"{row.id:<16} {_age(row.age_s):>7} {row.waiting:>6} {_age(row.oldest_s):>7} {row.quarantined:>5} "
            f"{row.ending:>6} {version:>5}  {row.clock or '-':<10} {_state(row)}"
        )
    silent, quarantined = sum(row.silent for row in rows), sum(bool(row.quarantined) for row in rows)
    print(f"{len(rows)} terminals, {silent} silent, {quarantined} with something quarantined")


def _print_one(found: TerminalDetailOut, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found.model_dump(), ensure_ascii=False))
        return
    _print_rows([found], as_json=False)
    for one in found.quarantine:
        print(f"quarantined {one.key} {one.local_number} {one.service} {one.reason} since {one.since}")
    for order in found.orders:
        print(f"ordered {order.order} {order.key}, not done yet")
    for device in found.devices:
        print(f"device {device.role} {device.state}")


def _state(row: TerminalOut) -> str:
    said = ["silent"] if row.silent else [row.line]
    said += [] if row.accepting else ["not accepting"]
    said += [row.problem] if row.problem else []
    said += [f"{row.devices_down} devices down"] if row.devices_down else []
    return ", ".join(one for one in said if one)


def _age(seconds: int | None) -> str:
    if seconds is None:
        return "never"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
