"""A byte pipe to a device: a tty, a pty, a socket, a serial line behind a box. Every read has a deadline and a way out.

Not responsible for frames.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from drivers.transport.rfc2217 import Rfc2217Transport
from drivers.transport.stream import SLICE_S, Transport
from drivers.transport.tcp import SocketTransport
from drivers.transport.telnet import PARITIES
from drivers.transport.tty import SerialTransport

__all__ = ["SLICE_S", "Rfc2217Transport", "SerialTransport", "SocketTransport", "Transport", "open_transport"]


def open_transport(url: str, baud: int = 115200, parity: str = "N", stop_bits: int = 1) -> Transport:
    """The transport that `url` names, not yet opened; ValueError when it names none.

    A path, serial:/path, socket://host:port, tcp://host:port, rfc2217://host:port or usb://VVVV:PPPP[/serial].
    `baud`, `parity` (N, E, O) and `stop_bits` (1, 2) matter where there is a serial line.
    """
    if parity not in PARITIES or stop_bits not in {1, 2}:
        raise ValueError(f"8{parity}{stop_bits} is no line setting: parity is N, E or O, stop bits 1 or 2")
    parts = urlsplit(url)
    match parts.scheme:
        case "socket" | "tcp":
            return SocketTransport(*_address(url, parts))
        case "rfc2217":
            return Rfc2217Transport(SocketTransport(*_address(url, parts)), baud, parity, stop_bits)
        case "usb":
            from drivers.transport.usb import UsbTransport, read_address  # pyusb only where there is USB

            return UsbTransport(read_address(url))
    path = parts.path if parts.scheme == "serial" else url
    if not path.startswith("/"):
        raise ValueError(
            f"{url!r} is neither a device path nor socket://, tcp:// or rfc2217://host:port nor usb://VVVV:PPPP"
        )
    return SerialTransport(path, baud, parity, stop_bits)


def _address(url: str, parts: SplitResult) -> tuple[str, int]:
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{url!r}: {error}") from None
    if not host or (port is None and parts.scheme != "tcp"):
        raise ValueError(f"{url!r} needs a host and a port, for example {parts.scheme}://127.0.0.1:9100")
    return host, port or 9100
