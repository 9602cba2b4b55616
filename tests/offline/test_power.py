"""Power cuts: in every state that the disk can be left in, the encrypted store opens and has kept its promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.offline.power.disk import Create, Disk, Sync, SyncFolder, Write
from tests.offline.power.images import Policy, positions, start_of
from tests.offline.power.life import Life, day

REPOSITORY = Path(__file__).parents[2]


def cut_the_power(memory: Path, states: int, processes: int = 2, first_seed: int = 0) -> list[dict[str, Any]]:
    """The reports of processes that each judge their share."""
    running = []
    for seed in range(first_seed, first_seed + processes):
        folder = memory / str(seed)
        folder.mkdir()
        command = [sys.executable, "-m", "tests.offline.power", "--scratch", str(folder), "--seed", str(seed)]
        command += ["--states", str(states // processes)]
        running.append(subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True))
    return [json.loads(process.communicate()[0]) for process in running]


def assert_every_promise_was_kept(reports: list[dict[str, Any]], states: int) -> None:
    """No state lost, altered or refused anything."""
    assert [report["examples"] for report in reports] == [[]] * len(reports)
    assert {report["under_test"] for report in reports} == {str(REPOSITORY / "offline_cache")}
    kept = sum(report["findings"]["kept"] for report in reports)
    assert kept == sum(report["states"] for report in reports) >= states


@pytest.mark.timeout(600)
def test_ten_thousand_power_cuts_lose_nothing_that_was_promised(memory: Path) -> None:
    assert_every_promise_was_kept(cut_the_power(memory, 10_000), 10_000)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_hundred_thousand_power_cuts_lose_nothing_that_was_promised(memory: Path) -> None:
    assert_every_promise_was_kept(cut_the_power(memory, 100_000, first_seed=100), 100_000)


@pytest.fixture
def life(tmp_path: Path) -> Life:
    life = Life(Disk(tmp_path))
    with life.disk.recording():
        day(life)
    return life


def test_the_recording_is_what_the_disk_holds(life: Life, tmp_path: Path) -> None:
    """If the recorder missed an operation, no power cut after it would mean anything."""
    *_, (_, state) = positions(life.disk)
    image = state.image(Policy.ALL, life.chance)
    files = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path: data for path, data in image.items() if data is not None} == files


def test_the_recording_lies_below_the_cipher(life: Life) -> None:
    written = [op for op in life.disk.ops if isinstance(op, Write)]
    assert len(written) > 200
    assert not any(b"SQLite format 3" in op.data or b"CREATE TABLE" in op.data for op in written)


def test_what_was_not_synced_is_lost_and_what_was_stays(tmp_path: Path) -> None:
    disk = Disk(tmp_path, names={str(tmp_path): None})
    path = str(tmp_path / "file")
    ops = [Create(path, 1), Write(1, 0, b"a" * 600), Sync(1), SyncFolder(str(tmp_path)), Write(1, 0, b"b" * 600)]
    state = start_of(disk)
    for op in ops:
        state.apply(op)
    chance = Life(disk).chance
    assert state.image(Policy.NONE, chance)[path] == b"a" * 600
    assert state.image(Policy.ALL, chance)[path] == b"b" * 600
    torn = {state.image(Policy.TORN, chance)[path] for _ in range(40)}
    assert b"b" * 512 + b"a" * 88 in torn
    state.apply(Sync(1, failed=True))
    state.apply(Sync(1))
    assert state.image(Policy.ALL, chance)[path] == b"a" * 600  # a later sync does not bring it back


def test_a_name_is_lost_until_its_folder_was_synced(tmp_path: Path) -> None:
    disk = Disk(tmp_path, names={str(tmp_path): None})
    path = str(tmp_path / "file")
    state = start_of(disk)
    for op in (Create(path, 1), Write(1, 0, b"a"), Sync(1)):
        state.apply(op)
    assert path not in state.image(Policy.NONE, Life(disk).chance)
    state.apply(SyncFolder(str(tmp_path)))
    assert state.image(Policy.NONE, Life(disk).chance)[path] == b"a"
