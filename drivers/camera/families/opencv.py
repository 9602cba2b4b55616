"""Cameras that OpenCV can read: V4L2 devices, MJPEG addresses, files."""

from __future__ import annotations

from drivers.camera.camera import OpencvCamera
from drivers.contract.driver import Driver
from drivers.family import FamilySettings, Place


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`: /dev/videoN, http://… or a file. `frames`: the shared picture; by default in the host's folder."""

    frames: str = ""


def build(settings: Settings, place: Place) -> Driver:
    """The driver."""
    return OpencvCamera(settings.port, settings.frames or str(place.folder / f"{place.role}.frames"))
