"""The store's figures: real commits on a real disk, beside the disk itself; a missing peer is said, not skipped."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from kiosk.bench.figures_store.__main__ import main
from kiosk.bench.figures_store.contenders import BATCH_ROWS, NotInstalled, batch, huey, litequeue, persist_queue, raw
from kiosk.bench.figures_store.ratio import Ratio, as_table

PEERS = {"persistqueue": persist_queue, "litequeue": litequeue, "huey": huey}


def test_each_ratio_is_measured_beside_the_disk_of_the_same_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--json", "--rounds", "1", "--round-s", "0.02", "--where", str(tmp_path)])
    ratios = json.loads(capsys.readouterr().out)
    assert ratios[0]["name"] == "whole promises of raw write + fdatasync"
    assert ratios[0]["at_least"] == 0.7
    assert all(ratio["value"] or ratio["note"] for ratio in ratios)
    here = [name for name in PEERS if importlib.util.find_spec(name)]
    assert len(ratios) == 4 + 2 * len(here) + len(PEERS) - len(here)
    assert list(tmp_path.iterdir()) == []


def test_a_batch_is_many_promises_in_one_commit(tmp_path: Path) -> None:
    contender = batch(tmp_path, 100)
    assert contender.put() == BATCH_ROWS
    contender.close()


def test_the_raw_write_is_of_the_same_bytes_in_blocks_that_are_there(tmp_path: Path) -> None:
    contender = raw(tmp_path, 1234)
    size, blocks = (tmp_path / "raw").stat().st_size, (tmp_path / "raw").stat().st_blocks
    for _ in range(50):
        assert contender.put() == 1
    contender.close()
    assert (tmp_path / "raw").stat().st_size == size
    assert blocks * 512 >= size


@pytest.mark.parametrize("name", sorted(PEERS))
def test_a_peer_is_put_to_equal_durability_or_said_to_be_missing(tmp_path: Path, name: str) -> None:
    if importlib.util.find_spec(name) is None:
        with pytest.raises(NotInstalled, match="figures"):
            PEERS[name](tmp_path, 1000)
        return
    contender = PEERS[name](tmp_path, 1000)
    assert contender.put() == 1
    contender.close()


def test_a_missed_ratio_is_marked_and_an_unmeasured_one_has_its_reason() -> None:
    text = as_table([Ratio("a", 0.5, 0.7), Ratio("b", None, 1.0, note="not here"), Ratio("c", 2.0)])
    missed, unmeasured, free = text.splitlines()
    assert "MISSED" in missed
    assert "not here" in unmeasured
    assert "MISSED" not in unmeasured + free
