"""SAM_V readers on a serial line, or on a box that carries one over the network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from drivers.contract.driver import Driver
from drivers.family import FamilySettings, Place
from drivers.id_card.photo import PhotoDecoder
from drivers.id_card.reader import IdCardReader
from drivers.id_card.sam_v import SamVModule, SamVOptions
from drivers.transport import open_transport

Baud = Literal[115200, 57600, 38400, 19200, 9600]


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: tty path, socket://host:port or rfc2217://host:port. `probe_bauds` tries every speed of the standard.

    `set_baud` (60 xx) and `max_rf_bytes` (61 FF) are sent only when set: one source knows them. `photo_library` is
    the maker's WLT decoder, `photo_function` its entry.
    """

    baud: Baud = 115200
    probe_bauds: bool = False
    set_baud: Baud | Literal[0] = 0
    max_rf_bytes: Annotated[int, msgspec.Meta(ge=0, le=255)] = 0
    photo_library: str = ""
    photo_function: str = "unpack"


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    transport = open_transport(settings.port, settings.baud)
    options = SamVOptions(settings.baud, settings.probe_bauds, settings.set_baud, settings.max_rf_bytes)
    photos = PhotoDecoder(Path(settings.photo_library), settings.photo_function) if settings.photo_library else None
    return IdCardReader(SamVModule(transport, options), photos)
