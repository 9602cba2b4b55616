"""The catalogue's figures are measured on a real line, a real centre and a real store; here with few services."""

from __future__ import annotations

from kiosk.bench.figures.catalogue import measure_city
from kiosk.bench.figures.catalogue_rig import MODEL, services


def test_each_figure_is_measured_and_an_unchanged_poll_is_small() -> None:
    figures = {figure.name: figure for figure in measure_city(20)}
    poll = figures["unchanged catalogue poll"]
    assert poll.value is not None
    assert 400 < poll.value <= 1024
    assert 0 < poll.beside["sent"] < poll.value
    assert all(figure.value is not None and figure.held is not False for figure in figures.values())
    change, whole = figures["1 % of 20 services"].value, figures["1 % of 20 services"].beside["whole_kb"]
    assert change is not None
    assert 0 < change < whole


def test_the_citys_services_differ_and_only_the_changed_ones_change() -> None:
    before, after = services(10), services(10, frozenset({3}))
    assert [path for path in before if before[path] != after[path]] == ["services/hrss/s0003.toml"]
    assert len(set(before.values())) == len(before)
    assert MODEL in before
