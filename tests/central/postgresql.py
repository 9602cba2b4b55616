"""A PostgreSQL server of our own: Debian's programs, a temporary folder, a Unix socket, no system service.

PostgreSQL refuses to run as root, so root's tests run it as the user that Debian's package makes. It ends with the
process that started it. It does not sync its files: what is tested is the centre, and the machine stays up.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

_NUMBERS = count(1)
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "120",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "10min",
}


def programs() -> Path | None:
    """Where initdb and postgres are; None when they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class PostgresServer:
    """One server; `new_database` gives each test its own."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._folder = Path(tempfile.mkdtemp(prefix="doorstep-pg-", dir="/tmp"))
        self._as: dict[str, Any] = {"cwd": self._folder}
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
            self._as |= {"user": "postgres", "group": "postgres", "extra_groups": ["postgres"]}
        data = self._folder / "data"
        make = [bin_folder / "initdb", "-D", data, "-A", "trust", "-U", "doorstep", "-E", "UTF8", "--locale=C"]
        subprocess.run([*make, "--no-sync"], check=True, stdout=subprocess.DEVNULL, env=_plain(), **self._as)
        settings = [word for name, value in _OPTIONS.items() for word in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, "-k", self._folder, *settings],
            stderr=subprocess.PIPE,
            env=_plain(),
            preexec_fn=_end_with_parent,  # noqa: PLW1509  # one call, and no thread of ours runs yet
            **self._as,
        )
        self._ready = threading.Event()
        self._log = threading.Thread(target=self._read_log, daemon=True)
        self._log.start()
        if not self._ready.wait(30):
            raise RuntimeError("PostgreSQL did not start")

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://doorstep@/{database}?host={self._folder}"

    def new_database(self, template: str = "template1") -> str:
        """Make a database; its name."""
        name = f"test_{next(_NUMBERS)}"
        self.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name

    def drop(self, database: str) -> None:
        """Remove it, whoever is still connected."""
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """One statement of the administrator."""
        with psycopg.connect(host=str(self._folder), user="doorstep", dbname="postgres", autocommit=True) as link:
            link.execute(statement.encode())

    def stop(self) -> None:
        """End it and remove its files."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)
        self._log.join(10)
        shutil.rmtree(self._folder)

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                if re.search(rb"ready to accept connections", line):
                    self._ready.set()


def _plain() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG; SIGQUIT: immediate shutdown
