"""SNBC kiosk printers (BK-C310, BT-NH80): the common status and three queries more, presenter included.

    10 04 05  01 paper low  02 head up  04 paper out  08 head too hot  10 cutter  20 jam
    10 04 06  01 paper in the presenter  02 jam at the head  04 jam at the presenter  10 automatic loading failed
    10 04 09  01 paper in the presenter
Source: the queries stand in BKC310Def.h, the bits in DevRPR_SNBC.cpp (sp_linux). That source gives the bits by the
byte of the vendor's library, not by query: `presenter = false` leaves the three queries out where firmware
differs. Automatic status has no fixed bits here and cannot be told from other answers: it stays off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from drivers.contract.driver import Driver
from drivers.contract.status import MediaState
from drivers.family import Place
from drivers.receipt_printer.dialect import Dialect, PresenterSettings
from drivers.receipt_printer.printer import build_printer
from drivers.receipt_printer.status import REAL_TIME, PrinterStatus, Question

OWN = tuple(Question(bytes([0x10, 0x04, number]), any_byte=True) for number in (5, 6, 9))


class Settings(PresenterSettings, frozen=True, kw_only=True):
    """`presenter`: ask for SNBC's own status bytes."""

    presenter: bool = True


def read_own_status(answers: Sequence[bytes]) -> PrinterStatus:
    """DLE EOT 1 to 4, completed by SNBC's three."""
    common = PrinterStatus.from_answers(answers)
    head, path, presenter = (answer[0] for answer in answers[4:])
    return replace(
        common,
        cover_open=common.cover_open or bool(head & 0x02),
        paper_end=common.paper_end or bool(head & 0x04),
        near_end=common.near_end or bool(head & 0x01),
        overheated=common.overheated or bool(head & 0x08),
        cutter_error=common.cutter_error or bool(head & 0x10),
        jammed=bool(head & 0x20) or bool(path & 0x06),
        mechanical=common.mechanical or bool(path & 0x10),
        media=MediaState.PRESENT if (path | presenter) & 0x01 else MediaState.NOT_PRESENT,
        consistent=common.consistent and bool(path & 0x01) == bool(presenter & 0x01),
    )


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    dialect = Dialect((*REAL_TIME, *OWN), read_own_status, presenter=True) if settings.presenter else Dialect()
    return build_printer(settings, dialect, place)
