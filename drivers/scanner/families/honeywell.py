"""Honeywell and Datalogic imagers in manual trigger mode (TRGMOD0).

    start  16 54 0D   SYN T CR
    stop   16 55 0D   SYN U CR
Nothing is confirmed. The scanner reads until a code, the stop, or its own time-out.
Source: vendor manuals as quoted by errorhandle.ai; Datalogic 7000 manual.
"""

from __future__ import annotations

from drivers.contract.driver import Driver
from drivers.family import Place
from drivers.scanner.language import Language
from drivers.scanner.settings import SerialScannerSettings, build_scanner

LANGUAGE = Language(bytes.fromhex("16540D"), bytes.fromhex("16550D"))


class Settings(SerialScannerSettings, frozen=True, kw_only=True):
    """USB serial imagers come with 115200."""

    baud: int = 115200


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    return build_scanner(settings, LANGUAGE)
