"""`kiosk demo`: the whole story, played by itself."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiosk.logs import start_log


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command."""
    demo = commands.add_parser(
        "demo",
        help="play the whole story without a hand and leave a report",
        epilog="example: kiosk demo --out demo-out",
    )
    demo.add_argument("--out", type=Path, default=Path("demo-out"), help="folder of the report (made anew)")
    demo.add_argument("--only", action="append", default=[], metavar="SCENE", help="only scenes with this name")
    demo.set_defaults(run=play)


def play(options: argparse.Namespace) -> int:
    """Play; 0 when everything promised held."""
    from kiosk.bench.stage import BenchError
    from kiosk.demo.play import play_story

    start_log("demo")
    try:
        report = play_story(options.out.resolve(), options.only)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{'held' if report.held else 'BROKEN'}: {report.folder / 'index.html'}")
    return 0 if report.held else 1
