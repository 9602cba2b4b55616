"""Custom kiosk printers (KPM150H, KPM300, VKP80): DLE EOT 20 gives everything in six bytes, presenter included.

    1 10   2 0F
    3 paper          01 none  04 near end  20 ticket in the mouth  40 virtual end (counted length used up)
    4 user           01 head up  02 cover open  20 feed button  40 form-feed button
    5 recoverable    01 head too hot  02 COM error  08 supply voltage  40 jam
    6 unrecoverable  01 cutter  02 cutter cover open  04 RAM  08 EEPROM  40 flash
Source: Custom's manuals of KPM150 p. 66, KPM300 p. 113 and VKP80III. Models differ in which bits they use; those
that they do not use are zero. A COM error and a refused command are passing news, no state.
"""

from __future__ import annotations

from collections.abc import Sequence

from drivers.contract.driver import Driver
from drivers.contract.status import MediaState
from drivers.family import Place
from drivers.receipt_printer.dialect import Dialect, PresenterSettings
from drivers.receipt_printer.printer import build_printer
from drivers.receipt_printer.status import PrinterStatus, Question

FULL_STATUS = Question(bytes.fromhex("100414"), size=6, head=b"\x10\x0f")


class Settings(PresenterSettings, frozen=True, kw_only=True):
    """Nothing of its own."""


def read_full_status(answers: Sequence[bytes]) -> PrinterStatus:
    """The six bytes in our words."""
    paper, user, recoverable, unrecoverable = answers[0][2:6]
    return PrinterStatus(
        cover_open=bool(user & 0x03) or bool(unrecoverable & 0x02),
        fed_by_button=bool(user & 0x60),
        paper_end=bool(paper & 0x41),
        near_end=bool(paper & 0x04),
        jammed=bool(recoverable & 0x40),
        overheated=bool(recoverable & 0x01),
        mechanical=bool(recoverable & 0x08),
        cutter_error=bool(unrecoverable & 0x01),
        unrecoverable=bool(unrecoverable & 0x4C),
        media=MediaState.PRESENT if paper & 0x20 else MediaState.NOT_PRESENT,
    )


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    dialect = Dialect((FULL_STATUS,), read_full_status, presenter=True)
    return build_printer(settings, dialect, place)
