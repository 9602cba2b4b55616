"""Pictures shared between the camera's process and the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.frames import FrameReader, FrameWriter


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
