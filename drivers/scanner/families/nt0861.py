"""NT0861, the module in many bank terminals: 9600 8E1.

    host     02 30 | LenH LenL | 16 54 0D | 21     start; 16 55 0D stops
    scanner  02 30 | LenH LenL | 16 54 0D | V      V: 06 done, 15 refused, 05 unknown
Len counts what follows it. A code comes without a head, its first letter names the symbology.
Source: DevDef_NT0861.h and DevImpl_NT0861.cpp (sp_linux). That the answer repeats the command is read from there
with less certainty: an answer with the 21 kept in front of V is taken too. The same code has a checksum commented
out, so none is expected.
"""

from __future__ import annotations

import re
from typing import Literal

from drivers.contract.driver import Driver
from drivers.contract.errors import ProtocolError
from drivers.contract.scanner import ScannedCode
from drivers.family import Place
from drivers.scanner.language import Language, Reply, Verdict
from drivers.scanner.settings import SerialScannerSettings, build_scanner

_REPLY = re.compile(rb"\x02\x30(..)((\x16[TU]\x0d)!?([\x06\x15\x05]))", re.DOTALL)
_VERDICTS = {b"\x06": Verdict.ACCEPTED, b"\x15": Verdict.REFUSED, b"\x05": Verdict.UNKNOWN}
_SYMBOLOGIES = {b"s": "qr", b"j": "code128", b"r": "pdf417", b"w": "datamatrix"}


def encode(order: bytes) -> bytes:
    """A whole request."""
    body = order + b"!"
    return b"\x02\x30" + len(body).to_bytes(2, "big") + body


def find_reply(received: bytes, request: bytes) -> Reply | None:
    """The answer that repeats the request's order."""
    for match in _REPLY.finditer(received):
        if match[3] == request[4:7]:
            whole = int.from_bytes(match[1], "big") == len(match[2])
            return Reply(_VERDICTS[match[4]] if whole else Verdict.DAMAGED, match.start(), match.end())
    return None


def read_code(received: bytes) -> ScannedCode:
    """A code after its symbology letter; letters that no source names are "other"."""
    letter = received[:1]
    if not letter.isalpha():
        raise ProtocolError("the code has no symbology letter in front", cause="symbology", got=letter.hex())
    return ScannedCode(received[1:], _SYMBOLOGIES.get(letter, "other"))


_TRIGGER, _STOP = encode(bytes.fromhex("16540D")), encode(bytes.fromhex("16550D"))


class Settings(SerialScannerSettings, frozen=True, kw_only=True):
    """`symbology_letter = false` for a module that was set to send none."""

    parity: Literal["N", "E", "O"] = "E"
    symbology_letter: bool = True


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    read = read_code if settings.symbology_letter else ScannedCode
    return build_scanner(settings, Language(_TRIGGER, _STOP, find_reply, read))
