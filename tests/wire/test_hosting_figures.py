"""The figures of the devices can be taken. What they may be is for `./run bench` to judge, on a quiet machine."""

from __future__ import annotations

import json

import pytest

from kiosk.bench.figures import FIGURES, measure
from kiosk.bench.figures.figure import Figure, as_json, as_table
from kiosk.bench.quantile import quantile


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_taken_beside_what_it_is_compared_with(name: str) -> None:
    for figure in measure([name], 2):
        if figure.value is None:
            pytest.skip(figure.note)
        assert figure.value > 0
        assert figure.held is not None or figure.at_most is None
        assert figure.beside or name == "store"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_of_a_thousand_killed_hosts_99_in_100_are_back_in_time() -> None:
    worst = measure(["restart"], 1000)[-1]
    assert worst.held, as_table([worst])


def test_a_figure_is_shown_with_what_it_may_be() -> None:
    figures = [
        Figure("a", 12.0, "ms", 10.0, {"wire_ms": 9.0}),
        Figure("b", 1.0, "ms", 10.0),
        Figure("c", None, "ms", 10.0, note="no reader"),
    ]
    least = [Figure("d", 0.5, "", at_least=0.7), Figure("e", 0.8, "", at_least=0.7), Figure("f", 3.0, "")]
    assert [figure.held for figure in figures + least] == [False, True, None, False, True, None]
    assert as_table(least[:1]).splitlines()[1].split() == ["d", "0.5", "MISSED", "at", "least", "0.7"]
    rows = as_table(figures).splitlines()
    assert rows[1].split() == ["a", "12", "ms", "MISSED", "10", "ms", "wire_ms", "9"]
    assert "no reader" in rows[3]
    assert [told["held"] for told in json.loads(as_json(figures))] == [False, True, None]


def test_a_quantile_is_one_of_the_times() -> None:
    times = [float(number) for number in range(1, 101)]
    assert (quantile(times, 0.5), quantile(times, 0.99), quantile([3.0], 0.99)) == (50.0, 99.0, 3.0)
