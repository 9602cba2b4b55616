"""Text is plain, wraps anywhere, elides when told, and never freezes the page."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from kiosk.texts import Texts
from kiosk.views import Language, ReviewView, Row, View
from ui.components.kit import Kit
from ui.components.text import Paragraph, Text, balanced_width, clean
from ui.gallery_samples import sample_views
from ui.metrics import Metrics
from ui.window import KioskWindow


@pytest.fixture
def kit(qtbot: QtBot, texts: Texts) -> Kit:
    return Kit(Metrics(4.03), texts, "zh-Hans")


def test_markup_is_shown_as_it_was_written(kit: Kit) -> None:
    assert Text(kit, "<b>王</b>&amp;<img src='/etc/passwd'>").text() == "<b>王</b>&amp;<img src='/etc/passwd'>"


def test_direction_and_control_characters_are_blanked() -> None:
    assert clean("王\u202e小\x00明\x1b[31m") == "王 小 明 [31m"


def test_a_word_longer_than_the_line_is_broken(kit: Kit) -> None:
    paragraph = Paragraph("A" * 300, kit.font(40), 500)
    assert "".join(paragraph.lines) == "A" * 300
    assert paragraph.natural_width <= 500


def test_characters_outside_the_basic_plane_are_not_torn(kit: Kit) -> None:
    name = "𠮷𡃁𪚥" * 40
    assert "".join(Paragraph(name, kit.font(40), 333).lines) == name


def test_a_limit_of_lines_ends_in_an_ellipsis(kit: Kit) -> None:
    paragraph = Paragraph("长" * 300, kit.font(40), 500, 2)
    assert len(paragraph.lines) == 2
    assert paragraph.is_elided
    assert paragraph.lines[-1].endswith("…")


def test_balancing_keeps_the_number_of_lines(kit: Kit) -> None:
    title, face = "您从哪一年的哪一个月开始领取长者长寿保健金", kit.font(64, True)
    width = balanced_width(title, face, 900)
    assert width < 900
    assert len(Paragraph(title, face, width).lines) == len(Paragraph(title, face, 900).lines)


@pytest.mark.parametrize(
    "name", ["欧" * 300, "W" * 300, "á\u0301" * 300, "ཨ་ " * 100], ids=["han", "latin", "marks", "tibetan"]
)
def test_a_name_of_300_characters_does_not_freeze_a_page(
    window: KioskWindow, show: Callable[[View], None], name: str
) -> None:
    review = sample_views(Language.SIMPLIFIED)["review"]
    assert isinstance(review, ReviewView)
    began = time.process_time()
    show(review)
    usual = time.process_time() - began
    show(msgspec.structs.replace(review, title=name, rows=tuple(Row(name, name, "x") for _ in range(8))))
    taken = time.process_time() - began - usual
    assert taken < 40 * usual + 0.5  # a ratio: freezing means thousands of times
    labels = [label for label in window.findChildren(Text) if label.isVisible()]
    assert not any(label.is_cut for label in labels)
