"""`kiosk doctor`: what is wrong with this terminal's ground (store, key, SQLite, disk, memory, clock), and what to do.

Reads only; a store that is in use is asked over its socket. Not responsible for devices (`kiosk devices status`)
or for the line. Exit status: 0 nothing found, 1 a finding, 2 bad input.
"""

from __future__ import annotations

import argparse
import datetime
import os
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import apsw

from kiosk.commands.shell import FAILED, OK, bad, show
from kiosk.ipc import Client, ConnectionLost, NoAnswer, RemoteError
from offline_cache.administration import ADMINISTRATION_CONTRACT, Verify, VerifyReport
from offline_cache.config import ConfigError, load_profile
from offline_cache.contract import GetStatus, StoreStatus
from offline_cache.disk.database import check_sqlite_version
from offline_cache.disk.reserve import Reserve
from offline_cache.disk.salvage import quarantined
from offline_cache.errors import StoreUnavailable
from offline_cache.store import Place

_TPM = Path("/dev/tpmrm0")
_MOUNTS = Path("/proc/self/mounts")
_WITHIN_S = 30.0
_MADE_IN = 2026  # no terminal runs before the program was written
_FOLDER_IS_OPEN = 0o077


@dataclass(frozen=True)
class Check:
    """One thing looked at: its name, whether it is well, and what was seen or is to be done."""

    name: str
    well: bool
    said: str


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    doctor = commands.add_parser(
        "doctor",
        help="look for what is wrong with this terminal's store, key, disk and clock",
        epilog="example: kiosk doctor --data /var/lib/doorstep --profile /etc/doorstep/terminal.toml",
    )
    doctor.add_argument("--data", type=Path, default=Path(".data"), metavar="DIR", help="data folder (.data)")
    doctor.add_argument("--profile", type=Path, default=Path("config/terminals/dev.toml"), metavar="FILE")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    doctor.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace) -> int:
    """Look at everything; a line for each, findings marked."""
    try:
        place = load_profile(options.profile).place(options.data)
    except ConfigError as error:
        return bad(str(error))
    checks = examine(place, options.data)
    lines = [f"{'ok     ' if check.well else 'FINDING'} {check.name}: {check.said}" for check in checks]
    show(options.json, {"checks": [asdict(check) for check in checks]}, lines)
    return OK if all(check.well for check in checks) else FAILED


def examine(place: Place, data: Path) -> list[Check]:
    """All checks, in the order in which a technician would go."""
    return [
        check_sqlite(),
        check_folder(place),
        check_key(place, _TPM),
        check_quarantine(place),
        check_disk(place),
        check_run_folder(data / "run", _MOUNTS),
        check_clock(place, lambda: datetime.datetime.now(datetime.UTC)),
        check_store(place, data / "run" / "store.sock"),
    ]


def check_sqlite() -> Check:
    """Whether the linked SQLite can lose a commit."""
    version = apsw.sqlite_lib_version()
    try:
        check_sqlite_version(version)
    except StoreUnavailable as error:
        return Check("sqlite", False, error.hint)
    return Check("sqlite", True, version)


def check_folder(place: Place) -> Check:
    """Whether others can look into the store's folder."""
    if not place.folder.is_dir():
        return Check("folder", True, "not there yet: made at the first start")
    mode = stat.S_IMODE(place.folder.stat().st_mode)
    if mode & _FOLDER_IS_OPEN:
        return Check("folder", False, f"{place.folder} has rights {mode:03o}: chmod 700")
    return Check("folder", True, f"rights {mode:03o}")


def check_key(place: Place, tpm: Path) -> Check:
    """Whether the key can be read by its owner only, and whether it lies beside what it protects."""
    if not place.key_credential and not place.key_file.exists():
        well = not place.file.exists()
        return Check("key", well, "made at the first start" if well else f"{place.key_file} is missing")
    if place.key_credential and not os.environ.get("CREDENTIALS_DIRECTORY"):
        return Check("key", True, f"credential {place.key_credential}: only the service itself is given it")
    try:
        place.key.load(may_create=False)
    except StoreUnavailable as error:
        return Check("key", False, f"{error.reason}: {error.hint}")
    if place.key_credential:
        return Check("key", True, f"credential {place.key_credential}")
    if tpm.exists():
        hint = "seal it with systemd-creds encrypt --with-key=host+tpm2 and name it as [store] key_credential"
        return Check("key", False, f"in a file although this machine has a TPM: {hint}")
    if place.folder.is_dir() and place.key_file.stat().st_dev == place.folder.stat().st_dev:
        said = "owner only; on the same disk as the store: whoever takes the disk has both. No TPM was found"
        return Check("key", True, said)
    return Check("key", True, "owner only, not on the store's disk")


def check_quarantine(place: Place) -> Check:
    """Whether damaged stores lie beside this one."""
    found = [path.name for path in quarantined(place.file)]
    if found:
        return Check("damage", False, f"{', '.join(found)}: what was damaged is kept here; hand it to the operator")
    return Check("damage", True, "none")


def check_disk(place: Place) -> Check:
    """Whether there is room for transactions and for the reserve."""
    room = Reserve(place.reserve_file, place.reserve_bytes).room()
    said = f"{room.free // 2**20} MiB free, reserve {'held' if room.held else 'not held'}"
    started = place.file.exists()
    return Check("disk", not room.problem and (room.held or not started), f"{said} {room.problem}".rstrip())


def check_run_folder(run: Path, mounts: Path) -> Check:
    """Whether sockets and pictures of citizens lie in memory, not on a disk."""
    if not run.exists():
        return Check("run folder", True, "not there: the terminal is not running")
    kind = _file_system(run.resolve(), mounts.read_text(encoding="utf-8"))
    said = f"{run.resolve()} is on {kind}"
    return Check("run folder", kind in {"tmpfs", "ramfs"}, said)


def check_clock(place: Place, now: Callable[[], datetime.datetime]) -> Check:
    """Whether the wall clock can be true: after this program was written and after the store's last change."""
    moment = now()
    if moment.year < _MADE_IN:
        return Check("clock", False, f"{moment:%Y-%m-%d %H:%M} UTC cannot be: set the clock")
    newest = max((path.stat().st_mtime for path in place.folder.glob("store.db*")), default=0.0)
    ahead_s = newest - moment.timestamp()
    if ahead_s > 60:
        return Check("clock", False, f"the store was written {ahead_s / 3600:.1f} h in the future: set the clock")
    return Check("clock", True, f"{moment:%Y-%m-%d %H:%M} UTC")


def check_store(place: Place, socket: Path) -> Check:
    """What the running store says of itself and of its file."""
    if not socket.exists():
        said = "not running: start the terminal, or kiosk outbox verify" if place.file.exists() else "not made yet"
        return Check("store", True, said)
    client = Client(str(socket), ADMINISTRATION_CONTRACT)
    try:
        if not client.wait_connected(2.0):
            return Check("store", False, "its socket is there and nobody answers")
        status, report = client.call(GetStatus(), _WITHIN_S), client.call(Verify(), _WITHIN_S)
    except (ConnectionLost, NoAnswer, RemoteError) as error:
        return Check("store", False, f"does not answer: {error}")
    finally:
        client.close()
    return _judged(status, report)


def _judged(status: object, report: object) -> Check:
    if not isinstance(status, StoreStatus) or not isinstance(report, VerifyReport):
        return Check("store", False, "answers with something else")
    problem = report.problem or status.problem
    said = f"{report.entries} transactions, {status.waiting} waiting, {status.quarantined} quarantined {problem}"
    return Check("store", status.accepting and not problem and not status.quarantined, said.rstrip())


def _file_system(path: Path, mounts: str) -> str:
    """The kind of the file system that holds `path`, from the kernel's list of mounts."""
    held, kind = "", "unknown"
    for line in mounts.splitlines():
        _, point, this_kind, *_ = line.split(" ")
        inside = path == Path(point) or Path(point) in path.parents
        if inside and len(point) >= len(held):
            held, kind = point, this_kind
    return kind
