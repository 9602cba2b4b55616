"""Colours and fonts. Every pair that carries text keeps 7:1 or more (tests/ui/test_theme.py computes it).

Not responsible for sizes (ui.metrics).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True)
class Colours:
    """Names say the job, not the hue."""

    ink: str = "#1c2126"  # text
    ink_soft: str = "#434b54"  # second text
    ink_off: str = "#4d545c"  # text of what is not available now; still readable
    paper: str = "#f8f5ef"  # the page, warm
    surface: str = "#ffffff"  # panels, buttons
    surface_off: str = "#efece5"  # what is not available now
    line: str = "#d9d3c7"  # hairlines
    line_strong: str = "#7f7a70"  # edges of things to press: 3:1 on paper
    accent: str = "#0b4f8a"  # the one main action
    accent_down: str = "#083a67"  # the same, pressed
    accent_ink: str = "#ffffff"  # text on accent
    accent_soft: str = "#e5eef7"  # chosen, information
    ok: str = "#0a5a35"
    ok_soft: str = "#e3f1e8"
    warn: str = "#6b3f00"
    warn_soft: str = "#fdf0d3"
    warn_mark: str = "#e8a317"  # painted, never as text
    bad: str = "#8e1b1b"
    bad_soft: str = "#fbe7e4"
    focus: str = "#c2570c"  # ring of the keyboard's focus
    glow: str = "#f4c66a"  # warm light of the door picture


COLOURS = Colours()

_FAMILIES = {
    "zh-Hans": ("Noto Sans CJK SC", "Noto Sans CJK TC"),
    "zh-Hant": ("Noto Sans CJK TC", "Noto Sans CJK HK", "Noto Sans CJK SC"),
    "en": ("Noto Sans CJK SC", "Noto Sans CJK TC"),
}


def font(language: str, px: int, bold: bool = False) -> QFont:
    """The face for `language` at `px` pixels. The second family fills in characters that the first lacks."""
    face = QFont()
    face.setFamilies([*_FAMILIES.get(language, _FAMILIES["zh-Hans"]), "sans-serif"])
    face.setPixelSize(max(1, px))
    face.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    face.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return face


def dress(app: QApplication) -> None:
    """Give the application our palette and a style that the desktop's settings cannot change."""
    app.setStyle("fusion")
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(COLOURS.paper))
    palette.setColor(QPalette.ColorRole.Base, QColor(COLOURS.surface))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(role, QColor(COLOURS.ink))
    palette.setColor(QPalette.ColorRole.Highlight, QColor(COLOURS.accent))
    palette.setColor(QPalette.ColorRole.HighlightedText, QColor(COLOURS.accent_ink))
    app.setPalette(palette)
