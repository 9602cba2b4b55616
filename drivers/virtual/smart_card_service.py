"""A PC/SC service of our own: `python -m drivers.virtual.smart_card_service --folder DIR --vpcd-port 35963`.

The distribution's pcscd with vsmartcard's virtual reader, apart from the system's: pcscd's socket is always in
/run/pcscd, so it runs in a mount namespace (and, for plain users, a user namespace) where that folder is DIR. Clients
find it by PCSCLITE_CSOCK_NAME=DIR/pcscd.comm. A card is any program that connects to the port (vpcd's protocol).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from drivers.virtual.process import announce, wait_for_end

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
START_WITHIN_S = 10.0
_CONF = """FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:{port:#x}
LIBPATH {driver}
CHANNELID {port:#x}
"""
_GUARD = 'exec 3<&0; "$0" "$@" & service=$!; (cat <&3 >/dev/null; kill -9 0) & wait $service'
"""Our death closes the pipe, and that ends the service; its own death ends the guard."""


class PcscService:
    """One pcscd in its namespace."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder.resolve(), port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """What PCSCLITE_CSOCK_NAME names."""
        return self._folder / "pcscd.comm"

    @property
    def running(self) -> bool:
        """Whether pcscd runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start, and wait until clients can connect; SystemExit with one line when that cannot be."""
        for needed in (DRIVER, *(Path(shutil.which(name) or f"/{name}") for name in ("pcscd", "unshare"))):
            if not needed.exists():
                raise SystemExit(f"{needed} is missing: install pcscd and vsmartcard-vpcd")
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        conf = self._folder / "reader.conf"
        conf.write_text(_CONF.format(port=self._port, driver=DRIVER))
        self.socket.unlink(missing_ok=True)
        user = [] if os.geteuid() == 0 else ["-U", "-r"]
        script = (
            "mkdir -p /run/pcscd 2>/dev/null || { mount -t tmpfs none /run && mkdir /run/pcscd; } && "
            'mount --bind "$0" /run/pcscd && exec pcscd --foreground --config "$1"'
        )
        command = ["unshare", *user, "-m", "--kill-child", "sh", "-c", script, str(self._folder), str(conf)]
        command = ["sh", "-c", _GUARD, *command]
        log = (self._folder / "pcscd.log").open("wb")
        with log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )
        ends = time.monotonic() + START_WITHIN_S
        while not self.socket.exists():
            if self._process.poll() is not None or time.monotonic() > ends:
                self.stop()
                raise SystemExit(f"pcscd did not start; see {log.name}")
            time.sleep(0.02)

    def hold(self) -> None:
        """Stop it as a hang would (SIGSTOP); `go_on` ends that."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGCONT)

    def stop(self, kill: bool = False) -> None:
        """End it, by SIGTERM or, like a crash, by SIGKILL."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        for number in (signal.SIGKILL,) if kill else (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
                break
        process.stdin.close()


def main() -> None:
    """Run the service until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--vpcd-port", type=int, default=35963)
    options = parser.parse_args()
    service = PcscService(options.folder, options.vpcd_port)
    service.start()
    announce(socket=str(service.socket), vpcd=options.vpcd_port)
    wait_for_end()
    service.stop()
    sys.exit(0)


if __name__ == "__main__":
    main()
