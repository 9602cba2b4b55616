"""The history of a device."""

from __future__ import annotations

from pathlib import Path

from drivers.contract.errors import DeviceTimeout, PaperOut
from drivers.health import KEPT, History


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_the_newest_failure_comes_first_and_repeats_are_counted() -> None:
    clock = Clock()
    history = History(clock)
    history.failed(DeviceTimeout("mute"))
    clock.now += 5
    history.failed(PaperOut("roll"))
    history.failed(PaperOut("roll"))
    kinds = [(failure.kind, failure.times, failure.at) for failure in history.read().failures]
    assert kinds == [("paper_out", 2, 1005.0), ("timeout", 1, 1000.0)]


def test_only_the_last_failures_are_kept() -> None:
    history = History(Clock())
    for index in range(3 * KEPT):
        history.failed(PaperOut("x") if index % 2 else DeviceTimeout("x"))
    assert len(history.read().failures) == KEPT
    assert history.read().counters["failures"] == 3 * KEPT


def test_the_mean_time_between_outages_needs_two_of_them() -> None:
    clock = Clock()
    history = History(clock)
    history.outage("offline", "gone")
    assert history.read().mean_between_s is None
    for _ in range(3):
        clock.now += 60
        history.outage("offline", "gone")
    assert history.read().mean_between_s == 60


def test_a_history_outlives_its_host(tmp_path: Path) -> None:
    first = History(Clock(), tmp_path / "receipt.health")
    first.started()
    first.failed(PaperOut("roll"))
    second = History(Clock(), tmp_path / "receipt.health")
    second.started()
    assert second.read().counters["starts"] == 2
    assert second.read().failures[0].kind == "paper_out"


def test_a_damaged_history_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "receipt.health"
    path.write_bytes(b"{half")
    history = History(Clock(), path)
    history.started()
    assert history.read().counters == {"starts": 1}


def test_a_folder_that_cannot_be_written_does_not_stop_a_device(tmp_path: Path) -> None:
    history = History(Clock(), tmp_path / "missing" / "x.health")
    history.failed(PaperOut("roll"))
    assert history.read().counters == {"failures": 1}
