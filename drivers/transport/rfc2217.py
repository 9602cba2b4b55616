"""A serial line behind a network box (RFC 2217): speed, parity and stop bits are set at the far end.

Not responsible for the option's bytes (telnet). pyserial's rfc2217:// was measured beside it against the same box
(pyserial's own PortManager) and left: it opens thirty times and answers twenty times slower, cannot be cancelled while
it opens, and waits 0.3 s and joins a thread at each close.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NoReturn

from drivers.contract.errors import DeviceOffline
from drivers.transport import telnet
from drivers.transport.tcp import SocketTransport
from kiosk.ipc import Control

NEGOTIATION_S = 2.0


class Rfc2217Transport:
    """A box reached through `link`; DeviceOffline when it does not take the line's settings."""

    def __init__(self, link: SocketTransport, baud: int = 115200, parity: str = "N", stop_bits: int = 1) -> None:
        self._link, self._baud, self._parity, self._stop_bits = link, baud, parity, stop_bits
        self._parser: telnet.TelnetParser | None = None
        self._early = b""
        self._opening = threading.Lock()  # who reads and who writes may both find it closed

    def open(self) -> None:
        """Connect and set the line."""
        self._opened(Control(2 * NEGOTIATION_S))

    def close(self) -> None:
        """Disconnect."""
        self._link.close()
        self._parser, self._early = None, b""

    def write(self, data: bytes, control: Control) -> None:
        """Send all of it."""
        self._opened(control)
        self._send(telnet.escape(data), control)

    def read_some(self, within_s: float, control: Control) -> bytes:
        """Read what is there; what only concerns the line does not count."""
        parser = self._opened(control)
        ends = time.monotonic() + within_s
        data, self._early = self._early, b""
        while not data:
            left = ends - time.monotonic()
            data = self._receive(parser, max(0.0, left), control)
            if left <= 0:
                break
        return data

    def discard_input(self) -> None:
        """Throw away what has arrived here; the box is asked to do so with what it still holds."""
        parser = self._opened(Control(2 * NEGOTIATION_S))
        self._early = b""
        control = Control(NEGOTIATION_S)
        while self._receive(parser, 0, control):
            pass
        self._send(telnet.setting(telnet.PURGE, bytes([telnet.PURGE_RECEIVED])), control)

    def set_baud(self, baud: int) -> None:
        """Change the speed at the far end; the next opening uses it too."""
        if baud != self._baud:
            self._baud = baud
            parser = self._parser
            if parser is not None:
                self._settle(parser, Control(NEGOTIATION_S))

    def _opened(self, control: Control) -> telnet.TelnetParser:
        with self._opening:
            parser = self._parser
            if parser is None:
                parser = self._connected(control)
            return parser

    def _connected(self, control: Control) -> telnet.TelnetParser:
        self._link.opened(control)
        self._parser = parser = telnet.TelnetParser()
        try:
            self._send(telnet.greeting(), control)
            self._await(parser, lambda: parser.agreed, "does not speak RFC 2217", control)
            self._settle(parser, control)
        except BaseException:
            self.close()
            raise
        return parser

    def _settle(self, parser: telnet.TelnetParser, control: Control) -> None:
        """Set the line, and wait until the box has told every value."""
        wanted = telnet.line_settings(self._baud, self._parity, self._stop_bits)
        told, refusal = parser.told, f"does not take {self._baud} 8{self._parity}{self._stop_bits}"
        told.clear()
        for number, value in wanted.items():
            self._send(telnet.setting(number, value), control)
        self._send(telnet.setting(telnet.SET_CONTROL, bytes([telnet.NO_FLOW_CONTROL])), control)
        self._await(parser, lambda: {number + telnet.ANSWERED for number in wanted} <= told.keys(), refusal, control)
        if any(told[number + telnet.ANSWERED] != value for number, value in wanted.items()):
            self._refused(refusal)

    def _await(self, parser: telnet.TelnetParser, done: Callable[[], bool], refusal: str, control: Control) -> None:
        ends = time.monotonic() + NEGOTIATION_S
        while not done():
            left = ends - time.monotonic()
            if left <= 0 or parser.refused:
                self._refused(refusal)
            self._early += self._receive(parser, left, control)

    def _refused(self, refusal: str) -> NoReturn:
        name = self._link.name
        self.close()
        raise DeviceOffline(f"{name} {refusal}")

    def _receive(self, parser: telnet.TelnetParser, within_s: float, control: Control) -> bytes:
        try:
            data, reply = parser.feed(self._link.read_some(within_s, control))
        except DeviceOffline:
            self.close()
            raise
        if reply:
            self._send(reply, control)
        return data

    def _send(self, data: bytes, control: Control) -> None:
        try:
            self._link.write(data, control)
        except DeviceOffline:
            self.close()
            raise
