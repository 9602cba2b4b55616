"""SAM_V readers on USB (0400:C35A, four bulk end points). A udev rule must let the terminal's user open them."""

from __future__ import annotations

from pathlib import Path

from drivers.contract.driver import Driver
from drivers.family import FamilySettings, Place
from drivers.id_card.four_pipes import FourPipeTransport
from drivers.id_card.photo import PhotoDecoder
from drivers.id_card.reader import IdCardReader
from drivers.id_card.sam_v import SamVModule
from drivers.transport.usb import read_address


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: usb://0400:c35a, with /serial where two readers are alike. Photos as for `sam_v`."""

    port: str = "usb://0400:c35a"
    photo_library: str = ""
    photo_function: str = "unpack"


def build(settings: Settings, place: Place) -> Driver:
    """The driver; ValueError when `port` is no USB address."""
    photos = PhotoDecoder(Path(settings.photo_library), settings.photo_function) if settings.photo_library else None
    return IdCardReader(SamVModule(FourPipeTransport(read_address(settings.port))), photos)
