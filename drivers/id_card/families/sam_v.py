"""SAM_V readers on a serial line, or on a box that carries one over the network."""

from __future__ import annotations

from typing import Annotated

import msgspec

from drivers.contract.driver import Driver
from drivers.family import FamilySettings, Place
from drivers.id_card.reader import SamVReader
from drivers.transport import open_transport


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: tty path, socket://host:port or rfc2217://host:port. `probe_bauds` tries every speed of the standard."""

    baud: Annotated[int, msgspec.Meta(gt=0)] = 115200
    probe_bauds: bool = False


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    transport = open_transport(settings.port, settings.baud)
    return SamVReader(transport, settings.baud, settings.probe_bauds)
