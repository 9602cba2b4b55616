"""A4 printers that speak IPP themselves (RFC 8010, 8011)."""

from __future__ import annotations

from drivers.contract.driver import Driver
from drivers.document_printer.printer import IppDocumentPrinter
from drivers.family import FamilySettings, Place


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: ipp://host[:631]/path."""


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    return IppDocumentPrinter(settings.port)
