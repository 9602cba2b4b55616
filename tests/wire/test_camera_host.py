"""The camera in its host and over long times: deadlines at the caller, files, memory, V4L2 as far as it goes here."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from drivers.camera.camera import CameraOptions, OpencvCamera
from drivers.camera.capture import Source, open_capture
from drivers.camera.stream import Expected
from drivers.contract.commands import (
    DEVICE_CONTRACT,
    Photo,
    PreviewStarted,
    SelfTest,
    StartPreview,
    StopPreview,
    TakePhoto,
    TestReport,
)
from drivers.contract.status import DeviceState
from kiosk.frames import FrameReader
from kiosk.ipc import Cancelled, Client, Control, RemoteError
from tests.wire.conftest import Twin

MEMORY = Path("/dev/shm")
PICTURES = 2000
GROWTH_LIMIT = 24 * 1024 * 1024


@pytest.fixture
def device(twin: Callable[..., Twin]) -> Twin:
    return twin("camera", "--port", "0")


@pytest.fixture
def frames() -> Iterator[Path]:
    path = MEMORY / f"doorstep-host-{os.getpid()}.frames"
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def host(device: Twin, tmp_path: Path, frames: Path) -> Iterator[tuple[Client, subprocess.Popen[bytes]]]:
    """A host with a camera of two lenses, and a client."""
    profile, socket = tmp_path / "p.toml", tmp_path / "camera.sock"
    base = f"http://127.0.0.1:{device.port}"
    lines = ["[devices.camera]", 'driver = "opencv"', f'port = "{base}/stream"', f'infrared = "{base}/infrared"']
    profile.write_text("\n".join([*lines, f'frames = "{frames}"']))
    command = [sys.executable, "-m", "drivers.host", "camera", "--socket", str(socket), "--config", str(profile)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    client = Client(str(socket), DEVICE_CONTRACT)
    assert client.wait_connected(15)
    yield client, process
    client.close()
    process.terminate()
    process.wait(10)


@pytest.fixture
def clip(tmp_path: Path) -> Callable[[int, float], str]:
    """Writes a film of noise."""
    import cv2  # never at collection: other tests of this process have Qt

    def write(pictures: int, fps: float) -> str:
        path, dice = str(tmp_path / "clip.avi"), np.random.default_rng(3)
        writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*"MJPG"), fps, (160, 120))
        for _ in range(pictures):
            writer.write(dice.integers(40, 220, (120, 160, 3), dtype=np.uint8))
        writer.release()
        return path

    return write


def viewers(device: Twin, wanted: int, within_s: float = 8.0) -> None:
    """Wait until so many streams are open at the camera."""
    control = Control(within_s)
    while device.do("GET", "/")["viewers"] != wanted:
        control.wait(0.05)


def test_a_deadline_reaches_the_caller_as_the_drivers_own_word(
    host: tuple[Client, subprocess.Popen[bytes]], device: Twin
) -> None:
    client, _ = host
    client.call(StartPreview(), 15)  # OpenCV is loaded with the first one
    client.call(StopPreview(), 5)
    for fault in ("mute", "silent", "endless_header"):
        device.fault(fault)
        with pytest.raises(RemoteError) as caught:  # NoAnswer would say that it came later than 0.2 s
            client.call(StartPreview(), 1.0)
        assert caught.value.error.kind == "timeout", fault
        device.do("POST", "/unplug")
        device.fault("none")
        device.do("POST", "/plug")
    assert isinstance(client.call(StartPreview(), 15), PreviewStarted)


def test_a_host_that_ends_in_the_middle_of_a_preview_leaves_no_file(
    host: tuple[Client, subprocess.Popen[bytes]], frames: Path
) -> None:
    client, process = host
    client.call(StartPreview(), 15)
    assert frames.stat().st_mode & 0o077 == 0
    process.terminate()
    process.wait(10)
    assert not frames.exists()


def test_a_cancelled_self_test_leaves_no_lens_open(device: Twin, frames: Path) -> None:
    base = f"http://127.0.0.1:{device.port}"
    camera = OpencvCamera(CameraOptions({"colour": f"{base}/stream"}, str(frames)))
    control, over = Control(20), threading.Event()

    def test() -> None:
        with pytest.raises(Cancelled):
            camera.self_test(control)
        over.set()

    thread = threading.Thread(target=test)
    thread.start()
    viewers(device, 1)
    control.cancel()
    assert over.wait(2)
    thread.join()
    viewers(device, 0)
    camera.close()


def test_a_self_test_gives_the_preview_back_to_who_watched(
    host: tuple[Client, subprocess.Popen[bytes]], device: Twin
) -> None:
    client, _ = host
    client.call(StartPreview("infrared"), 15)
    assert isinstance(client.call(SelfTest(), 30), TestReport)
    assert isinstance(client.call(TakePhoto(), 5), Photo)
    client.call(StopPreview(), 5)
    viewers(device, 0)


def test_a_film_is_played_at_its_pace_and_again_from_its_beginning(
    clip: Callable[[int, float], str], frames: Path
) -> None:
    camera = OpencvCamera(CameraOptions({"colour": clip(30, 20)}, str(frames)))
    started = camera.execute(StartPreview(), Control(8))
    assert isinstance(started, PreviewStarted)
    reader, control, newest = FrameReader(started.path), Control(20), 0
    while newest < 70:
        picture = reader.latest(newest)
        newest = picture.sequence if picture is not None else newest
        assert camera.report(Control(2)).state is DeviceState.ONLINE
        control.wait(0.02)
    assert control.remaining_s < 20 - 2.5  # 70 pictures at 20 a second
    reader.close()
    camera.close()


def test_two_thousand_pictures_cost_no_memory(clip: Callable[[int, float], str], frames: Path) -> None:
    camera = OpencvCamera(CameraOptions({"colour": clip(400, 600)}, str(frames)))
    started = camera.execute(StartPreview(), Control(8))
    assert isinstance(started, PreviewStarted)
    reader, control = FrameReader(started.path), Control(60)

    def watch_until(number: int) -> None:
        while (picture := reader.latest()) is None or picture.sequence < number:
            control.wait(0.01)

    watch_until(200)
    before = resident_bytes()
    watch_until(200 + PICTURES)
    assert resident_bytes() - before < GROWTH_LIMIT
    reader.close()
    camera.close()


class RecordedCapture:
    """Stands in for OpenCV's capture: there is no V4L2 camera here, and none can be made without a kernel module."""

    made: ClassVar[list[RecordedCapture]] = []

    def __init__(self, *arguments: Any) -> None:
        self.arguments, self.asked = arguments, {}
        self.made.append(self)

    def isOpened(self) -> bool:
        return True

    def set(self, what: int, value: float) -> bool:
        self.asked[what] = value
        return False


def test_a_v4l2_camera_is_opened_as_such_and_asked_for_the_size_of_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2

    monkeypatch.setattr(cv2, "VideoCapture", RecordedCapture)
    RecordedCapture.made.clear()
    assert open_capture(Source("/dev/video0", "unused", Expected(1280, 720))) is not None
    assert open_capture(Source("/dev/video0", "unused")) is not None
    sized, plain = RecordedCapture.made
    assert sized.arguments == plain.arguments == ("/dev/video0", cv2.CAP_V4L2)
    assert sized.asked[cv2.CAP_PROP_FRAME_WIDTH] == 1280
    assert sized.asked[cv2.CAP_PROP_FRAME_HEIGHT] == 720
    assert not plain.asked


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
