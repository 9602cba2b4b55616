"""Every page in every theme, judged on its pixels; and the judge sees what is wrong."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from kiosk.views import Appearance, Language, TextSize, Theme
from ui.app import running_app
from ui.gallery import settle
from ui.gallery_samples import sample_views
from ui.metrics import Metrics, px_per_mm_for
from ui.screens.registry import OVERLAYS
from ui.tokens import TOKENS
from ui.verdict import _linear, contrast, judge
from ui.window import KioskWindow


@pytest.mark.parametrize(
    ("theme", "language", "size"),
    [
        (Theme.NORMAL, Language.SIMPLIFIED, TextSize.STANDARD),
        (Theme.DARK, Language.ENGLISH, TextSize.LARGER),
        (Theme.CONTRAST_LIGHT, Language.ENGLISH, TextSize.STANDARD),
        (Theme.CONTRAST_DARK, Language.TRADITIONAL, TextSize.LARGE),
    ],
)
def test_every_page_of_every_theme_passes(
    window: KioskWindow, pictures: tuple[bytes, bytes], theme: Theme, language: Language, size: TextSize
) -> None:
    metrics = Metrics(px_per_mm_for(window.width(), window.height()), TOKENS.sizes[size])
    wrong: list[str] = []
    for name, view in sample_views(language, False, *pictures, Appearance(theme, size)).items():
        if isinstance(view, OVERLAYS):
            continue
        window.show_view(view)
        settle(running_app())
        verdict = judge(window, metrics, theme)
        wrong += [f"{name}: {said}" for said in verdict.wrong]
        assert 1 < verdict.faintest <= 21
    assert wrong == []


def painted(ink: str, back: str) -> QImage:
    image = QImage(200, 60, QImage.Format.Format_RGB32)
    image.fill(QColor(back))
    painter = QPainter(image)
    painter.fillRect(QRect(40, 20, 60, 12), QColor(ink))
    painter.end()
    return image


@pytest.mark.parametrize(
    ("ink", "back", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1.0)]
)
def test_the_meter_gives_the_published_ratios(ink: str, back: str, ratio: float) -> None:
    found = contrast(_linear(painted(ink, back)), QRect(0, 0, 200, 60))
    assert found == pytest.approx(ratio, abs=0.02)


def test_a_cut_word_and_a_small_target_are_found(window: KioskWindow) -> None:
    window.show_view(sample_views(Language.ENGLISH, look=Appearance(size=TextSize.LARGEST))["choice"])
    window.resize(1080, 500)
    settle(running_app())
    too_large = Metrics(px_per_mm_for(1080, 1920) * 3, 1.0)
    wrong = judge(window, too_large, Theme.NORMAL).wrong
    assert any(said.startswith("small") for said in wrong)
