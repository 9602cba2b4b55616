"""Multi-card modules with 02 … 03 frames, on a serial line or a box that carries one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from drivers.contract.driver import Driver
from drivers.family import FamilySettings, Place
from drivers.id_card.multi_card import MultiCardModule
from drivers.id_card.photo import PhotoDecoder
from drivers.id_card.reader import IdCardReader
from drivers.transport import open_transport


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: tty path, socket://host:port or rfc2217://host:port. Photos as for `sam_v`."""

    baud: Annotated[int, msgspec.Meta(gt=0)] = 115200
    photo_library: str = ""
    photo_function: str = "unpack"


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is none."""
    photos = PhotoDecoder(Path(settings.photo_library), settings.photo_function) if settings.photo_library else None
    return IdCardReader(MultiCardModule(open_transport(settings.port, settings.baud), settings.baud), photos)
