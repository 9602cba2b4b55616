"""The quantile that every figure means."""

from __future__ import annotations

import math
from collections.abc import Sequence


def quantile(times: Sequence[float], part: float) -> float:
    """The time that `part` of the times do not exceed: one of them, none between (nearest rank)."""
    return sorted(times)[max(0, math.ceil(part * len(times)) - 1)]
