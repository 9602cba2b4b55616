"""ESC/POS printers that know no more than the common commands."""

from __future__ import annotations

from drivers.contract.driver import Driver
from drivers.family import Place
from drivers.receipt_printer.dialect import Dialect, ReceiptSettings
from drivers.receipt_printer.printer import build_printer


class Settings(ReceiptSettings, frozen=True, kw_only=True):
    """`automatic_status`: have the printer tell changes by itself while it prints (GS a); some old firmware cannot."""

    automatic_status: bool = True


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    dialect = Dialect(automatic_status=settings.automatic_status)
    return build_printer(settings, dialect, place)
