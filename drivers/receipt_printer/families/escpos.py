"""ESC/POS printers that know no more than the common commands."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from drivers.contract.driver import Driver
from drivers.family import FamilySettings, Place
from drivers.receipt_printer.printer import EscposReceiptPrinter
from drivers.transport import open_transport


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`width_dots`: 384 for 58 mm paper, 576 for 80 mm. `profile`: the printer's name in python-escpos."""

    baud: Annotated[int, msgspec.Meta(gt=0)] = 115200
    width_dots: Literal[384, 576] = 576
    profile: str = "default"


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    return EscposReceiptPrinter(open_transport(settings.port, settings.baud), settings.width_dots, settings.profile)
