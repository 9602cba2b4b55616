"""Line plots as inline SVG: a few series over one axis of time, linear or logarithmic upwards. No script, no font."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 860, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 220, 26, 40
COLOURS = ("#0b5cad", "#b3261e", "#8a5a00", "#5b2a86", "#3a3a3a", "#006b54")
DASHES = ("", "6 3", "2 3", "9 3 2 3", "4 4", "1 4")
MOST_POINTS = 240


@dataclass(frozen=True)
class Series:
    """A named line of (x, y), x growing."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Plot:
    """What is drawn: `logarithmic` upwards, from 1."""

    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    logarithmic: bool = False


def peaks(values: Sequence[float]) -> list[tuple[float, float]]:
    """(position, the largest value near it): at most MOST_POINTS of them, no peak left out."""
    step = max(1, math.ceil(len(values) / MOST_POINTS))
    return [(first, max(values[first : first + step])) for first in range(0, len(values), step)]


def shares(values: Sequence[float]) -> list[tuple[float, float]]:
    """(value, per cent of the values that are not larger), of sorted values."""
    count = len(values)
    step = max(1, math.ceil(count / MOST_POINTS))
    chosen = sorted({*range(0, count, step), count - 1}) if count else []
    return [(values[place], 100 * (place + 1) / count) for place in chosen if math.isfinite(values[place])]


def svg(plot: Plot) -> str:
    """The picture."""
    points = [point for series in plot.series for point in series.points]
    scale = _Scale(
        max((x for x, _ in points), default=1.0) or 1.0, max((y for _, y in points), default=1.0), plot.logarithmic
    )
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(plot.title)}">',
        f'<text x="{LEFT}" y="16" class="title">{escape(plot.title)}</text>',
        *_grid(scale, plot),
    ]
    for number, series in enumerate(plot.series):
        parts += _line(number, series, scale)
    return "\n".join([*parts, "</svg>"])


@dataclass(frozen=True)
class _Scale:
    most_x: float
    most_y: float
    logarithmic: bool

    @property
    def top(self) -> float:
        """The end of the axis upwards."""
        if self.logarithmic:
            return float(10 ** max(1, math.ceil(math.log10(max(self.most_y, 1)))))
        return _ticks(self.most_y)[-1]

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * value / _ticks(self.most_x)[-1]

    def y(self, value: float) -> float:
        part = math.log10(max(value, 1)) / math.log10(self.top) if self.logarithmic else value / self.top
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * part

    def y_ticks(self) -> list[float]:
        if self.logarithmic:
            return [float(10**power) for power in range(round(math.log10(self.top)) + 1)]
        return _ticks(self.most_y)


def _ticks(most: float) -> list[float]:
    """Round numbers from 0 to at least `most`."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]


def _grid(scale: _Scale, plot: Plot) -> list[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for tick in scale.y_ticks():
        y = scale.y(tick)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for tick in _ticks(scale.most_x):
        x = scale.x(tick)
        parts.append(f'<line x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 4}" class="axis"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{tick:g}</text>')
    parts.append(f'<line x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}" class="axis"/>')
    parts.append(f'<text x="{right}" y="{HEIGHT - 6}" text-anchor="end">{escape(plot.x_label)}</text>')
    parts.append(f'<text x="{right + 10}" y="16">{escape(plot.y_label)}</text>')
    return parts


def _line(number: int, series: Series, scale: _Scale) -> list[str]:
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    path = " ".join(f"{scale.x(x):.1f},{scale.y(y):.1f}" for x, y in series.points)
    width, y = (2.4 if number == 0 else 1.5), TOP + 16 + 20 * number
    look = f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"'
    x = WIDTH - RIGHT + 10
    return [
        f'<polyline points="{path}" {look}/>',
        f'<line x1="{x}" y1="{y - 4}" x2="{x + 26}" y2="{y - 4}" {look}/>',
        f'<text x="{x + 32}" y="{y}">{escape(series.name)}</text>',
    ]
