"""Colours and fonts. The colours of the four themes stand in ui/tokens.toml; tests/ui/test_tokens.py holds them to
their contrasts.

Not responsible for sizes (ui.metrics).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from kiosk.views import Theme
from ui.tokens import TOKENS, Colours

NORMAL = TOKENS.themes[Theme.NORMAL]

_FAMILIES = {
    "zh-Hans": ("Noto Sans CJK SC", "Noto Sans CJK TC"),
    "zh-Hant": ("Noto Sans CJK TC", "Noto Sans CJK HK", "Noto Sans CJK SC"),
    "en": ("Noto Sans CJK SC", "Noto Sans CJK TC"),
}


@dataclass(frozen=True)
class Style:
    """What the on-screen keyboards write with: language (for the face) and colours."""

    language: str
    colours: Colours


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
    palette.setColor(QPalette.ColorRole.Window, QColor(NORMAL.paper))
    palette.setColor(QPalette.ColorRole.Base, QColor(NORMAL.surface))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(role, QColor(NORMAL.ink))
    palette.setColor(QPalette.ColorRole.Highlight, QColor(NORMAL.accent))
    palette.setColor(QPalette.ColorRole.HighlightedText, QColor(NORMAL.accent_ink))
    app.setPalette(palette)
