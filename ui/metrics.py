"""Sizes on the glass: millimetres to pixels, and the few lengths that every page shares.

Not responsible for colours or fonts (ui.theme). The numbers follow the terminal's accessibility list: targets
20 mm (care mode 25), gaps 3 mm, Chinese body text 9 mm (care 12), headings 14 mm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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
    """The panel's density and whether care mode (larger everything) is on."""

    px_per_mm: float
    care: bool = False

    def mm(self, length: float) -> int:
        """`length` in millimetres as whole pixels, at least one for any positive length."""
        return max(1, round(length * self.px_per_mm)) if length > 0 else 0

    def font_px(self, mm: float) -> int:
        """Pixel size of a font whose Chinese character box is `mm` high."""
        return max(6, round(mm * self.px_per_mm))

    def pick(self, standard_mm: float, care_mm: float) -> int:
        """Pixels of the one length or the other."""
        return self.mm(care_mm if self.care else standard_mm)

    @property
    def target(self) -> int:
        """Least side of anything to press, in pixels (never rounded below the millimetres)."""
        return math.ceil((25 if self.care else 20) * self.px_per_mm)

    @property
    def key(self) -> int:
        """Least side of a key of the on-screen keyboards, in pixels."""
        return math.ceil((20 if self.care else 15) * self.px_per_mm)

    @property
    def gap(self) -> int:
        """Space between two things to press, in pixels."""
        return math.ceil(3 * self.px_per_mm)

    @property
    def margin(self) -> int:
        """Space between the content and the edge of the glass, in pixels."""
        return self.mm(11)

    @property
    def radius(self) -> int:
        """Corner radius of buttons and panels, in pixels."""
        return self.mm(3.2)

    @property
    def small(self) -> int:
        """Font pixel size of the smallest text there is."""
        return self.font_px(12 if self.care else 9)

    @property
    def body(self) -> int:
        """Font pixel size of running text; Latin capitals come out 7.3 mm high."""
        return self.font_px(13 if self.care else 10)

    @property
    def lead(self) -> int:
        """Font pixel size of buttons, values and first sentences."""
        return self.font_px(14.5 if self.care else 11.5)

    @property
    def heading(self) -> int:
        """Font pixel size of a page's title."""
        return self.font_px(18 if self.care else 16)

    @property
    def display(self) -> int:
        """Font pixel size of the one big thing on a page: a code, a date, a greeting."""
        return self.font_px(24 if self.care else 22)
