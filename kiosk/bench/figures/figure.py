"""One measured figure, how it is made from times, and how figures are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`, `at_most` and `at_least` what it may be, `beside` what else was measured; None: see `note`."""

    name: str
    value: float | None
    unit: str
    at_most: float | None = None
    beside: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    at_least: float | None = None

    @property
    def held(self) -> bool | None:
        """Whether it is what it may be; None when it was not measured, or anything is allowed."""
        if self.value is None or (self.at_most is None and self.at_least is None):
            return None
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )


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
    if figure.at_least is not None:
        allowed = f"at least {figure.at_least:g} {figure.unit}".rstrip()
    measured = "-" if figure.value is None else f"{figure.value:g} {figure.unit}".rstrip()
    missed = "  MISSED" if figure.held is False else ""
    return figure.name, measured + missed, allowed, "; ".join(part for part in (beside, figure.note) if part)
