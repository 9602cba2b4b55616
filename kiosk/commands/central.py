"""`kiosk central serve`, `invite`, `operator`, `sealing-key` and `incidents`; the fleet has a file of its own."""

from __future__ import annotations

import argparse
import json
import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.commands import central_cases, central_fleet, central_import
from kiosk.commands.central_database import failed, settings_of, with_database
from kiosk.commands.shell import OK, bad
from kiosk.ipc.orphan import die_with_parent
from kiosk.logs import start_log

if TYPE_CHECKING:
    from kiosk.central.database import Database

MOST_WORKERS = 64
Parsers = Callable[[str, str, str], argparse.ArgumentParser]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-commands."""
    central = commands.add_parser("central", help="the reference centre")
    parts = central.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def part(name: str, text: str, example: str) -> argparse.ArgumentParser:
        parser = parts.add_parser(name, help=text, epilog=f"example: kiosk central {name} {example}")
        parser.add_argument("--data", type=Path, required=True, help="folder of the centre's key and default database")
        parser.add_argument("--database", default="", help="SQLAlchemy URL (default: an SQLite file in --data)")
        return parser

    _add_serve(part)
    _add_people(part)
    central_fleet.register(part)
    central_import.register(part)
    central_cases.register(part)


def _add_serve(part: Parsers) -> None:
    parser = part("serve", "run the centre on the loopback address", "--port 8720 --data .data/centre --demo")
    parser.add_argument("--port", type=int, default=8720)
    parser.add_argument("--workers", type=int, default=1, help="processes that share the port and the database")
    parser.add_argument("--public-url", default="", help="the address that QR codes name")
    parser.add_argument("--demo", action="store_true", help="show sent SMS and received cases under /demo")
    parser.add_argument(
        "--replace-key", action="store_true", help="the key that this database knew is lost; sign with the folder's"
    )
    parser.add_argument("--listener", type=int, help=argparse.SUPPRESS)  # a worker's inherited socket
    parser.set_defaults(run=serve)


def _add_people(part: Parsers) -> None:
    invite = part(
        "invite",
        "let a terminal enrol; prints its one-time code",
        "GZ-TH-0001 --data .data/centre > .data/enrolment.code",
    )
    invite.add_argument("terminal", help="the terminal's id")
    invite.set_defaults(run=invite_terminal)
    operator = part("operator", "appoint an operator; prints its new token once", "li --data .data/centre")
    operator.add_argument("operator", help="the operator's name")
    operator.set_defaults(run=appoint_operator)
    sealing = part("sealing-key", "list the keys that terminals seal to, newest last", "--new --data .data/centre")
    sealing.add_argument("--new", action="store_true", help="make one that replaces the newest; old ones still open")
    sealing.set_defaults(run=sealing_keys)
    incidents = part("incidents", "list what a person should look at", "--data .data/centre --json")
    incidents.add_argument("--limit", type=int, default=100, help="at most this many, newest first")
    incidents.add_argument("--json", action="store_true", help="print JSON")
    incidents.set_defaults(run=show_incidents)


def serve(options: argparse.Namespace) -> int:
    """Run until SIGTERM."""
    from kiosk.central.server import listen, run_server

    start_log("centre")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # tells of its own plug-ins otherwise
    die_with_parent()
    if not 1 <= options.workers <= MOST_WORKERS:
        return bad(f"--workers is a number from 1 to {MOST_WORKERS}")
    inherited = options.listener is not None
    try:
        listener = socket.socket(fileno=options.listener) if inherited else listen(options.port)
    except (OSError, OverflowError) as error:
        return failed(f"port {options.port}: {error}")
    with listener:
        return with_database(options, lambda database: _serve(options, database, listener, run_server))


def _serve(
    options: argparse.Namespace,
    database: Database,
    listener: socket.socket,
    run_server: Callable[..., None],
) -> int:
    from kiosk.central.app import create_app
    from kiosk.central.workers import Workers

    app = create_app(settings_of(options), database)
    if options.workers == 1:
        run_server(app, listener)
        return OK
    database.close()  # migrated, and the key is right; the workers open it for themselves
    shared = ["--data", str(options.data), "--port", str(options.port)]
    for name in ("database", "public_url"):
        if getattr(options, name):
            shared += [f"--{name.replace('_', '-')}", getattr(options, name)]
    command = [sys.executable, "-m", "kiosk", "central", "serve", *shared, *(["--demo"] if options.demo else [])]
    Workers([*command, "--listener"], options.workers, listener).run()
    return OK


def invite_terminal(options: argparse.Namespace) -> int:
    """Print a one-time code with which one terminal can enrol within a day."""
    from kiosk.central.app import city_time
    from kiosk.central.enrolment import invite

    if not _is_id(options.terminal):
        return bad("a terminal's id has 1 to 40 ASCII characters and no colon")

    def invited(database: Database) -> int:
        print(database.run(lambda session: invite(session, options.terminal, city_time())))
        return OK

    return with_database(options, invited)


def appoint_operator(options: argparse.Namespace) -> int:
    """Give an operator a token and print it."""
    from kiosk.central.identity import appoint

    if not _is_id(options.operator):
        return bad("an operator's name has 1 to 40 ASCII characters and no colon")

    def appointed(database: Database) -> int:
        print(database.run(lambda session: appoint(session, options.operator)))
        return OK

    return with_database(options, appointed)


def sealing_keys(options: argparse.Namespace) -> int:
    """List the sealing keys' ids; with --new, after making one."""
    from kiosk.central.app import city_time
    from kiosk.central.sealing import SealingKeys, bind_sealing

    def show(database: Database) -> int:
        keys = SealingKeys(options.data)
        with database.transaction() as session:
            database.serialize(session, "start")
            bind_sealing(session, keys, city_time())
            if options.new:
                keys.add()
                bind_sealing(session, keys, city_time())
        print("\n".join(keys.ids))
        return OK

    return with_database(options, show)


def show_incidents(options: argparse.Namespace) -> int:
    """List incidents, newest first."""
    from kiosk.central.incidents import list_incidents

    if options.limit < 1:
        return bad("--limit is at least 1")

    def show(database: Database) -> int:
        with database.reading() as session:
            rows = list_incidents(session, options.limit)
        if options.json:
            print(json.dumps([row.model_dump() for row in rows], ensure_ascii=False))
        for row in [] if options.json else rows:
            print(f"{row.at} {row.terminal} {row.kind} {row.key} {row.detail}".rstrip())
        return OK

    return with_database(options, show)


def _is_id(text: str) -> bool:
    return text.isascii() and 1 <= len(text) <= 40 and ":" not in text
