"""The design tokens: every theme's text can be read, its edges seen, and a broken file stops the start."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kiosk.views import TextSize, Theme
from ui import tokens
from ui.metrics import Metrics
from ui.tokens import TOKENS, Colours, read_tokens

FILE = Path(tokens.__file__).resolve().parent / "tokens.toml"
TEXT = [
    *[(ink, back) for ink in ("ink", "ink_soft") for back in ("paper", "surface", "accent_soft", "pressed")],
    *[("accent", back) for back in ("paper", "surface", "accent_soft")],
    *[("accent_ink", back) for back in ("accent", "accent_down")],
    *[(ink, back) for ink in ("ok", "warn", "bad") for back in ("paper", "surface", f"{ink}_soft")],
    *[("ink", f"{mood}_soft") for mood in ("ok", "warn", "bad")],
    *[("ink_soft", f"{mood}_soft") for mood in ("ok", "warn")],
    ("on_warn_mark", "warn_mark"),
    ("paper", "ink"),
]
"""Every pair of a text and what it stands on."""


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def contrast(theme: Theme, one: str, other: str) -> float:
    colours = TOKENS.themes[theme]
    return _contrast(getattr(colours, one), getattr(colours, other))


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("ink", "back"), TEXT)
def test_text_keeps_the_contrast_of_its_theme(theme: Theme, ink: str, back: str) -> None:
    least = 15 if theme in {Theme.CONTRAST_LIGHT, Theme.CONTRAST_DARK} and back != "pressed" else 7
    assert contrast(theme, ink, back) >= least


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("back", ["surface_off", "surface", "paper"])
def test_what_is_not_available_stays_readable(theme: Theme, back: str) -> None:
    assert contrast(theme, "ink_off", back) >= 4.5


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("back", ["paper", "surface"])
def test_edges_of_things_to_press_and_the_ring_are_three_to_one(theme: Theme, back: str) -> None:
    assert contrast(theme, "line_strong", back) >= 3
    assert contrast(theme, "focus", back) >= 3


@pytest.mark.parametrize("theme", Theme)
def test_a_pressed_thing_looks_pressed(theme: Theme) -> None:
    colours = TOKENS.themes[theme]
    assert colours.pressed not in {colours.surface, colours.paper}
    assert colours.accent_down != colours.accent


def test_sizes_grow_and_targets_stop_at_25_millimetres() -> None:
    swells = [TOKENS.sizes[size] for size in TextSize]
    assert swells == sorted(swells)
    metrics = [Metrics(10.0, swell) for swell in swells]
    assert [m.body for m in metrics] == [100, 115, 130, 138]
    assert [m.target for m in metrics] == [200, 225, 250, 250]
    assert [m.key for m in metrics] == [150, 175, 200, 200]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('ink = "#1c2126"', 'ink = "black"', "ink"),
        ('ink = "#1c2126"', "", "ink"),
        ("[themes.dark]", "[themes.darker]", "darker"),
        ("largest = 1.25", "", "every size"),
        ("gap = 3.0", "gap = 3.0\ngaps = 4", "gaps"),
    ],
)
def test_a_broken_token_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    broken = tmp_path / "tokens.toml"
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(msgspec.ValidationError, match=said):
        read_tokens(broken)


def test_every_colour_is_used_by_name_somewhere() -> None:
    painted = "".join(path.read_text(encoding="utf-8") for path in FILE.parent.rglob("*.py"))
    unused = [name for name in Colours.__struct_fields__ if f'"{name}"' not in painted and f".{name}" not in painted]
    assert unused == []
