"""`kiosk run`: the supervisor of one terminal; `kiosk terminal`: the process with the screen."""

from __future__ import annotations

import argparse
import fcntl
import logging
import signal
import sys
from pathlib import Path
from typing import IO

from kiosk.folders import Folders
from kiosk.ipc.orphan import die_with_parent
from kiosk.logs import start_log
from kiosk.settings import Settings, SettingsError, load_settings
from kiosk.terminal.supervision import ChildSpec
from kiosk.terminal.supervisor import Supervisor

UI_WATCHDOG_S = 6.0
DRIVER_WATCHDOG_S = 4.0
"""A driver's host gives a sign of life every second."""
CITY_TIME = "CST-8"
"""TZ in POSIX form, which needs no time-zone files: UTC+8, no daylight saving."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-commands."""
    run = commands.add_parser(
        "run",
        help="run a terminal: store, drivers and screen, supervised",
        epilog="example: kiosk run --profile config/terminals/dev.toml --data .data",
    )
    screen = commands.add_parser("terminal", help="the screen's own process (started by `kiosk run`)")
    for parser in (run, screen):
        parser.add_argument("--profile", type=Path, required=True, help="the terminal's profile (TOML)")
        parser.add_argument("--data", type=Path, required=True, help="folder for store, logs and sockets")
    run.set_defaults(run=supervise)
    screen.set_defaults(run=show)


def supervise(options: argparse.Namespace) -> int:
    """Keep one terminal's processes running until SIGTERM."""
    start_log("supervisor")
    die_with_parent()
    settings = _settings(options.profile)
    folders = Folders(options.data.resolve())
    folders.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _only_one(folders.data / "lock")
    if lock is None:
        print(f"another terminal runs on {folders.data}", file=sys.stderr)
        return 2
    with lock:
        folders.prepare()
        supervisor = Supervisor(specs(settings, options, folders), folders.logs, folders.run.resolve() / "notify")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: supervisor.stop())
        supervisor.run()
        folders.clear_run()
    return 0


def specs(settings: Settings, options: argparse.Namespace, folders: Folders) -> list[ChildSpec]:
    """The processes of one terminal, in the order of their start."""
    run, profile = folders.run.resolve(), str(options.profile.resolve())
    python = (sys.executable, "-m")
    screen = (*python, "kiosk", "terminal", "--profile", profile, "--data", str(folders.data))
    store = (*python, "offline_cache", "--socket", str(run / "store.sock"), "--config", profile)
    return [
        ChildSpec("screen", screen, {"TZ": CITY_TIME}, watchdog_s=UI_WATCHDOG_S),
        ChildSpec("store", (*store, "--data", str(folders.data))),
        *(
            ChildSpec(
                role,
                (*python, "drivers.host", role, "--socket", str(run / f"{role}.sock"), "--config", profile)
                + ("--history", str(folders.data.resolve() / f"{role}.health")),
                watchdog_s=DRIVER_WATCHDOG_S,
            )
            for role in settings.devices
        ),
    ]


def show(options: argparse.Namespace) -> int:
    """Run the process with the screen."""
    start_log("screen")
    die_with_parent()
    _settings(options.profile)
    from kiosk.bootstrap import run_terminal  # Qt is only loaded in the process that paints

    logging.getLogger(__name__).info("screen starts")
    return run_terminal(options.profile, Folders(options.data.resolve()))


def _settings(profile: Path) -> Settings:
    try:
        return load_settings(profile)
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def _only_one(path: Path) -> IO[str] | None:
    """Hold the lock of a data folder; None when somebody else does."""
    lock = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
