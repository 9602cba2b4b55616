"""Where a terminal keeps things: one data folder, and a run folder on tmpfs for sockets and pictures."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

CONFIG = Path(__file__).resolve().parent.parent / "config"
"""The data that ships with the program: services, texts, codes, profiles."""

_SOCKET_PATH_LIMIT = 100


@dataclass(frozen=True)
class Folders:
    """`data` survives a restart; `run` (a link to a folder on tmpfs) does not."""

    data: Path

    @property
    def run(self) -> Path:
        """Sockets and shared frames."""
        return self.data / "run"

    @property
    def logs(self) -> Path:
        """Diagnostic logs, one a process."""
        return self.data / "logs"

    def prepare(self) -> None:
        """Make the folders; `run` is made anew, on tmpfs where there is one."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.logs.mkdir(exist_ok=True)
        self.clear_run()
        home = next((folder for folder in _tmpfs_candidates() if os.access(folder, os.W_OK)), None)
        fresh = Path(tempfile.mkdtemp(prefix="doorstep-", dir=home))
        self.run.symlink_to(fresh, target_is_directory=True)
        if len(str(fresh)) > _SOCKET_PATH_LIMIT - 20:
            raise OSError(f"the path {fresh} is too long for a Unix socket")

    def clear_run(self) -> None:
        """Remove the run folder and what it pointed to."""
        if self.run.is_symlink():
            shutil.rmtree(self.run.resolve(), ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            self.run.unlink()


def _tmpfs_candidates() -> list[str]:
    return [folder for folder in ("/dev/shm", os.environ.get("XDG_RUNTIME_DIR", "")) if folder]  # noqa: S108  # mkdtemp makes it private
