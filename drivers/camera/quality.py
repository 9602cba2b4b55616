"""Is this picture good enough for a card? Pure judgements on a grey picture; thresholds are ours.

Not responsible for faces: no detector model is shipped yet, so a person at the office still looks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TOO_DARK, TOO_BRIGHT = 45.0, 225.0
BLURRED = 12.0
UNIFORM = 4.0
Grey = np.ndarray[Any, np.dtype[np.uint8]]


def problems_of(grey: Grey, sharpness: float) -> tuple[str, ...]:
    """What is wrong with a picture: covered, too_dark, too_bright, blurred. Empty when nothing is."""
    mean, spread = float(grey.mean()), float(grey.std())
    if spread < UNIFORM and mean <= TOO_BRIGHT:
        return ("covered",)
    if mean < TOO_DARK:
        return ("too_dark",)
    if mean > TOO_BRIGHT:
        return ("too_bright",)
    return ("blurred",) if sharpness < BLURRED else ()
