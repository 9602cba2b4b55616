"""The preview shows what the camera writes, only while it is visible, and lets go of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.frames import FrameWriter
from kiosk.texts import Texts
from ui.components.camera import CameraPicture
from ui.components.kit import Kit
from ui.metrics import Metrics


@pytest.fixture
def kit(texts: Texts) -> Kit:
    return Kit(Metrics(4.03), texts, "zh-Hans")


def _middle(preview: CameraPicture) -> tuple[int, int, int]:
    image = preview.grab().toImage()
    colour = image.pixelColor(image.width() // 2, image.height() // 2)
    return colour.red(), colour.green(), colour.blue()


def test_a_frame_is_painted_and_the_next_one_replaces_it(qtbot: QtBot, kit: Kit, tmp_path: Path) -> None:
    writer = FrameWriter(str(tmp_path / "frames"))
    writer.write(64, 48, bytes((200, 10, 10)) * (64 * 48))
    preview = CameraPicture(kit, str(tmp_path / "frames"))
    qtbot.addWidget(preview)
    preview.resize(400, 400)
    preview.show()
    qtbot.waitUntil(lambda: _middle(preview) == (200, 10, 10))
    writer.write(64, 48, bytes((10, 200, 10)) * (64 * 48))
    qtbot.waitUntil(lambda: _middle(preview) == (10, 200, 10))
    writer.close()


def test_a_camera_that_comes_late_is_found(qtbot: QtBot, kit: Kit, tmp_path: Path) -> None:
    preview = CameraPicture(kit, str(tmp_path / "frames"))
    qtbot.addWidget(preview)
    preview.resize(400, 400)
    preview.show()
    writer = FrameWriter(str(tmp_path / "frames"))
    writer.write(8, 8, bytes((7, 8, 9)) * 64)
    qtbot.waitUntil(lambda: _middle(preview) == (7, 8, 9))
    writer.close()


def test_a_hidden_preview_holds_no_picture_and_asks_for_none(qtbot: QtBot, kit: Kit, tmp_path: Path) -> None:
    writer = FrameWriter(str(tmp_path / "frames"))
    writer.write(8, 8, bytes((200, 10, 10)) * 64)
    preview = CameraPicture(kit, str(tmp_path / "frames"))
    qtbot.addWidget(preview)
    preview.resize(400, 400)
    preview.show()
    qtbot.waitUntil(lambda: _middle(preview) == (200, 10, 10))
    preview.hide()
    assert _middle(preview) != (200, 10, 10)
    writer.close()


def test_a_file_that_is_no_frame_store_is_waited_out(qtbot: QtBot, kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "frames").write_bytes(b"short")
    preview = CameraPicture(kit, str(tmp_path / "frames"))
    qtbot.addWidget(preview)
    preview.resize(400, 400)
    preview.show()
    assert _middle(preview) is not None


@pytest.mark.parametrize(("paper", "left"), [(True, (200, 10, 10)), (False, (10, 10, 200))])
def test_a_face_is_shown_as_in_a_mirror_and_a_paper_as_it_is_read(
    qtbot: QtBot, kit: Kit, tmp_path: Path, paper: bool, left: tuple[int, int, int]
) -> None:
    writer = FrameWriter(str(tmp_path / "frames"))
    writer.write(64, 48, (bytes((200, 10, 10)) * 32 + bytes((10, 10, 200)) * 32) * 48)
    preview = CameraPicture(kit, str(tmp_path / "frames"), paper=paper)
    qtbot.addWidget(preview)
    preview.resize(400, 400)
    preview.show()

    def shown() -> bool:
        colour = preview.grab().toImage().pixelColor(120, 200)
        return (colour.red(), colour.green(), colour.blue()) == left

    qtbot.waitUntil(shown)
    assert shown()
    writer.close()
