"""`python -m drivers.virtual bench`: all virtual devices, the line, and the bench page."""

from __future__ import annotations

import argparse
from pathlib import Path

from drivers.virtual.bench import DEVICES, Bench, Settings
from drivers.virtual.control import ControlServer
from drivers.virtual.process import announce, wait_for_end


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(prog="python -m drivers.virtual", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    bench = commands.add_parser("bench", help="everything that a terminal meets, and a page to handle it")
    for name, spec in DEVICES.items():
        bench.add_argument(f"--{name.replace('_', '-')}-port", type=int, default=spec.port)
    bench.add_argument("--bench-port", type=int, default=8700)
    bench.add_argument("--centre", default="http://127.0.0.1:8720")
    bench.add_argument("--people", type=Path, required=True, help="config/samples/people.toml")
    bench.add_argument("--data", type=Path, default=None)
    bench.add_argument("--screen-url", default="")
    options = parser.parse_args()
    ports = {name: getattr(options, f"{name}_port") for name in DEVICES}
    settings = Settings(ports, options.centre, options.people, options.screen_url, options.data)
    page = Bench(settings)
    server = ControlServer(options.bench_port, page.handle)
    announce(bench=server.port)
    wait_for_end()
    page.close()


if __name__ == "__main__":
    main()
