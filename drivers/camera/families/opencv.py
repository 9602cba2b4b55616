"""Cameras that OpenCV can read: V4L2 devices, MJPEG addresses, files; with one lens or two."""

from __future__ import annotations

from typing import Annotated

import msgspec

from drivers.camera.camera import CameraOptions, OpencvCamera
from drivers.camera.stream import Expected
from drivers.contract.driver import Driver
from drivers.family import FamilySettings, Place


class Settings(FamilySettings, frozen=True, kw_only=True):
    """`port`, and `infrared` for a second lens: /dev/videoN, http://… or a file.

    `width` and `height`: what its pictures must be (0: anything). `longest_s`: when a preview ends by itself.
    `frames`: the shared pictures, by default in the host's folder; `frames_on_disk` only for machines without a tmpfs.
    """

    infrared: str = ""
    frames: str = ""
    frames_on_disk: bool = False
    width: Annotated[int, msgspec.Meta(ge=0)] = 0
    height: Annotated[int, msgspec.Meta(ge=0)] = 0
    longest_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 600.0


def build(settings: Settings, place: Place) -> Driver:
    """The driver."""
    lenses = {"colour": settings.port} | ({"infrared": settings.infrared} if settings.infrared else {})
    frames = settings.frames or str(place.folder / f"{place.role}.frames")
    expected = Expected(settings.width, settings.height)
    options = CameraOptions(lenses, frames, expected, settings.longest_s, settings.frames_on_disk)
    return OpencvCamera(options, place.role)
