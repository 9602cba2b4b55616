"""`python -m offline_cache --socket PATH --config FILE.toml [--data DIR]`: the store's process."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from kiosk.logs import start_log
from offline_cache.clock import SystemClock
from offline_cache.config import ConfigError, load_profile
from offline_cache.process import StoreProcess

log = logging.getLogger(__name__)


def main() -> int:
    """Serve until SIGTERM or SIGINT; 0 then, 2 for a mistake in the profile."""
    parser = argparse.ArgumentParser(prog="python -m offline_cache", description=__doc__)
    parser.add_argument("--socket", required=True, metavar="PATH", help="Unix socket to serve")
    parser.add_argument("--config", required=True, metavar="FILE", type=Path, help="terminal profile (TOML)")
    parser.add_argument("--data", default=Path(), metavar="DIR", type=Path, help="what relative paths start from")
    arguments = parser.parse_args()
    os.umask(0o077)
    try:
        profile = load_profile(arguments.config)
    except ConfigError as error:
        print(f"offline_cache: {error}", file=sys.stderr)  # noqa: T201 (one line for a technician)
        return 2
    start_log("store")
    threading.excepthook = _end_process
    process = StoreProcess(profile, arguments.data, SystemClock())
    process.listen(arguments.socket)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=process.stop, name="stop").start())
    process.start()
    process.serve()
    process.close()
    return 0


def _end_process(thread: threading.ExceptHookArgs) -> None:
    error = (thread.exc_type, thread.exc_value or thread.exc_type(), thread.exc_traceback)
    log.critical("bug in thread %s", thread.thread.name if thread.thread else "?", exc_info=error)
    os._exit(70)  # a bug is a crash: the supervisor starts us again with clean state


if __name__ == "__main__":
    sys.exit(main())
