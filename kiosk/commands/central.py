"""`kiosk central serve` and `kiosk central enrol`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from kiosk.ipc.orphan import die_with_parent
from kiosk.logs import start_log


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-commands."""
    central = commands.add_parser("central", help="the reference centre")
    parts = central.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve_parser = parts.add_parser(
        "serve",
        help="run the centre on the loopback address",
        epilog="example: kiosk central serve --port 8720 --data .data/centre --demo",
    )
    serve_parser.add_argument("--port", type=int, default=8720)
    serve_parser.add_argument("--public-url", default="", help="the address that QR codes name")
    serve_parser.add_argument("--demo", action="store_true", help="show sent SMS and received cases under /demo")
    enrol_parser = parts.add_parser(
        "enrol",
        help="enrol a terminal; prints its new token once",
        epilog="example: kiosk central enrol GZ-TH-0001 --data .data/centre > .data/terminal.token",
    )
    enrol_parser.add_argument("terminal", help="the terminal's id")
    for parser in (serve_parser, enrol_parser):
        parser.add_argument("--data", type=Path, required=True, help="folder of the default database")
        parser.add_argument("--database", default="", help="SQLAlchemy URL (default: an SQLite file in --data)")
    serve_parser.set_defaults(run=serve)
    enrol_parser.set_defaults(run=enrol_terminal)


def serve(options: argparse.Namespace) -> int:
    """Run until SIGTERM."""
    import uvicorn

    from kiosk.central.app import create_app
    from kiosk.central.database import Database
    from kiosk.central.settings import CentreSettings

    start_log("centre")
    die_with_parent()
    settings = CentreSettings(options.data, options.port, options.database, options.public_url, options.demo)
    database = Database(settings.database_url)
    config = uvicorn.Config(
        create_app(settings, database),
        host="127.0.0.1",
        port=options.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        uvicorn.Server(config).run()
    finally:
        database.close()
    return 0


def enrol_terminal(options: argparse.Namespace) -> int:
    """Enrol one terminal and print its token."""
    from kiosk.central.database import Database
    from kiosk.central.identity import enrol
    from kiosk.central.settings import CentreSettings

    if not options.terminal.isascii() or not 1 <= len(options.terminal) <= 40 or ":" in options.terminal:
        print("a terminal's id has 1 to 40 ASCII characters and no colon", file=sys.stderr)
        return 2
    database = Database(CentreSettings(options.data, database=options.database).database_url)
    with database.transaction() as session:
        token = enrol(session, options.terminal)
    database.close()
    print(token)
    return 0
