"""`kiosk herd`: a whole fleet comes back at once, simulated with the production decisions and, if asked for, live."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kiosk.commands.shell import FAILED, OK, bad

MOST_TERMINALS = 200_000


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "herd",
        help="let a whole fleet come back at once and see what its centre bears; 1 when a bound is missed",
        epilog="example: kiosk herd --live --out herd-out",
    )
    parser.add_argument("--terminals", type=int, default=2780, help="how many terminals (default 2780)")
    parser.add_argument("--live", action="store_true", help="measure a real centre first, and run a small fleet live")
    parser.add_argument("--full", action="store_true", help="with --live 2780 terminals; also 100000 in simulation")
    parser.add_argument("--database", default="", help="SQLAlchemy URL of the live centre (default: an SQLite file)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same simulation")
    parser.add_argument("--out", type=Path, default=Path("herd-out"), help="folder of the report")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run_herd)


def run_herd(options: argparse.Namespace) -> int:
    """Play, show, write the page; the status says whether all held."""
    from kiosk.bench.herd.live import LiveError
    from kiosk.bench.herd.measure import NotTakenError
    from kiosk.bench.herd.programme import Wish, play
    from kiosk.bench.herd.report import as_page, as_text, as_values

    if not 1 <= options.terminals <= MOST_TERMINALS:
        return bad(f"--terminals is a number from 1 to {MOST_TERMINALS}")
    if options.database and not options.live:
        return bad("--database belongs to --live")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return bad(f"{options.out}: {error.strerror}")
    try:
        herd = play(Wish(options.terminals, options.live, options.full, options.database, options.seed))
    except (LiveError, NotTakenError) as error:
        print(error, file=sys.stderr)
        return FAILED
    page = options.out / "index.html"
    page.write_text(as_page(herd), encoding="utf-8")
    print(json.dumps(as_values(herd), indent=2) if options.json else f"{as_text(herd)}\n{page}")
    return FAILED if herd.missed else OK
