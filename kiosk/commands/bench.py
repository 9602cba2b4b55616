"""`kiosk bench`: devices, centre and terminal on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from kiosk.bench.plan import Plan, Ports, free_display
from kiosk.bench.stage import BenchError, Stage
from kiosk.folders import CONFIG
from kiosk.logs import start_log


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command."""
    bench = commands.add_parser(
        "bench",
        help="start virtual devices, the centre and the terminal",
        epilog="example: kiosk bench --landscape",
    )
    bench.add_argument("--data", type=Path, default=CONFIG.parent / ".data", help="where everything is kept")
    bench.add_argument("--free-ports", action="store_true", help="use any free ports, not the usual ones")
    bench.add_argument("--virtual-screen", action="store_true", help="even where there is a display")
    bench.add_argument("--landscape", action="store_true", help="1920x1080 instead of 1080x1920")
    bench.set_defaults(run=run_bench)


def run_bench(options: argparse.Namespace) -> int:
    """Bring the bench up and hold it until a signal."""
    start_log("bench")
    ear, mouth = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(mouth, b"."))
    plan = make_plan(options)
    try:
        with Stage(plan):
            print(f"Doorstep is running.\n  bench page  {plan.bench_url}", flush=True)
            if plan.screen_url:
                print(f"  screen      {plan.screen_url}", flush=True)
            print("Press Ctrl-C to stop.", flush=True)
            os.read(ear, 1)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def make_plan(options: argparse.Namespace) -> Plan:
    """The bench that the options ask for."""
    display = "" if options.virtual_screen else os.environ.get("DISPLAY", "")
    return Plan(
        data=options.data.resolve(),
        ports=Ports.free() if options.free_ports else Ports(),
        display=display or free_display(),
        own_display=not display,
        size=(1920, 1080) if options.landscape else (1080, 1920),
    )
