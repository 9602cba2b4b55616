"""GM65, GM861 and Newland EM3095 modules.

    host     7E 00 | type | n | address (2) | data (n)   | CRC     type 08 writes, n counts the data
    scanner  02 00 | type | n | data (n)                 | CRC     type 00 done, 01 our CRC was wrong, 03 unknown
CRC-16 with 1021 from 0, over everything from type to data, high byte first. AB CD in its place asks the scanner
not to check. Writing 1 to 0002 starts reading, 0 stops it. 9600 8N1.
Source: EM3095 manual, page 9.
"""

from __future__ import annotations

from binascii import crc_hqx

from drivers.contract.driver import Driver
from drivers.family import Place
from drivers.scanner.language import Language, Reply, Verdict
from drivers.scanner.settings import SerialScannerSettings, build_scanner

UNCHECKED = bytes.fromhex("ABCD")
_TRIGGER, _STOP = bytes.fromhex("0801000201"), bytes.fromhex("0801000200")
_HEAD = b"\x02\x00"
_VERDICTS = {0: Verdict.ACCEPTED, 1: Verdict.MISHEARD, 3: Verdict.UNKNOWN}


def crc(body: bytes) -> bytes:
    """The check of everything from type to data."""
    return crc_hqx(body, 0).to_bytes(2, "big")


def encode(body: bytes, checked: bool = True) -> bytes:
    """A whole request."""
    return b"\x7e\x00" + body + (crc(body) if checked else UNCHECKED)


def find_reply(received: bytes, request: bytes) -> Reply | None:
    """The first answer whose check is right; answers do not say which request they belong to."""
    damaged = None
    start = received.find(_HEAD)
    while start >= 0:
        body_end = start + 4 + received[start + 3] if len(received) > start + 3 else len(received)
        if len(received) >= body_end + 2:
            body = received[start + 2 : body_end]
            if received[body_end : body_end + 2] == crc(body):
                return Reply(_VERDICTS.get(body[0], Verdict.REFUSED), start, body_end + 2)
            damaged = damaged or Reply(Verdict.DAMAGED, start, body_end + 2)
        start = received.find(_HEAD, start + 1)
    return damaged


class Settings(SerialScannerSettings, frozen=True, kw_only=True):
    """`checked = false` for firmware that gets its own CRC wrong: it is asked not to check ours."""

    checked: bool = True


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    language = Language(encode(_TRIGGER, settings.checked), encode(_STOP, settings.checked), find_reply)
    return build_scanner(settings, language)
