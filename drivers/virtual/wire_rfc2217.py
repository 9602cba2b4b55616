"""A network box that carries a serial line (RFC 2217), with a device behind it that listens at one setting only.

Telnet and its COM port option are pyserial's PortManager: the driver's own code must agree with it. Not responsible
for any device's protocol. A host that set another speed, parity or number of stop bits than the device has hears
garbage, and is heard as garbage, as on a real line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from serial.rfc2217 import PortManager

from drivers.virtual.wire import Pacing, Peer, TcpWire

Receive = Callable[[Peer, bytes], None]


@dataclass
class LineSettings:
    """One end's idea of the line; named as pyserial names them, for PortManager sets them."""

    baudrate: int = 9600
    bytesize: int = 8
    parity: str = "N"
    stopbits: int = 1

    def __str__(self) -> str:
        return f"{self.baudrate} {self.bytesize}{self.parity}{self.stopbits}"


class _Port(LineSettings):
    """What PortManager handles: the line as the host set it; modem lines are all on."""

    cts = dsr = cd = True
    ri = rtscts = xonxoff = break_condition = dtr = rts = False

    def reset_input_buffer(self) -> None:
        """Nothing waits here."""

    def reset_output_buffer(self) -> None:
        """Nothing waits here."""


class Rfc2217Wire:
    """Listens on 127.0.0.1:`port`; `own` is the line as the device behind has it. `host` is what was last asked."""

    def __init__(self, port: int, receive: Receive, pacing: Pacing, own: LineSettings) -> None:
        self._receive, self._own = receive, own
        self.host: LineSettings = LineSettings(0)
        self._boxes: dict[Any, _Box] = {}
        self._wire = TcpWire(port, self._bytes, pacing)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._wire.port

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._wire.plugged

    def plug(self) -> None:
        """Put the cable in."""
        self._wire.plug()

    def unplug(self) -> None:
        """Pull the cable out."""
        self._wire.unplug()
        self._boxes.clear()

    def send(self, data: bytes) -> None:
        """Write to every host."""
        for box in list(self._boxes.values()):
            box.send(data)

    def _bytes(self, peer: Peer, data: bytes) -> None:
        box = self._boxes.get(peer)
        if box is None:
            box = self._boxes[peer] = _Box(peer, self._own)
        payload = box.heard(data)
        self.host = box.port
        if payload:
            self._receive(box, payload)


class _Box:
    def __init__(self, peer: Peer, own: LineSettings) -> None:
        self._peer, self._own = peer, own
        self._lock = threading.Lock()
        self.port = _Port()
        self._manager = PortManager(self.port, self)  # type: ignore[arg-type]  # it needs no more than we are

    def write(self, data: bytes) -> None:
        """PortManager's way out."""
        self._peer.send(data)

    def send(self, data: bytes) -> None:
        """The device says something."""
        self._peer.send(b"".join(self._manager.escape(self._through(data))))

    def heard(self, data: bytes) -> bytes:
        """What of `data` reaches the device."""
        with self._lock:
            return self._through(b"".join(self._manager.filter(data)))

    def _through(self, data: bytes) -> bytes:
        """Over the line: a UART at another setting makes nonsense of every byte."""
        return data if str(self.port) == str(self._own) else bytes((byte << 1 | 1) & 0xFF for byte in data)
