"""A4 printers that speak IPP themselves (RFC 8010, 8011)."""

from __future__ import annotations

from drivers.contract.driver import Driver
from drivers.document_printer.printer import IppDocumentPrinter, Trust
from drivers.family import FamilySettings, Place


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: ipp://host[:631]/path.

    `life_counter` false: the printer's life count of impressions is wrong, and is no evidence. `a4_ready`: its list
    of loaded paper sizes is right, so that a job is refused when it names no A4. `shared`: other people print
    there; their jobs are left alone, which in a terminal's own printer would be a stranger's paper.
    """

    life_counter: bool = True
    a4_ready: bool = False
    shared: bool = False


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    trust = Trust(settings.life_counter, settings.a4_ready, settings.shared)
    return IppDocumentPrinter(settings.port, trust=trust)
