"""The herd's report: one page without scripts, and the same figures as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape

from kiosk.bench.herd.centre import Service
from kiosk.bench.herd.figures import Outcome
from kiosk.bench.herd.plots import Plot, Series, peaks, shares, svg
from kiosk.bench.herd.rollout import Push
from kiosk.bench.herd.scenarios import Scenario

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a;
  background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; font-size: 13px; width: 100%; }
th, td { padding: .25rem .5rem; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
tr.ours { font-weight: 600; } .missed { color: #b3261e; font-weight: 600; }
svg { width: 100%; height: auto; margin: .8rem 0; } svg text { font: 12px system-ui, sans-serif; fill: #1a1a1a; }
svg text.title { font-weight: 600; } .grid { stroke: #e2e2e2; } .axis { stroke: #555; }
"""
_COLUMNS = (
    "rule",
    "drained, s",
    "requests a batch",
    "requests an entry",
    "wait p50, s",
    "p99",
    "max",
    "max / p50",
    "answer p99, s",
    "peak a second",
    "starved",
    "not once",
)


@dataclass(frozen=True)
class Part:
    """A scenario with what came of each rule, ours first; or a live run."""

    scenario: Scenario
    outcomes: Sequence[Outcome]


@dataclass(frozen=True)
class Herd:
    """Everything that is reported."""

    parts: Sequence[Part]
    pushes: Sequence[Push]
    service: Service
    measured: bool
    """Whether the service times were measured in this run."""

    @property
    def missed(self) -> list[str]:
        """Bounds of K4 that do not hold for our own rule, where they are asked for."""
        ours = [(part.scenario, outcome) for part in self.parts for outcome in part.outcomes[:1]]
        return [
            f"{scenario.title}, {outcome.terminals} terminals: {name}"
            for scenario, outcome in ours
            for name in (outcome.broken() if scenario.judged else _whole(outcome))
        ]


def _whole(outcome: Outcome) -> list[str]:
    return ["each entry once"] if outcome.lost or outcome.unfinished else []


def as_text(herd: Herd) -> str:
    """For people at a terminal."""
    lines = [_times(herd), ""]
    for part in herd.parts:
        lines.append(f"{part.scenario.title} ({part.outcomes[0].terminals} terminals)")
        rows = [_COLUMNS, *(_cells(outcome) for outcome in part.outcomes)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        lines += ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        lines.append("")
    lines += [f"catalogue, {push.name}: {push.summary}" for push in herd.pushes]
    lines += [f"MISSED: {missed}" for missed in herd.missed] or ["every bound of K4 that was asked for holds"]
    return "\n".join(lines)


def as_values(herd: Herd) -> list[dict[str, object]]:
    """For programs: the outcomes without their long lists."""
    long = {"waits", "by_second"}
    return [
        {name: value for name, value in asdict(outcome).items() if name not in long} | {"broken": outcome.broken()}
        for part in herd.parts
        for outcome in part.outcomes
    ]


def as_page(herd: Herd) -> str:
    """The page."""
    missed = "".join(f'<p class="missed">Missed: {escape(name)}</p>' for name in herd.missed)
    sections = [_section(part) for part in herd.parts]
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The herd</title>',
            f"<style>{_STYLE}</style></head><body><h1>The herd: a whole fleet against one centre</h1>",
            f"<p>{escape(_times(herd))}</p>",
            "<p>Every decision of our terminals is the production code's. <em>A batch</em> is what one request can "
            "hold (20 entries); <em>wait</em> is a terminal's, from the return to its last entry; <em>not once</em> "
            "counts entries that did not end exactly once. The other rules send entries only: no probes, no reports, "
            "nothing for a slow centre to be busy with.</p>",
            missed or "<p>Every bound of K4 that was asked for holds.</p>",
            *sections,
            _catalogue(herd.pushes),
            "</body></html>",
        ]
    )


def _times(herd: Herd) -> str:
    one = herd.service
    origin = "measured in this run" if herd.measured else "measured before (kiosk herd --live measures them here)"
    return (
        f"Service times of one centre on two cores, {origin}: {1000 * one.request_s:.1f} ms a request and "
        f"{1000 * one.entry_s:.1f} ms an entry in it, {1000 * one.probe_s:.1f} ms a probe, "
        f"{1000 * one.report_s:.1f} ms a report (each terminal sends one a minute)."
    )


def _section(part: Part) -> str:
    scenario, outcomes = part.scenario, part.outcomes
    first = outcomes[0]
    size = f"{first.terminals:,} terminals with {first.entries / first.terminals:g} entries each"
    head = f"<h2>{escape(scenario.title)}</h2><p>{escape(scenario.story)} {size}.</p>"
    pace = Plot(
        "Requests at the centre, probes and reports among them",
        "seconds after the return",
        "a second, logarithmic",
        [Series(outcome.rule, peaks(outcome.by_second)) for outcome in outcomes],
        logarithmic=True,
    )
    waits = Plot(
        "How long terminals waited",
        "seconds after the return",
        "per cent of terminals done",
        [Series(outcome.rule, shares(outcome.waits)) for outcome in outcomes],
    )
    return "\n".join([head, _table(outcomes), svg(pace), svg(waits)])


def _table(outcomes: Sequence[Outcome]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in _COLUMNS)
    rows = []
    for number, outcome in enumerate(outcomes):
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in _cells(outcome))
        rows.append(f'<tr class="{"ours" if number == 0 else ""}">{cells}</tr>')
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _cells(outcome: Outcome) -> tuple[str, ...]:
    return (
        outcome.rule,
        "never" if outcome.drained_s is None else _number(outcome.drained_s),
        f"{outcome.requests_a_batch:.2f}",
        f"{outcome.requests_an_entry:.2f}",
        _number(outcome.wait_p50_s),
        _number(outcome.wait_p99_s),
        _number(outcome.wait_max_s),
        f"{outcome.unfairness:.2f}" if math.isfinite(outcome.unfairness) else "-",
        f"{outcome.answer_p99_s:.2f}",
        str(outcome.peak_a_s),
        str(outcome.starved),
        str(outcome.lost),
    )


def _number(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "never"
    return f"{seconds:.1f}" if seconds < 100 else f"{seconds:.0f}"


def _catalogue(pushes: Sequence[Push]) -> str:
    if not pushes:
        return ""
    plot = Plot(
        "Terminals with the new catalogue",
        "minutes after it was published",
        "per cent",
        [Series(push.name, push.fresh) for push in pushes],
    )
    pace = Plot(
        "What the centre sends, the worst second of each minute",
        "minutes after it was published",
        "MB a second",
        [Series(push.name, push.megabytes) for push in pushes],
    )
    rows = "".join(f"<li>{escape(push.name)}: {escape(push.summary)}</li>" for push in pushes)
    return f"<h2>A new catalogue</h2><ul>{rows}</ul>{svg(plot)}{svg(pace)}"
