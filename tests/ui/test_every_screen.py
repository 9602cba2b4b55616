"""Every kind of page, in every language and size: nothing cut, nothing too small to touch, everything named."""

from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QWidget

from kiosk.views import AnyView, Appearance, Language, TextSize
from ui.app import running_app
from ui.components.button import TouchButton
from ui.components.text import Text
from ui.gallery import settle
from ui.gallery_samples import sample_views
from ui.keyboard import KeyboardPanel
from ui.metrics import Metrics, px_per_mm_for
from ui.screens.registry import OVERLAYS
from ui.tokens import TOKENS
from ui.window import KioskWindow

SHAPES = [(1080, 1920), (1920, 1080)]
MODES = [
    *((language, False, size) for language in Language for size in TextSize),
    *((language, True, TextSize.STANDARD) for language in Language),
]
Pictures = tuple[bytes, bytes]


def _is_of_keyboard(widget: object) -> bool:
    while widget is not None:
        if isinstance(widget, KeyboardPanel):
            return True
        widget = widget.parentWidget()  # type: ignore[attr-defined]  # a QWidget
    return False


def test_samples_cover_every_view_type() -> None:
    kinds = {type(view) for view in sample_views(Language.ENGLISH).values()}
    assert kinds == set(get_args(AnyView))


@pytest.mark.parametrize(("language", "care", "size"), MODES)
@pytest.mark.parametrize("shape", SHAPES, ids=["portrait", "landscape"])
def test_no_page_cuts_text_or_offers_a_target_too_small(
    window: KioskWindow, pictures: Pictures, language: Language, care: bool, size: TextSize, shape: tuple[int, int]
) -> None:
    window.resize(*shape)
    metrics = Metrics(px_per_mm_for(*shape), max(TOKENS.sizes[size], float(care)))
    wrong: list[str] = []
    for name, view in sample_views(language, care, *pictures, Appearance(size=size)).items():
        if isinstance(view, OVERLAYS):
            continue
        window.show_view(view)
        settle(running_app())
        wrong += [f"{name}: {text}" for text in _cut_texts(window)]
        wrong += [f"{name}: {text}" for text in _small_targets(window, metrics)]
    assert wrong == []


def _cut_texts(window: KioskWindow) -> list[str]:
    found: list[Text | TouchButton] = [*window.findChildren(Text), *window.findChildren(TouchButton)]
    return [f"cut: {w.text()} {w.size().toTuple()}" for w in found if w.isVisible() and w.is_cut]


def _small_targets(window: KioskWindow, metrics: Metrics) -> list[str]:
    least = min(25.0, 20 + 5 * metrics.swell) * metrics.px_per_mm
    buttons = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and not _is_of_keyboard(b)]
    assert len(buttons) >= 3
    return [f"small: {b.text()} {b.size().toTuple()}" for b in buttons if min(b.width(), b.height()) < least]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("size", [TextSize.STANDARD, TextSize.LARGE, TextSize.LARGER])
def test_in_the_low_layout_everything_to_press_is_in_the_lower_half(
    window: KioskWindow, pictures: Pictures, language: Language, size: TextSize
) -> None:
    wrong: list[str] = []
    for name, view in sample_views(language, False, *pictures, Appearance(size=size, low=True)).items():
        if isinstance(view, OVERLAYS):
            continue
        window.show_view(view)
        settle(running_app())
        buttons = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and not _is_scrolled(b)]
        tops = {b.accessibleName(): b.mapTo(window, b.rect().topLeft()).y() for b in buttons}
        wrong += [f"{name}: high: {text} {top}" for text, top in tops.items() if top < window.height() // 2]
        wrong += [f"{name}: {text}" for text in _cut_texts(window)]
    assert wrong == []


def _is_scrolled(widget: QWidget) -> bool:
    """Whether it may be moved by the page's own arrows, which are in the lower half themselves."""
    above = widget.parentWidget()
    return above is not None and (isinstance(above, QScrollArea) or _is_scrolled(above))


def test_the_low_layout_comes_and_goes_on_the_same_page(window: KioskWindow) -> None:
    low = sample_views(Language.SIMPLIFIED, look=Appearance(low=True))
    for name in ("code", "review", "code"):
        window.show_view(low[name])
        settle(running_app())
        window.show_view(sample_views(Language.SIMPLIFIED)[name])
        settle(running_app())
        titles = [text for text in window.findChildren(Text) if text.isVisible() and text.text() == low[name].title]
        assert len(titles) == 1
        assert titles[0].mapTo(window, titles[0].rect().topLeft()).y() < window.height() // 4


@pytest.mark.parametrize("overlay", ["help", "still_there"])
def test_an_overlay_fits_and_hides_the_page_below(window: KioskWindow, overlay: str) -> None:
    views = sample_views(Language.ENGLISH, care=True)
    window.show_view(views["review"])
    window.show_view(views[overlay])
    settle(running_app())
    assert _cut_texts(window) == []
    assert not any("陈演示" in text.text() for text in window.findChildren(Text) if text.isVisible())


@pytest.mark.parametrize("language", list(Language))
def test_every_control_has_a_name_for_screen_readers(
    window: KioskWindow, pictures: Pictures, language: Language
) -> None:
    for name, view in sample_views(language, False, *pictures).items():
        window.show_view(view)
        settle(running_app())
        nameless = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and not b.accessibleName()]
        assert nameless == [], name


def test_no_label_guesses_markup(window: KioskWindow, pictures: Pictures) -> None:
    from PySide6.QtCore import Qt

    for view in sample_views(Language.SIMPLIFIED, False, *pictures).values():
        window.show_view(view)
        with_text = [label for label in window.findChildren(QLabel) if label.text()]
        assert {label.textFormat() for label in with_text} <= {Qt.TextFormat.PlainText}


@pytest.mark.parametrize("shape", [(720, 1280), (800, 800), (2160, 3840), (1280, 720)])
def test_other_resolutions_scale_instead_of_clipping(window: KioskWindow, shape: tuple[int, int]) -> None:
    window.resize(*shape)
    for name in ("menu", "code", "rating", "result"):
        window.show_view(sample_views(Language.ENGLISH)[name])
        settle(running_app())
        assert window.size().toTuple() == shape
        assert _cut_texts(window) == [], name
