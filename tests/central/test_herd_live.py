"""A fleet over real HTTP against one centre in a process of its own: it was down, and everybody comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.bench.herd.live import FULL, LiveFleet, live_run, place_in, stored
from kiosk.bench.herd.measure import measured_service

SMALL = LiveFleet(terminals=24, entries=12, outage_s=4.0, poll_s=1.0, within_s=100.0)


def test_each_entry_of_a_returning_fleet_is_in_the_centres_database_once(tmp_path: Path, empty_url: str) -> None:
    place = place_in(tmp_path, empty_url)
    outcome = live_run(SMALL, place)
    assert (outcome.entries, outcome.unfinished, outcome.lost) == (288, 0, 0)
    assert len(stored(place)) == 288
    assert outcome.requests_a_batch <= 1.2
    assert outcome.others >= SMALL.terminals


def test_what_a_centre_needs_is_measured_with_entries_that_it_keeps(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    service = measured_service(place, for_s=0.3)
    assert service.entry_s > 0
    assert service.probe_s > 0
    assert len(stored(place)) > 20


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_whole_city_returns_within_the_bounds_of_k4(tmp_path: Path, empty_url: str) -> None:
    outcome = live_run(FULL, place_in(tmp_path, empty_url))
    assert outcome.broken() == []
    assert outcome.entries == 2780 * 12
