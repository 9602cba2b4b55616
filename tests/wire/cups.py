"""Programs of others that speak IPP: ippeveprinter (a printer), ipptool (a strict client), cupsd (a spooler).

ippeveprinter wants a DNS-SD daemon to announce itself to: a few lines of C, preloaded, let it believe in one.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

NO_AVAHI = r"""
static int one = 1;
#define POINTER(name) void *name(void) { return &one; }
#define NUMBER(name) int name(void) { return 0; }
POINTER(avahi_client_new) POINTER(avahi_entry_group_new) POINTER(avahi_string_list_add_printf)
POINTER(avahi_threaded_poll_new) POINTER(avahi_threaded_poll_get)
const char *avahi_client_get_host_name_fqdn(void) { return "localhost"; }
NUMBER(avahi_client_errno) NUMBER(avahi_entry_group_add_service_strlst) NUMBER(avahi_entry_group_add_service_subtype)
NUMBER(avahi_entry_group_commit) NUMBER(avahi_entry_group_free) NUMBER(avahi_string_list_free)
NUMBER(avahi_threaded_poll_lock) NUMBER(avahi_threaded_poll_start) NUMBER(avahi_threaded_poll_unlock)
"""
COMMAND = """#!/bin/sh
# $1 is the document. It is kept; the sheet is told; as long as the file "hold" is there, the tray is empty.
cp "$1" "{folder}/$IPP_JOB_ID.pdf"
if [ -e "{folder}/hold" ]; then
  echo "STATE: +media-empty-error" >&2
  touch "{folder}/held"
  while [ -e "{folder}/hold" ]; do sleep 0.05; done
  echo "STATE: -media-empty-error" >&2
fi
[ -e "{folder}/fail" ] && {{ echo "ERROR: stuck" >&2; exit 1; }}
exit 0
"""
CUPSD = """LogLevel none
PreserveJobFiles No
PreserveJobHistory Yes
MaxJobs 100
Listen localhost:{port}
Listen {folder}/cups.sock
Browsing Off
DefaultAuthType None
WebInterface No
MaxJobTime 0
<Location />
  Order allow,deny
  Allow localhost
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues none
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
CUPS_FILES = """ServerRoot {folder}
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/tmp
AccessLog {folder}/access_log
ErrorLog {folder}/error_log
PageLog {folder}/page_log
Sandboxing Relaxed
FatalErrors config
"""
PPD = """*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "PASS.PPD"
*Manufacturer: "Doorstep"
*Product: "(pass)"
*ModelName: "Pass PDF on"
*ShortNickName: "Pass PDF on"
*NickName: "Pass PDF on"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*cupsFilter2: "application/pdf application/pdf 0 -"
*OpenUI *PageSize/Size: PickOne
*DefaultPageSize: A4
*PageSize A4/A4: ""
*CloseUI: *PageSize
*OpenUI *PageRegion: PickOne
*DefaultPageRegion: A4
*PageRegion A4/A4: ""
*CloseUI: *PageRegion
*DefaultImageableArea: A4
*ImageableArea A4: "0 0 595 842"
*DefaultPaperDimension: A4
*PaperDimension A4: "595 842"
"""
START_S = 10.0


def missing(*programs: str) -> str:
    """Why a test cannot run here; empty when it can. System programs live in /usr/sbin, off some users' path."""
    os.environ["PATH"] += os.pathsep + "/usr/sbin"
    absent = [name for name in programs if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the program answers on its port; AssertionError when it ends instead."""
    ends = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < ends:
        try:
            socket.create_connection(("localhost", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"{process.args!r} does not listen: status {process.poll()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


class EvePrinter:
    """ippeveprinter, keeping each document as <folder>/<job id>.pdf. Files "hold" and "fail" there steer it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shim, command, spool = folder / "noavahi.so", folder / "command.sh", folder / "spool"
        compile_it = ["gcc", "-shared", "-fPIC", "-w", "-x", "c", "-o", str(shim), "-"]
        subprocess.run(compile_it, input=NO_AVAHI.encode(), check=True)
        command.write_text(COMMAND.format(folder=folder))
        command.chmod(0o755)
        spool.mkdir()
        self.port = free_port()
        options = ["-p", str(self.port), "-n", "localhost", "-d", str(spool), "-k", "-f", "application/pdf"]
        self._process = subprocess.Popen(
            ["ippeveprinter", *options, "-c", str(command), "-2", "-s", "30", "Kiosk A4"],
            env={**os.environ, "LD_PRELOAD": str(shim)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_listening(self.port, self._process)

    @property
    def url(self) -> str:
        return f"ipp://localhost:{self.port}/ipp/print"

    def papers(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob("*.pdf"))]

    def close(self) -> None:
        (self.folder / "hold").unlink(missing_ok=True)
        stop(self._process)


class PrivateCups:
    """A cupsd of our own: configuration, spool, port and socket in a folder of its own; runs as whoever starts it.

    Started by root, its backends run as lp, who must be able to reach the spool: pytest's folders are for us alone.
    """

    def __init__(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="doorstep-cups-", ignore_cleanup_errors=True)
        self.folder, self.port = Path(self._home.name), free_port()
        folder = self.folder
        folder.chmod(0o755)
        for name in ("spool", "cache", "state", "tmp", "ppd", "ssl"):
            (folder / name).mkdir()
        words = {"folder": folder, "port": self.port}
        (folder / "cupsd.conf").write_text(CUPSD.format(**words))
        (folder / "cups-files.conf").write_text(CUPS_FILES.format(**words))
        (folder / "pass.ppd").write_text(PPD)
        command = ["cupsd", "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_listening(self.port, self._process)

    def add_queue(self, name: str, device: str) -> str:
        """A queue that hands PDF on to `device` as it is; its ipp:// address."""
        options = [
            "-p",
            name,
            "-E",
            "-v",
            device,
            "-P",
            str(self.folder / "pass.ppd"),
            "-o",
            "printer-error-policy=abort-job",
        ]
        subprocess.run(
            ["lpadmin", "-h", f"localhost:{self.port}", *options], check=True, capture_output=True, timeout=20
        )
        return f"ipp://localhost:{self.port}/printers/{name}"

    def spooled(self) -> list[str]:
        """Document files in the spool."""
        return [path.name for path in (self.folder / "spool").glob("d*")]

    def close(self) -> None:
        stop(self._process)
        self._home.cleanup()


def ipptool(url: str, test: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a test file of ipptool against a printer."""
    return subprocess.run(
        ["ipptool", "-tI", *options, url, str(test)], capture_output=True, text=True, timeout=60, check=False
    )
