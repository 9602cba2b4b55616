"""The design tokens of ui/tokens.toml, read once and judged: an unknown or missing name stops the start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from kiosk.views import TextSize, Theme

Colour = Annotated[str, msgspec.Meta(pattern="^#[0-9a-f]{6}$")]
Pair = tuple[float, float]


class Colours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The colours of one theme, by the job they do."""

    ink: Colour
    ink_soft: Colour
    ink_off: Colour
    paper: Colour
    surface: Colour
    surface_off: Colour
    line: Colour
    line_strong: Colour
    accent: Colour
    accent_down: Colour
    accent_ink: Colour
    accent_soft: Colour
    pressed: Colour
    ok: Colour
    ok_soft: Colour
    warn: Colour
    warn_soft: Colour
    warn_mark: Colour
    on_warn_mark: Colour
    bad: Colour
    bad_soft: Colour
    focus: Colour
    glow: Colour


class Type(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Height of a Chinese character's box in mm: at swell 0 and at swell 1."""

    small: Pair
    body: Pair
    lead: Pair
    heading: Pair
    display: Pair


class Space(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lengths in mm; `target` and `key` at swell 0 and from swell 1 on."""

    target: Pair
    key: Pair
    gap: float
    margin: float
    radius: float


class Tokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the screens are made of."""

    sizes: dict[TextSize, float]
    type: Type
    space: Space
    themes: dict[Theme, Colours]


def read_tokens(path: Path) -> Tokens:
    """The tokens of a file; msgspec.ValidationError for anything missing, unknown or misshapen."""
    tokens = msgspec.toml.decode(path.read_bytes(), type=Tokens)
    if set(tokens.themes) != set(Theme) or set(tokens.sizes) != set(TextSize):
        raise msgspec.ValidationError(f"{path.name}: every theme and every size must be there")
    return tokens


TOKENS = read_tokens(Path(__file__).resolve().parent / "tokens.toml")
