"""Which processes a bench consists of, on which ports. Values only; kiosk.bench.stage starts them."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path

from kiosk.folders import CONFIG
from kiosk.terminal.supervision import ChildSpec

DEVICES = ("id_card", "receipt", "document", "camera", "smart_card", "scanner", "panel")
NOVNC = Path("/usr/share/novnc")
AT_SPI_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")


@dataclass(frozen=True)
class Ports:
    """TCP ports of the bench, all on the loopback address."""

    bench: int = 8700
    line: int = 8710
    centre: int = 8720
    id_card: int = 5301
    receipt: int = 9101
    document: int = 8631
    camera: int = 8081
    smart_card: int = 35963
    """vpcd listens here and on the next one."""
    scanner: int = 5303
    panel: int = 5304
    vnc: int = 5970
    screen: int = 6080

    @classmethod
    def free(cls) -> Ports:
        """Ports that nobody uses now."""
        with ExitStack() as held:
            numbers = {field.name: _free(held) for field in fields(cls)}
            while not _is_free(held, numbers["smart_card"] + 1):
                numbers["smart_card"] = _free(held)
        return cls(**numbers)

    def busy(self) -> list[str]:
        """Names of the ports that somebody else listens on."""
        return [f"{field.name} {getattr(self, field.name)}" for field in fields(self) if _listens(self, field.name)]


def _free(held: ExitStack) -> int:
    """A port that nobody uses, kept until `held` ends."""
    taken = held.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    return int(taken.getsockname()[1])


def _is_free(held: ExitStack, port: int) -> bool:
    """Whether this very port can be had; it is kept then."""
    taken = held.enter_context(socket.socket())
    with contextlib.suppress(OSError, OverflowError):
        taken.bind(("127.0.0.1", port))
        return True
    return False


def _listens(ports: Ports, name: str) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", getattr(ports, name))) == 0


@dataclass(frozen=True)
class Plan:
    """A bench: its folder, its ports, and where the terminal's window appears.

    `display` is an X display such as ":7"; `own_display` says that we open it ourselves, `size` how large.
    """

    data: Path
    ports: Ports
    display: str
    own_display: bool
    size: tuple[int, int] = (1080, 1920)
    bus_address: str = ""

    @property
    def profile(self) -> Path:
        """The profile made for this bench."""
        return self.data / "profile.toml"

    @property
    def bench_url(self) -> str:
        """The bench page."""
        return f"http://127.0.0.1:{self.ports.bench}/"

    @property
    def screen_url(self) -> str:
        """The terminal's screen in a browser; empty where it has a real display."""
        query = "vnc.html?autoconnect=1&resize=scale&show_dot=1"
        return f"http://127.0.0.1:{self.ports.screen}/{query}" if self.own_display else ""

    @property
    def _display_socket(self) -> Path:
        """Where the X server of `display` listens."""
        return Path(f"/tmp/.X11-unix/X{self.display[1:].split('.')[0]}")  # noqa: S108  # X's own folder

    def write_profile(self) -> None:
        """The sample profile, with this bench's ports."""
        text = (CONFIG / "terminals" / "dev.toml").read_text(encoding="utf-8")
        for name in ("line", *DEVICES):
            text = text.replace(f":{getattr(Ports(), name)}", f":{getattr(self.ports, name)}")
        self.profile.write_text(text, encoding="utf-8")

    def children(self) -> list[ChildSpec]:
        """Every process, in the order of their start."""
        return [*self._screen(), self._centre(), self._devices(), self._terminal()]

    def _screen(self) -> list[ChildSpec]:
        if not self.own_display:
            return []
        width, height = self.size
        vnc = str(self.ports.vnc)
        return [
            ChildSpec(
                "xvfb",
                (
                    "Xvfb",
                    self.display,
                    "-screen",
                    "0",
                    f"{width}x{height}x24",
                    "-nolisten",
                    "tcp",
                    "-noreset",
                ),
            ),
            ChildSpec(
                "x11vnc",
                ("x11vnc", "-display", self.display, "-localhost", "-forever", "-shared", "-nopw", "-quiet")
                + ("-rfbport", vnc, "-noxdamage", "-wait", "50", "-nowf", "-noxrecord"),
                after=self._display_socket,
            ),
            ChildSpec(
                "novnc",
                ("websockify", "--web", str(NOVNC), f"127.0.0.1:{self.ports.screen}", f"127.0.0.1:{vnc}"),
            ),
        ]

    def _centre(self) -> ChildSpec:
        command = (sys.executable, "-m", "kiosk", "central", "serve", "--demo")
        return ChildSpec("centre", (*command, "--port", str(self.ports.centre), "--data", str(self.data / "centre")))

    def _devices(self) -> ChildSpec:
        command = [sys.executable, "-m", "drivers.virtual", "bench"]
        for name in ("bench", "line", *DEVICES):
            command += [f"--{name.replace('_', '-')}-port", str(getattr(self.ports, name))]
        command += ["--centre", f"http://127.0.0.1:{self.ports.centre}"]
        command += ["--people", str(CONFIG / "samples" / "people.toml"), "--data", str(self.data / "devices")]
        if self.screen_url:
            command += ["--screen-url", self.screen_url]
        return ChildSpec("devices", tuple(command))

    def _terminal(self) -> ChildSpec:
        command = (
            sys.executable,
            "-m",
            "kiosk",
            "run",
            "--profile",
            str(self.profile),
            "--data",
            str(self.data),
        )
        environment = {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}
        environment["PCSCLITE_CSOCK_NAME"] = str(self.data / "devices" / "pcsc" / "pcscd.comm")
        if self.bus_address:
            environment |= {
                "DBUS_SESSION_BUS_ADDRESS": self.bus_address,
                "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            }
        return ChildSpec("terminal", command, environment, after=self._display_socket)


def free_display() -> str:
    """An X display number that no server uses."""
    number = next(n for n in range(40, 400) if not os.path.exists(f"/tmp/.X11-unix/X{n}"))  # noqa: S108  # X's own folder
    return f":{number}"
