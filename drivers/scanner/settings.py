"""The part of a profile's [devices.scanner] table that all serial families share, and the driver made from it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from drivers.contract.driver import Driver
from drivers.family import FamilySettings
from drivers.scanner.language import Framing, Language, gap_for
from drivers.scanner.scanner import Habits, SerialScanner
from drivers.transport import open_transport

_SUFFIXES = {"": b"", "cr": b"\r", "lf": b"\n", "crlf": b"\r\n"}


class SerialScannerSettings(FamilySettings, frozen=True, kw_only=True):
    """`port`: tty path, socket:// or rfc2217://host:port.

    `suffix` is what the scanner was set to send after a code; without one, a silence of `idle_gap_ms` ends it
    (0: by the speed of the line). `senses`: it reads by itself and is not to be triggered. `identify`: the vendor's
    command that asks for the version, in hex; no public source covers every model, so there is no default.
    """

    baud: Annotated[int, msgspec.Meta(gt=0)] = 9600
    parity: Literal["N", "E", "O"] = "N"
    suffix: Literal["", "cr", "lf", "crlf"] = ""
    idle_gap_ms: Annotated[int, msgspec.Meta(ge=0, le=2000)] = 0
    answer_within_s: Annotated[float, msgspec.Meta(ge=0.05, le=10)] = 1.0
    senses: bool = False
    identify: str = ""


def build_scanner(settings: SerialScannerSettings, language: Language) -> Driver:
    """The driver; ValueError when `port` is none or `identify` not hex."""
    transport = open_transport(settings.port, settings.baud, settings.parity)
    framing = Framing(settings.idle_gap_ms / 1000 or gap_for(settings.baud), _SUFFIXES[settings.suffix])
    habits = Habits(settings.answer_within_s, settings.senses, bytes.fromhex(settings.identify))
    return SerialScanner(transport, language, framing, habits)
