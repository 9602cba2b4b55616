"""One measured figure, how it is made from times, and how figures are shown."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `at_most` what it may be; `beside` what else was measured, by name; None: see `note`."""

    name: str
    value: float | None
    unit: str
    at_most: float | None = None
    beside: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def held(self) -> bool | None:
        """Whether it is what it may be; None when it was not measured, or anything is allowed."""
        return None if self.value is None or self.at_most is None else self.value <= self.at_most


def quantile(times: Sequence[float], part: float) -> float:
    """The time that `part` of the times do not exceed: one of them, none between (nearest rank)."""
    return sorted(times)[max(0, math.ceil(part * len(times)) - 1)]


def ms(seconds: float) -> float:
    """Milliseconds with two digits."""
    return round(1000 * seconds, 2)


def as_json(figures: Sequence[Figure]) -> str:
    """For programs."""
    return json.dumps([asdict(figure) | {"held": figure.held} for figure in figures], ensure_ascii=False, indent=2)


def as_table(figures: Sequence[Figure]) -> str:
    """For people."""
    rows = [("figure", "measured", "allowed", "beside"), *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    )


def _row(figure: Figure) -> tuple[str, str, str, str]:
    beside = ", ".join(f"{name} {value:g}" for name, value in figure.beside.items())
    allowed = "" if figure.at_most is None else f"{figure.at_most:g} {figure.unit}"
    measured = "-" if figure.value is None else f"{figure.value:g} {figure.unit}"
    missed = "  MISSED" if figure.held is False else ""
    return figure.name, measured + missed, allowed, "; ".join(part for part in (beside, figure.note) if part)
