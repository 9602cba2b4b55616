"""Plain documents: every sign can be read back, pictures fill their page, what cannot be set is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pypdfium2
import pytest

from drivers.contract.errors import InvalidMedia
from drivers.contract.pages import Box, BoxesPart, FieldPart, HeadingPart, Pages, TablePart, TextPart
from drivers.document_printer.compose import MOST_PICTURE_BYTES, Composer
from drivers.document_printer.render import render_pages

RARE = "㛃䶮𠮷"  # an extension-A sign, a surname of few, an extension-B sign
FORM = Pages(
    title="失业登记（申请表）",
    subtitle="人社",
    parts=(
        HeadingPart("一、申请人"),
        FieldPart("姓名", value=f"黄{RARE}"),
        FieldPart("住址", hint="写到门牌号", lines=2),
        BoxesPart("原因", (Box("合同到期"), Box("单位解除", ticked=True))),
        TablePart("家人", ("姓名", "关系"), (("陈小明", "子"),), blank=2),
        TextPart("#let x = 1 <b>不是标记</b> $a$"),
    ),
    numbers="第{page}页，共{pages}页",
)


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer()


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)


def picture(width: int, height: int) -> bytes:
    """White with a black left half."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[:, : width // 2] = 0
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def page_pixels(pdf: bytes, number: int = 0) -> np.ndarray:
    png = render_pages(pdf, 420).pages[number]
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)


def test_everything_that_was_written_can_be_read_back(composer: Composer) -> None:
    made = composer.compose(FORM)
    text = text_of(made.pdf)
    for said in (FORM.title, "一、申请人", f"黄{RARE}", "写到门牌号", "单位解除", "陈小明", "第1页，共1页"):
        assert said in text
    assert made.count == 1


def test_markup_in_an_answer_stays_text(composer: Composer) -> None:
    assert "#let x = 1 <b>不是标记</b> $a$" in text_of(composer.compose(FORM).pdf)


def test_a_sign_that_no_font_has_is_refused_and_not_left_out(composer: Composer) -> None:
    with pytest.raises(InvalidMedia) as caught:
        composer.compose(Pages("x", (TextPart("\U000f1234"),)))
    assert caught.value.evidence["cause"] == "typeset"


def test_a_wide_picture_is_turned_to_fill_the_page(composer: Composer) -> None:
    made = composer.compose(Pages("copy", pictures=(picture(800, 500), picture(500, 800))))
    assert made.count == 2
    turned, upright = page_pixels(made.pdf, 0), page_pixels(made.pdf, 1)
    high, wide = turned.shape
    assert turned[high // 4, wide // 2] < 50 < 200 < turned[3 * high // 4, wide // 2]  # left became top
    assert upright[high // 2, wide // 4] < 50 < 200 < upright[high // 2, 3 * wide // 4]


def test_written_pages_come_before_pictures(composer: Composer) -> None:
    made = composer.compose(Pages("两者", (TextPart("先看字"),), pictures=(picture(500, 800),)))
    assert made.count == 2
    assert "先看字" in text_of(made.pdf)


@pytest.mark.parametrize(
    ("pages", "cause"),
    [
        (Pages("nothing"), "parts"),
        (Pages("many", (TextPart("x"),) * 401), "parts"),
        (Pages("large", pictures=(b"\xff" * (MOST_PICTURE_BYTES + 1),)), "pictures"),
        (Pages("broken", pictures=(b"no picture",)), "pictures"),
    ],
)
def test_what_cannot_be_set_is_refused(composer: Composer, pages: Pages, cause: str) -> None:
    with pytest.raises(InvalidMedia) as caught:
        composer.compose(pages)
    assert caught.value.evidence["cause"] == cause
