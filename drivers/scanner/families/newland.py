"""Newland's unified command set (HR, FM and EM series of the newer kind).

    host     7E 01 30 30 30 30  # command ;  03      # holds until switched off, @ for ever
    scanner  02 01 30 30 30 30  # command V ;  03    V: 06 done, 15 bad value, 05 unknown command
SCNTRG1 starts reading, SCNTRG0 stops it. The manual allows 5 s for an answer.
Source: HR42 and HR52 manuals.
"""

from __future__ import annotations

import re

from drivers.contract.driver import Driver
from drivers.family import Place
from drivers.scanner.language import Language, Reply, Verdict
from drivers.scanner.settings import SerialScannerSettings, build_scanner

_REPLY = re.compile(rb"\x02\x010000([@#][A-Z0-9]{1,32})([\x06\x15\x05]);\x03")
_VERDICTS = {b"\x06": Verdict.ACCEPTED, b"\x15": Verdict.REFUSED, b"\x05": Verdict.UNKNOWN}


def encode(command: str) -> bytes:
    """A whole request."""
    return b"\x7e\x010000" + command.encode("ascii") + b";\x03"


def find_reply(received: bytes, request: bytes) -> Reply | None:
    """The answer that repeats the request's command."""
    for match in _REPLY.finditer(received):
        if match[1] == request[6:-2]:
            return Reply(_VERDICTS[match[2]], match.start(), match.end())
    return None


LANGUAGE = Language(encode("#SCNTRG1"), encode("#SCNTRG0"), find_reply)


class Settings(SerialScannerSettings, frozen=True, kw_only=True):
    """As the family's common settings."""


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    return build_scanner(settings, LANGUAGE)
