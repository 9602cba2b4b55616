"""A4 printers behind a CUPS queue, for those that need a vendor's driver. Weaker evidence without `device`."""

from __future__ import annotations

from drivers.contract.driver import Driver
from drivers.document_printer.printer import Trust
from drivers.document_printer.spooled import SpooledDocumentPrinter
from drivers.family import FamilySettings, Place


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: ipp://localhost[:631]/printers/NAME. `device`: the printer's own ipp://host[:631]/path, for evidence.

    `life_counter` and `a4_ready` as in the family ipp, for what `device` says.
    """

    device: str = ""
    life_counter: bool = True
    a4_ready: bool = False


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when an address is none."""
    return SpooledDocumentPrinter(settings.port, settings.device, trust=Trust(settings.life_counter, settings.a4_ready))
