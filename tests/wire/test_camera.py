"""The camera driver against its virtual twin, through every misfortune."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from drivers.camera.camera import CameraOptions, OpencvCamera
from drivers.camera.stream import Expected
from drivers.contract.commands import (
    DEVICE_CONTRACT,
    Acknowledged,
    Photo,
    PreviewStarted,
    ScanCode,
    StartPreview,
    StopPreview,
    TakePhoto,
)
from drivers.contract.errors import DeviceError, DeviceFault, DeviceOffline, UnsupportedCommand
from drivers.contract.status import DeviceRole, DeviceState
from kiosk.frames import FrameReader
from kiosk.ipc import Cancelled, Client, Control
from tests.wire.conftest import Twin

MEMORY = Path("/dev/shm")  # the test is about where pictures lie


@pytest.fixture
def device(twin: Callable[..., Twin]) -> Twin:
    return twin("camera", "--port", "0")


@pytest.fixture
def frames() -> Iterator[str]:
    path = MEMORY / f"doorstep-test-{os.getpid()}.frames"
    yield str(path)
    path.unlink(missing_ok=True)


@pytest.fixture
def make(device: Twin, frames: str) -> Iterator[Callable[..., OpencvCamera]]:
    made: list[OpencvCamera] = []

    def build(**changes: object) -> OpencvCamera:
        base = f"http://127.0.0.1:{device.port}"
        options = {"lenses": {"colour": f"{base}/stream", "infrared": f"{base}/infrared"}, "frames": frames} | changes
        made.append(OpencvCamera(CameraOptions(**options)))  # type: ignore[arg-type]  # the test's own words
        return made[-1]

    yield build
    for camera in made:
        camera.close()


@pytest.fixture
def camera(make: Callable[..., OpencvCamera]) -> OpencvCamera:
    return make()


def until(camera: OpencvCamera, state: DeviceState, within_s: float = 12.0) -> str:
    """Wait until the driver reports a state; its hint."""
    control = Control(within_s)
    while (report := camera.report(Control(3))).state is not state:
        control.wait(0.1)
    return report.hint


def started(camera: OpencvCamera, lens: str = "colour") -> PreviewStarted:
    answer = camera.execute(StartPreview(lens), Control(15))  # type: ignore[arg-type]  # a lens
    assert isinstance(answer, PreviewStarted)
    return answer


def test_frames_move_in_the_shared_ring_and_are_gone_afterwards(camera: OpencvCamera) -> None:
    preview = started(camera)
    assert (preview.width, preview.height) == (640, 480)
    reader = FrameReader(preview.path)
    control, seen = Control(10), set()
    while len(seen) < 3:
        if (picture := reader.latest()) is not None:
            seen.add(picture.rgb)
        control.wait(0.05)
    assert isinstance(camera.execute(StopPreview(), Control(5)), Acknowledged)
    assert reader.latest() is None
    assert not Path(preview.path).exists()
    reader.close()


@pytest.mark.parametrize("lens", ["colour", "infrared"])
def test_each_lens_can_be_watched_and_photographed(camera: OpencvCamera, lens: str) -> None:
    started(camera, lens)
    photo = camera.execute(TakePhoto(), Control(5))
    assert isinstance(photo, Photo)
    red, green, blue = Image.open(io.BytesIO(photo.jpeg)).getpixel((320, 300))[:3]  # type: ignore[index]  # RGB
    assert (red == green == blue) is (lens == "infrared")


def test_a_lens_that_the_camera_does_not_have_is_unsupported(make: Callable[..., OpencvCamera], device: Twin) -> None:
    camera = make(lenses={"colour": f"http://127.0.0.1:{device.port}/document"})
    assert started(camera).width == 640
    with pytest.raises(UnsupportedCommand):
        started(camera, "infrared")
    with pytest.raises(UnsupportedCommand):
        camera.execute(ScanCode(), Control(1))


@pytest.mark.parametrize(
    ("fault", "problem"),
    [("none", ()), ("black", ("covered",)), ("bright", ("too_bright",)), ("covered", ("covered",))],
)
def test_a_photo_says_what_is_wrong_with_it(
    device: Twin, camera: OpencvCamera, fault: str, problem: tuple[str, ...]
) -> None:
    device.fault(fault)
    started(camera)
    photo = camera.execute(TakePhoto(), Control(5))
    assert isinstance(photo, Photo)
    assert photo.problems == problem
    assert Image.open(io.BytesIO(photo.jpeg)).size == (640, 480)


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        ("frozen", "stands still"),
        ("black", "covered"),
        ("covered", "covered"),
        ("bright", "white"),
        ("slow", "too few"),
    ],
)
def test_a_stream_that_is_no_picture_of_now_is_not_plainly_online(
    device: Twin, camera: OpencvCamera, fault: str, hint: str
) -> None:
    started(camera)
    assert camera.report(Control(3)).state is DeviceState.ONLINE
    device.fault(fault)
    assert hint in until(camera, DeviceState.HARDWARE_ERROR)
    device.fault("none")
    until(camera, DeviceState.ONLINE)


def test_nobody_is_photographed_by_a_picture_that_stands_still(device: Twin, camera: OpencvCamera) -> None:
    started(camera)
    device.fault("frozen")
    until(camera, DeviceState.HARDWARE_ERROR)
    with pytest.raises(DeviceFault, match="still"):
        camera.execute(TakePhoto(), Control(3))


def test_pictures_of_another_size_than_the_profile_says_are_noticed(
    make: Callable[..., OpencvCamera], device: Twin
) -> None:
    camera = make(expected=Expected(1280, 720))
    started(camera)
    assert "size" in until(camera, DeviceState.HARDWARE_ERROR)


@pytest.mark.parametrize(
    "fault", ["garbage", "bad_checksum", "truncated", "noise", "byte_at_a_time", "stale", "wrong_length"]
)
def test_a_spoiled_stream_is_lived_through(device: Twin, camera: OpencvCamera, fault: str) -> None:
    started(camera)
    device.do("POST", "/fault", fault=fault, answers=5)
    until(camera, DeviceState.ONLINE)
    assert isinstance(camera.execute(TakePhoto(), Control(5)), Photo)


@pytest.mark.parametrize("fault", ["mute", "endless_header", "not_found", "silent"])
def test_a_camera_that_never_shows_anything_is_an_error_within_its_time(
    device: Twin, camera: OpencvCamera, fault: str
) -> None:
    device.fault(fault)
    begun = time.monotonic()
    with pytest.raises(DeviceError):
        camera.execute(StartPreview(), Control(5))
    assert time.monotonic() - begun < 5.2
    device.fault("none")
    device.do("POST", "/unplug")  # a stream that hangs ends with its cable
    device.do("POST", "/plug")
    assert started(camera).width == 640


def test_opening_a_mute_camera_can_be_cancelled_at_once(device: Twin, camera: OpencvCamera) -> None:
    device.fault("mute")
    control = Control(30)
    timer = threading.Timer(0.3, control.cancel)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        camera.execute(StartPreview(), control)
    assert time.monotonic() - begun < 0.3 + 0.2
    device.do("POST", "/unplug")


def test_a_preview_goes_on_by_itself_when_the_camera_is_plugged_in_again(device: Twin, camera: OpencvCamera) -> None:
    preview = started(camera)
    reader = FrameReader(preview.path)
    device.do("POST", "/unplug")
    until(camera, DeviceState.OFFLINE)
    device.do("POST", "/plug")
    until(camera, DeviceState.ONLINE)
    control = Control(10)
    while reader.latest() is None:
        control.wait(0.05)
    assert isinstance(camera.execute(TakePhoto(), Control(5)), Photo)
    reader.close()


def test_a_preview_that_nobody_ends_ends_by_itself_and_is_wiped(make: Callable[..., OpencvCamera], frames: str) -> None:
    camera = make(longest_s=1.0)
    started(camera)
    control = Control(10)
    while Path(frames).read_bytes().strip(b"\0"):
        control.wait(0.1)
    with pytest.raises(DeviceFault, match="preview"):
        camera.execute(TakePhoto(), Control(3))


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
    assert started(camera).width == 640


@pytest.mark.parametrize("source", ["/dev/null", "/dev/video99", "/nonexistent/clip.avi", "http://127.0.0.1:9/stream"])
def test_a_source_that_is_no_camera_is_offline(make: Callable[..., OpencvCamera], source: str) -> None:
    camera = make(lenses={"colour": source})
    with pytest.raises(DeviceOffline):
        camera.execute(StartPreview(), Control(8))


def test_pictures_never_lie_on_a_disk(make: Callable[..., OpencvCamera]) -> None:
    camera = make(frames="/usr/doorstep.frames")
    with pytest.raises(DeviceFault, match="tmpfs"):
        camera.execute(StartPreview(), Control(5))
    assert not Path("/usr/doorstep.frames").exists()


def test_the_self_test_measures_both_lenses_and_says_what_to_do(device: Twin, camera: OpencvCamera) -> None:
    tested = camera.self_test(Control(20))
    assert tested.passed
    assert [step.tried for step in tested.steps] == [
        "colour stream",
        "colour picture",
        "infrared stream",
        "infrared picture",
    ]
    assert tested.steps[0].seen.startswith("640×480, ")
    device.fault("black")
    failed = camera.self_test(Control(20))
    assert not failed.passed
    assert "covered" in failed.steps[0].advice


def test_what_a_killed_host_left_in_memory_is_gone_at_its_next_start(device: Twin, tmp_path: Path) -> None:
    frames = MEMORY / f"doorstep-killed-{os.getpid()}.frames"
    profile = tmp_path / "p.toml"
    port = f'port = "http://127.0.0.1:{device.port}/stream"'
    profile.write_text(f'[devices.camera]\ndriver = "opencv"\n{port}\nframes = "{frames}"\n')
    socket = tmp_path / "camera.sock"
    command = [sys.executable, "-m", "drivers.host", "camera", "--socket", str(socket), "--config", str(profile)]
    for life in range(2):
        host = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        client = Client(str(socket), DEVICE_CONTRACT)
        assert client.wait_connected(15)
        if life == 0:
            client.call(StartPreview(), 15)
            host.send_signal(signal.SIGKILL)
            host.wait(10)
            assert frames.read_bytes().strip(b"\0")
        else:
            control = Control(10)
            while frames.exists():
                control.wait(0.05)
            host.terminate()
            host.wait(10)
        client.close()
    assert not frames.exists()


def test_the_document_camera_is_the_same_driver_in_another_role(device: Twin, frames: str) -> None:
    options = CameraOptions({"colour": f"http://127.0.0.1:{device.port}/document"}, frames)
    camera = OpencvCamera(options, DeviceRole.DOCUMENT_CAMERA)
    assert camera.report(Control(3)).role is DeviceRole.DOCUMENT_CAMERA
    assert started(camera).width == 640
    camera.close()
