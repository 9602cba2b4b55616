"""The herd's page: one file, well-formed, with every scenario and every missed bound on it; and its command."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from kiosk.__main__ import build_parser
from kiosk.bench.herd.centre import Service
from kiosk.bench.herd.fleet import Fleet, run
from kiosk.bench.herd.peers import PEERS
from kiosk.bench.herd.plots import HEIGHT, MOST_POINTS, WIDTH, Plot, Series, peaks, shares, svg
from kiosk.bench.herd.report import Herd, Part, as_page, as_text
from kiosk.bench.herd.rollout import MANNERS, Push, push
from kiosk.bench.herd.scenarios import by_name


def herd(**changes: object) -> Herd:
    """A small one: ours and one peer in one scenario."""
    scenario = by_name("outage")
    outcomes = [run(scenario, fleet, Service(), 1) for fleet in (Fleet(80), Fleet(80, peer=PEERS[0]))]
    ours = dataclasses.replace(outcomes[0], **changes)  # type: ignore[arg-type]  # the names of its fields
    return Herd([Part(scenario, [ours, outcomes[1]])], [push(MANNERS[0], 80, 1)], Service(), measured=False)


def kiosk(*words: str) -> int:
    """Run the command."""
    options = build_parser("herd").parse_args(["herd", *words])
    return int(options.run(options))


def drawn(plot: Plot) -> ElementTree.Element:
    """The picture, read again."""
    return ElementTree.fromstring(svg(plot))  # noqa: S314 (we wrote it)


def test_a_plot_is_well_formed_and_every_point_is_inside_it() -> None:
    lines = [Series("a < b", [(0, 1), (60, 2780)]), Series("c", [(30, 1), (90, 15)])]
    picture = drawn(Plot("t & t", "s", "n", lines, logarithmic=True))
    found = [line.attrib["points"].split() for line in picture.iter("polyline")]
    assert [len(points) for points in found] == [2, 2]
    for x, y in (point.split(",") for points in found for point in points):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= float(y) <= HEIGHT


def test_a_plot_of_nothing_is_still_a_plot() -> None:
    assert drawn(Plot("empty", "s", "n", [Series("none", [])])).tag == "svg"


def test_thinning_out_leaves_no_peak_out() -> None:
    values = [1.0] * 5000
    values[3333] = 2780.0
    points = peaks(values)
    assert len(points) <= MOST_POINTS
    assert max(y for _, y in points) == 2780


def test_shares_end_at_those_who_finished() -> None:
    assert shares([1.0, 2.0, 3.0, math.inf])[-1] == (3.0, 75.0)
    assert shares([float(number) for number in range(1, 1001)])[-1] == (1000.0, 100.0)


def test_the_page_is_one_file_with_plots_and_no_script() -> None:
    page = as_page(herd())
    assert page.count("<svg") == 4
    assert by_name("outage").title in page
    assert "fixed 30 s" in page
    assert not re.search(r"<script|https?://|src=|@import", page)
    assert "Every bound of K4 that was asked for holds." in page


def test_a_missed_bound_is_on_the_page_and_in_the_text() -> None:
    broken = herd(requests_a_batch=1.5, lost=2)
    for words in ("at most 1.2 requests a batch", "each entry once"):
        assert words in as_page(broken)
        assert words in as_text(broken)
    assert "Every bound" not in as_page(broken)


@pytest.fixture(scope="module")
def pushes() -> dict[str, Push]:
    """Every manner of pushing a catalogue to the city."""
    return {manner.name: push(manner, 2780, 1) for manner in MANNERS}


def test_stages_reach_everybody_and_drawn_polls_spread_the_load(pushes: dict[str, Push]) -> None:
    staged, minute = pushes["1, 10, 100 %, polls drawn"], pushes["all at once, polls on the minute"]
    assert staged.fresh_95_s is not None
    assert staged.fresh[-1][1] == 100
    assert staged.peak_megabytes < minute.peak_megabytes / 50


def test_a_bad_version_stops_in_its_first_stage(pushes: dict[str, Push]) -> None:
    staged, at_once = pushes["a bad version, 1, 10, 100 %"], pushes["a bad version, all at once"]
    assert staged.halted
    assert staged.reached <= 2780 * 0.02
    assert at_once.reached == 2780


def test_the_command_writes_the_page_and_tells_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kiosk("--terminals", "60", "--out", str(tmp_path / "herd"), "--json") == 0
    outcomes = json.loads(capsys.readouterr().out)
    assert {outcome["rule"] for outcome in outcomes} == {"Doorstep", *(peer.name for peer in PEERS)}
    assert all(outcome["lost"] == 0 for outcome in outcomes if outcome["rule"] == "Doorstep")
    assert (tmp_path / "herd" / "index.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("words", [("--terminals", "0"), ("--database", "sqlite://"), ("--out", "/dev/null/x")])
def test_bad_input_is_one_clear_line_and_status_2(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert kiosk(*words) == 2
    assert capsys.readouterr().err.count("\n") == 1
