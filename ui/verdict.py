"""What a machine can judge of a painted page: cut words, targets too small, words too faint.

Measured on the pixels that were painted, not on their tokens; also as people see them who do not see red or green.

Sources: WCAG 2.2 (relative luminance, contrast); Machado, Oliveira, Fernandes 2009 (colour vision deficiency).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QWidget

from kiosk.views import Theme
from ui.components.button import TouchButton
from ui.components.text import Text
from ui.keyboard.key import Key as BoardKey
from ui.metrics import Metrics

LEAST = {Theme.CONTRAST_LIGHT: 15.0, Theme.CONTRAST_DARK: 15.0}
USUAL_LEAST = 7.0
LEAST_DEFICIENT = 4.5
"""For eyes that see one colour less: what WCAG asks of everybody."""
ROUNDING = 0.15
"""A stroke's darkest pixel is rarely as dark as its ink."""

Pixels = NDArray[np.float64]
_SEEN = {
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a page, one line each; `faintest` is the least contrast of its words."""

    wrong: tuple[str, ...]
    faintest: float


def judge(window: QWidget, metrics: Metrics, theme: Theme) -> Verdict:
    """Judge the page that `window` shows now."""
    linear = _linear(window.grab().toImage())
    wrong = [*_cut(window), *_small(window, metrics)]
    faintest = 21.0
    for name, area in _words(window):
        found = contrast(linear, area)
        faintest = min(faintest, found)
        if found < LEAST.get(theme, USUAL_LEAST) - ROUNDING:
            wrong.append(f"faint: {name} {found:.1f}")
        for eyes, seen in _SEEN.items():
            if (less := contrast(linear, area, seen)) < LEAST_DEFICIENT:
                wrong.append(f"faint to {eyes}: {name} {less:.1f}")
    return Verdict(tuple(wrong), faintest)


def _cut(window: QWidget) -> Iterator[str]:
    found: list[Text | TouchButton] = [*window.findChildren(Text), *window.findChildren(TouchButton)]
    yield from (f"cut: {one.text()}" for one in found if one.isVisible() and one.is_cut)


def _small(window: QWidget, metrics: Metrics) -> Iterator[str]:
    for button in window.findChildren(QAbstractButton):
        least = metrics.key if isinstance(button, BoardKey) else metrics.target
        if button.isVisible() and min(button.width(), button.height()) < least:
            yield f"small: {button.accessibleName()} {button.width()}x{button.height()}"


def _words(window: QWidget) -> Iterator[tuple[str, QRect]]:
    """Everything with words that shows whole, and where."""
    glass = window.rect()
    found: list[Text | TouchButton] = [*window.findChildren(Text), *window.findChildren(TouchButton)]
    for one in found:
        if not (one.isVisible() and one.isEnabled() and one.text().strip()):
            continue
        area = QRect(one.mapTo(window, one.rect().topLeft()), one.size())
        shown = one.visibleRegion().boundingRect()
        if glass.contains(area) and shown.height() >= one.height():
            yield one.text()[:20], area


def contrast(linear: Pixels, area: QRect, seen: Pixels | None = None) -> float:
    """The contrast of the words in `area` to what lies behind most of it; `seen` changes colours as an eye does."""
    part = linear[area.top() : area.bottom() + 1, area.left() : area.right() + 1].reshape(-1, 3)
    if seen is not None:
        part = np.clip(part @ seen.T, 0.0, 1.0)
    light = part @ np.array([0.2126, 0.7152, 0.0722])
    values, counts = np.unique(light.round(4), return_counts=True)
    back = float(values[counts.argmax()])
    ratios = (np.maximum(values, back) + 0.05) / (np.minimum(values, back) + 0.05)
    return float(ratios.max())


def _linear(image: QImage) -> Pixels:
    """The picture as linear light, height x width x RGB."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    table = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.arange(256) / 255])
    found: Pixels = table[raw[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3)]
    return found
