"""Boards that speak the protocol of docs/panel.md."""

from __future__ import annotations

from typing import Annotated

import msgspec

from drivers.contract.driver import Driver
from drivers.family import FamilySettings, Place
from drivers.panel.panel import BoardPanel
from drivers.transport import open_transport


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: tty path, socket:// or rfc2217://host:port."""

    baud: Annotated[int, msgspec.Meta(gt=0)] = 9600


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    return BoardPanel(open_transport(settings.port, settings.baud))
