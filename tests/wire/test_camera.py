"""The camera driver against its virtual twin."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from drivers.camera.camera import OpencvCamera
from drivers.contract.commands import Photo, PreviewStarted, StartPreview, StopPreview, TakePhoto
from drivers.contract.errors import DeviceFault, DeviceOffline
from drivers.contract.status import DeviceState
from kiosk.frames import FrameReader
from kiosk.ipc import Control
from tests.wire.conftest import Twin


@pytest.fixture
def device(twin: Callable[..., Twin]) -> Twin:
    return twin("camera", "--port", "0")


@pytest.fixture
def camera(device: Twin, tmp_path: Path) -> Iterator[OpencvCamera]:
    opened = OpencvCamera(f"http://127.0.0.1:{device.port}/stream", str(tmp_path / "camera.frames"))
    yield opened
    opened.close()


def test_frames_move_in_the_shared_picture_and_are_gone_afterwards(camera: OpencvCamera) -> None:
    started = camera.execute(StartPreview(), Control(15))
    assert isinstance(started, PreviewStarted)
    assert (started.width, started.height) == (640, 480)
    reader = FrameReader(started.path)
    control, seen = Control(10), set()
    while len(seen) < 3:
        if (picture := reader.latest()) is not None:
            seen.add(picture.rgb)
        control.wait(0.05)
    camera.execute(StopPreview(), Control(5))
    assert reader.latest() is None
    assert not Path(started.path).read_bytes().strip(b"\0")
    reader.close()


@pytest.mark.parametrize(("fault", "problem"), [("none", ()), ("black", ("covered",)), ("bright", ("covered",))])
def test_a_photo_says_what_is_wrong_with_it(
    device: Twin, camera: OpencvCamera, fault: str, problem: tuple[str, ...]
) -> None:
    device.fault(fault)
    camera.execute(StartPreview(), Control(15))
    photo = camera.execute(TakePhoto(), Control(5))
    assert isinstance(photo, Photo)
    assert photo.problems == problem
    assert Image.open(io.BytesIO(photo.jpeg)).size == (640, 480)


def test_a_photo_without_preview_and_an_absent_camera_are_told_apart(device: Twin, camera: OpencvCamera) -> None:
    assert camera.report(Control(5)).state is DeviceState.ONLINE
    with pytest.raises(DeviceFault):
        camera.execute(TakePhoto(), Control(5))
    device.do("POST", "/unplug")
    with pytest.raises(DeviceOffline):
        camera.report(Control(5))
    with pytest.raises(DeviceOffline):
        camera.execute(StartPreview(), Control(15))
    device.do("POST", "/plug")
    assert isinstance(camera.execute(StartPreview(), Control(15)), PreviewStarted)
