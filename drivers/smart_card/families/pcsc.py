"""Every reader that the PC/SC service knows: CCID by USB, and others by their drivers."""

from __future__ import annotations

from drivers.contract.driver import Driver
from drivers.family import FamilySettings, Place
from drivers.smart_card.reader import PcscReader


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: a part of the reader's name as `pcsc_scan` shows it; "any" takes the first."""


def build(settings: Settings, place: Place) -> Driver:
    """The driver."""
    return PcscReader("" if settings.port == "any" else settings.port)
