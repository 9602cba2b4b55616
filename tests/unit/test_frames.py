"""Pictures shared between the camera's process and the screen."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.frames import MAX_HEIGHT, MAX_WIDTH, SLOTS, FrameReader, FrameWriter, in_memory, wipe_leftover


def test_the_reader_sees_each_picture_whole_and_once(tmp_path: Path) -> None:
    path = str(tmp_path / "camera.frames")
    writer = FrameWriter(path)
    reader = FrameReader(path)
    assert reader.latest() is None
    writer.write(2, 1, b"abcdef")
    first = reader.latest()
    assert first is not None
    assert (first.width, first.height, first.rgb) == (2, 1, b"abcdef")
    assert reader.latest(after=first.sequence) is None
    writer.write(1, 1, b"xyz")
    second = reader.latest(after=first.sequence)
    assert second is not None
    assert second.rgb == b"xyz"
    reader.close()
    writer.close()


def test_nothing_of_a_picture_is_left_after_the_wipe(tmp_path: Path) -> None:
    path = tmp_path / "camera.frames"
    writer = FrameWriter(str(path))
    writer.write(2, 1, b"SECRET")
    assert b"SECRET" in path.read_bytes()
    writer.close()
    assert not path.read_bytes().strip(b"\0")


def test_a_picture_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    writer = FrameWriter(str(tmp_path / "f"))
    for width, height, data in ((4000, 1, b"x" * 12000), (2, 2, b"short")):
        with pytest.raises(ValueError, match="does not fit"):
            writer.write(width, height, data)
    writer.close()


def test_a_picture_repr_shows_no_pixels(tmp_path: Path) -> None:
    writer = FrameWriter(str(tmp_path / "f"))
    writer.write(2, 1, b"SECRET")
    reader = FrameReader(str(tmp_path / "f"))
    assert "SECRET" not in repr(reader.latest())
    reader.close()
    writer.close()


def test_a_picture_that_is_overwritten_while_it_is_copied_is_dropped(tmp_path: Path) -> None:
    path = str(tmp_path / "f")
    writer, reader = FrameWriter(path), FrameReader(path)

    class Overtaken:
        """The mapped file, in which the writer moves on by `ahead` pictures between copy and second look."""

        def __init__(self, ahead: int) -> None:
            self._map, self._ahead, self._looks = reader._map, ahead, 0

        def __getitem__(self, part: slice) -> bytes:
            self._looks += 1
            if self._looks == 3:
                for _ in range(self._ahead):
                    writer.write(1, 1, b"new")
            return bytes(self._map[part])

        def close(self) -> None:
            self._map.close()

    for ahead, whole in ((0, True), (SLOTS - 2, True), (SLOTS - 1, False), (SLOTS + 3, False)):
        writer.write(1, 1, b"old")
        reader._map = Overtaken(ahead)  # type: ignore[assignment]  # stands in for the mapping
        picture = reader.latest()
        assert (picture is not None) is whole
        reader._map = reader._map._map
    reader.close()
    writer.close()


def test_a_folder_in_memory_is_told_from_one_on_a_disk() -> None:
    assert in_memory("/dev/shm/camera.frames")
    assert not in_memory("/usr/camera.frames")


def test_what_a_killed_writer_left_is_wiped_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "f"
    writer = FrameWriter(str(path))
    writer.write(2, 1, b"SECRET")
    reader = FrameReader(str(path))
    wipe_leftover(str(path))
    assert not path.exists()
    assert reader.latest() is None
    wipe_leftover(str(path))
    reader.close()
    writer.close()


def test_a_link_is_neither_written_through_nor_wiped_through(tmp_path: Path) -> None:
    elsewhere, link = tmp_path / "elsewhere", tmp_path / "f"
    elsewhere.write_bytes(b"not a picture")
    link.symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic"):
        FrameWriter(str(link))
    wipe_leftover(str(link))
    assert not link.is_symlink()
    assert elsewhere.read_bytes() == b"not a picture"


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sequence=st.integers(0, 2**64 - 1),
    size=st.tuples(*[st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, MAX_HEIGHT, MAX_WIDTH + 1]))] * 2),
)
def test_a_head_gone_mad_never_gives_a_picture_shorter_than_its_size(
    tmp_path: Path, sequence: int, size: tuple[int, int]
) -> None:
    path = tmp_path / "f"
    writer, reader = FrameWriter(str(path)), FrameReader(str(path))
    with path.open("r+b") as file:
        file.write(struct.pack("<8sQII", b"DSFRAME2", sequence, *size))
    picture = reader.latest()
    assert picture is None or len(picture.rgb) == picture.width * picture.height * 3 > 0
    reader.close()
    writer.close()
