"""Sizes on the glass: millimetres to pixels, and the few lengths that every page shares.

Not responsible for colours or fonts (ui.theme). The numbers stand in ui/tokens.toml and follow the terminal's
accessibility list: targets 20 mm (care mode 25), gaps 3 mm, Chinese body text 9 mm (care 12), headings 14 mm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ui.tokens import TOKENS

DESIGN_SHORT, DESIGN_LONG = 1080, 1920
DESIGN_DIAGONAL_MM = 546.0  # a 21.5-inch panel


def px_per_mm_for(width: int, height: int, diagonal_mm: float = DESIGN_DIAGONAL_MM) -> float:
    """Pixels in a millimetre of a window of `width` by `height` that fills a panel of `diagonal_mm`.

    A panel smaller than the design's gets the design's layout, scaled down: cut text helps nobody.
    """
    scale = min(min(width, height) / DESIGN_SHORT, max(width, height) / DESIGN_LONG)
    diagonal_px = math.hypot(DESIGN_SHORT, DESIGN_LONG) * scale
    return diagonal_px / max(diagonal_mm, DESIGN_DIAGONAL_MM)


@dataclass(frozen=True)
class Metrics:
    """The panel's density, and how far everything is swollen: 0 standard, 1 care mode (see ui/tokens.toml)."""

    px_per_mm: float
    swell: float = 0.0

    @property
    def large(self) -> bool:
        """Whether pages leave out what is not needed, and put fewer things side by side."""
        return self.swell >= 1.0

    def mm(self, length: float) -> int:
        """`length` in millimetres as whole pixels, at least one for any positive length."""
        return max(1, round(length * self.px_per_mm)) if length > 0 else 0

    def font_px(self, mm: float) -> int:
        """Pixel size of a font whose Chinese character box is `mm` high."""
        return max(6, round(mm * self.px_per_mm))

    def pick(self, standard_mm: float, care_mm: float) -> int:
        """Pixels of a length that swells from the one to the other."""
        return self.mm(self._between(standard_mm, care_mm))

    def _between(self, standard: float, care: float) -> float:
        return standard + (care - standard) * self.swell

    @property
    def target(self) -> int:
        """Least side of anything to press, in pixels (never rounded below the millimetres)."""
        return math.ceil(self._up_to(TOKENS.space.target) * self.px_per_mm)

    @property
    def key(self) -> int:
        """Least side of a key of the on-screen keyboards, in pixels."""
        return math.ceil(self._up_to(TOKENS.space.key) * self.px_per_mm)

    def _up_to(self, pair: tuple[float, float]) -> float:
        return min(self._between(*pair), pair[1])

    @property
    def gap(self) -> int:
        """Space between two things to press, in pixels."""
        return math.ceil(TOKENS.space.gap * self.px_per_mm)

    @property
    def margin(self) -> int:
        """Space between the content and the edge of the glass, in pixels."""
        return self.mm(TOKENS.space.margin)

    @property
    def radius(self) -> int:
        """Corner radius of buttons and panels, in pixels."""
        return self.mm(TOKENS.space.radius)

    @property
    def small(self) -> int:
        """Font pixel size of the smallest text there is."""
        return self.font_px(self._between(*TOKENS.type.small))

    @property
    def body(self) -> int:
        """Font pixel size of running text; Latin capitals come out 7.3 mm high."""
        return self.font_px(self._between(*TOKENS.type.body))

    @property
    def lead(self) -> int:
        """Font pixel size of buttons, values and first sentences."""
        return self.font_px(self._between(*TOKENS.type.lead))

    @property
    def heading(self) -> int:
        """Font pixel size of a page's title."""
        return self.font_px(self._between(*TOKENS.type.heading))

    @property
    def display(self) -> int:
        """Font pixel size of the one big thing on a page: a code, a date, a greeting."""
        return self.font_px(self._between(*TOKENS.type.display))
