"""One command and its answer with a smart card, through driver, real pcscd and a virtual reader.

A whole social-security card is read and divided by its commands. `loopback` is the round trip of as many bytes over
TCP, which lies between pcscd and the card here.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import threading
import time
from pathlib import Path

from drivers.contract.smart_card import ReadSocialSecurityCard, SocialSecurityCard
from kiosk.bench.figures.figure import Figure, ms
from kiosk.bench.figures.rig import Device, RigError, one_host
from kiosk.bench.plan import Ports
from kiosk.bench.quantile import quantile

AT_MOST_MS = 10.0
_BYTES = 32


def measure(rounds: int) -> list[Figure]:
    """One figure; without a value where the PC/SC service cannot run."""
    if shutil.which("pcscd") is None:
        return [Figure("APDU round trip", None, "ms", AT_MOST_MS, note="pcscd is not installed")]
    with tempfile.TemporaryDirectory(prefix="figures-") as folder:
        service = Path(folder) / "pcsc"
        options = ("--port", str(Ports.free().smart_card), "--service-folder", str(service))
        with Device("smart_card", *options) as device:
            if trouble := str(device.do("GET", "/")["trouble"]):
                return [Figure("APDU round trip", None, "ms", AT_MOST_MS, note=trouble)]
            device.do("POST", "/card", kind="social_security", name="张三")
            environment = {"PCSCLITE_CSOCK_NAME": str(service / "pcscd.comm")}
            with one_host("smart_card", {"driver": "pcsc", "port": "any"}, environment) as host:
                times, counts = [], []
                for _ in range(rounds):
                    before, began = int(device.do("GET", "/")["commands"]), time.monotonic()
                    card = host.client.call(ReadSocialSecurityCard(), 10.0)
                    times.append(time.monotonic() - began)
                    counts.append(int(device.do("GET", "/")["commands"]) - before)
                    if not isinstance(card, SocialSecurityCard):
                        raise RigError("the card was not read")
    read_s, commands = quantile(times, 0.5), max(1, counts[0])
    beside = {"card_ms": ms(read_s), "commands": float(commands), "loopback_ms": ms(_loopback(rounds))}
    return [Figure("APDU round trip", ms(read_s / commands), "ms", AT_MOST_MS, beside)]


def _loopback(rounds: int) -> float:
    """A round trip of _BYTES over TCP."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_echo, args=(listener,))
        thread.start()
        times = []
        with socket.create_connection(listener.getsockname()[:2], 5) as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(rounds):
                began = time.monotonic()
                peer.sendall(bytes(_BYTES))
                peer.recv(_BYTES)
                times.append(time.monotonic() - began)
        thread.join()
    return quantile(times, 0.5)


def _echo(listener: socket.socket) -> None:
    peer, _ = listener.accept()
    with peer, contextlib.suppress(OSError):
        while data := peer.recv(4096):
            peer.sendall(data)
