"""The figures of the devices can be taken. What they may be is for `./run bench` to judge, on a quiet machine."""

from __future__ import annotations

import json

import pytest

from kiosk.bench.figures import FIGURES, measure
from kiosk.bench.figures.figure import Figure, as_json, as_table, quantile


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_taken_beside_what_it_is_compared_with(name: str) -> None:
    for figure in measure([name], 2):
        if figure.value is None:
            pytest.skip(figure.note)
        assert figure.at_most is not None
        assert figure.value > 0
        assert figure.beside


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
    assert [figure.held for figure in figures] == [False, True, None]
    rows = as_table(figures).splitlines()
    assert rows[1].split() == ["a", "12", "ms", "MISSED", "10", "ms", "wire_ms", "9"]
    assert "no reader" in rows[3]
    assert [told["held"] for told in json.loads(as_json(figures))] == [False, True, None]


def test_a_quantile_is_one_of_the_times() -> None:
    times = [float(number) for number in range(1, 101)]
    assert (quantile(times, 0.5), quantile(times, 0.99), quantile([3.0], 0.99)) == (50.0, 99.0, 3.0)
