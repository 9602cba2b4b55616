"""A measured ratio, what it must at least be, and how ratios are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Ratio:
    """`value` has no unit; `at_least` what it must be, if anything; None: it was not measured, see `note`."""

    name: str
    value: float | None
    at_least: float | None = None
    beside: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def held(self) -> bool | None:
        """Whether it is what it must be; None when nothing was asked or measured."""
        return None if self.value is None or self.at_least is None else self.value >= self.at_least


def as_json(ratios: Sequence[Ratio]) -> str:
    """For programs."""
    return json.dumps([asdict(ratio) | {"held": ratio.held} for ratio in ratios], ensure_ascii=False, indent=2)


def as_table(ratios: Sequence[Ratio]) -> str:
    """For people."""
    return "\n".join(_line(ratio) for ratio in ratios)


def _line(ratio: Ratio) -> str:
    value = "-" if ratio.value is None else f"{ratio.value:.2f}"
    asked = "" if ratio.at_least is None else f"at least {ratio.at_least:g}"
    beside = ", ".join(f"{name} {number:g}" for name, number in ratio.beside.items())
    missed = "MISSED" if ratio.held is False else ""
    return "  ".join(part for part in (f"{ratio.name:<42}", value, asked, missed, beside, ratio.note) if part)
