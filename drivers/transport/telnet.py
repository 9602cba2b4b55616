"""Telnet's COM port option (RFC 2217): bytes ↔ data and settings. Pure.

    IAC DO/WILL 44            both ends speak of the COM port
    IAC SB 44 n value IAC SE  host: 1 baud, 2 data bits, 3 parity, 4 stop bits, 5 control, 12 purge
                              box:  the same + 100, with the value that now holds
A data byte FF is doubled.
"""

from __future__ import annotations

from dataclasses import dataclass, field

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, ECHO, SUPPRESS_GO_AHEAD, COM_PORT = 0, 1, 3, 44
WANTED = frozenset({BINARY, SUPPRESS_GO_AHEAD, COM_PORT})
SET_BAUD, SET_DATA_BITS, SET_PARITY, SET_STOP_BITS, SET_CONTROL, PURGE = 1, 2, 3, 4, 5, 12
ANSWERED = 100
PARITIES = {"N": 1, "O": 2, "E": 3}
NO_FLOW_CONTROL = 1
PURGE_RECEIVED = 1
SETTING_LIMIT = 64
"""No setting is longer; what goes on beyond is noise."""


def escape(data: bytes) -> bytes:
    """Data as it goes over the line."""
    return data.replace(b"\xff", b"\xff\xff")


def setting(number: int, value: bytes) -> bytes:
    """One setting of the COM port."""
    return bytes([IAC, SB, COM_PORT, number]) + escape(value) + bytes([IAC, SE])


def line_settings(baud: int, parity: str, stop_bits: int) -> dict[int, bytes]:
    """What is asked of the box, by setting; each is to be answered with the same value."""
    return {
        SET_BAUD: baud.to_bytes(4, "big"),
        SET_DATA_BITS: bytes([8]),
        SET_PARITY: bytes([PARITIES[parity]]),
        SET_STOP_BITS: bytes([stop_bits]),
    }


def greeting() -> bytes:
    """Ask for binary transmission without go-ahead, and for the COM port option."""
    options = (BINARY, SUPPRESS_GO_AHEAD, COM_PORT)
    return b"".join(bytes([IAC, verb, option]) for option in options for verb in (WILL, DO))


@dataclass
class TelnetParser:
    """Parts a stream into data, replies to be sent back, and settings that the box has told.

    `agreed` once the box does the COM port option, `refused` once it said that it will not.
    """

    agreed: bool = False
    refused: bool = False
    told: dict[int, bytes] = field(default_factory=dict)
    _verb: int = 0
    _inside: bytearray | None = None
    _after_iac: bool = False

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """(data for the driver, reply to be sent to the box)."""
        payload, reply = bytearray(), bytearray()
        for byte in data:
            if self._verb:
                reply += self._negotiated(self._verb, byte)
                self._verb = 0
            elif self._after_iac:
                self._after_iac = False
                self._command(byte, payload)
            elif byte == IAC:
                self._after_iac = True
            else:
                self._keep(byte, payload)
        return bytes(payload), bytes(reply)

    def _keep(self, byte: int, payload: bytearray) -> None:
        if self._inside is None:
            payload.append(byte)
        elif len(self._inside) < SETTING_LIMIT:
            self._inside.append(byte)

    def _command(self, byte: int, payload: bytearray) -> None:
        if byte == IAC:
            self._keep(byte, payload)
        elif byte == SB:
            self._inside = bytearray()
        elif byte == SE:
            inside, self._inside = self._inside or b"", None
            if len(inside) > 2 and inside[0] == COM_PORT:
                self.told[inside[1]] = bytes(inside[2:])
        elif byte in {DO, DONT, WILL, WONT}:
            self._verb = byte

    def _negotiated(self, verb: int, option: int) -> bytes:
        """We asked for all we want; only what we do not want needs an answer."""
        if option == COM_PORT:
            self.agreed = self.agreed or verb in {DO, WILL}
            self.refused = verb in {DONT, WONT} and not self.agreed
        if option in WANTED or verb in {DONT, WONT}:
            return b""
        return bytes([IAC, WONT if verb == DO else DONT, option])
