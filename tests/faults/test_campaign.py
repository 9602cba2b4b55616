"""A thousand random misfortunes over all devices from one seed: nobody hangs, all come back, the screen moves."""

from __future__ import annotations

import json
import logging
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kiosk.folders import CONFIG
from tests.faults.campaign import Campaign, Issued, Story
from tests.faults.fleet import ROOT, Fleet
from tests.faults.ordeals import ORDEALS, STOPPED, Ordeal, smart_card
from tests.wire.conftest import Twin, twin  # noqa: F401  # a fixture
from tests.wire.pcsc import Pcsc, pcsc_service  # noqa: F401  # a fixture

FAILED_SEEDS: tuple[str, ...] = ()
"""Seeds that once found something; they are run for ever."""
EVENTS = 1000
OVER_S = 0.2
LAG_S = 0.15
"""What two busy cores may take to wake the clients' own threads, which look at deadlines every 0.05 s."""
BACK_S = 2.0
FRAME_S = 0.3
DEAD = re.compile(r"(\w+) ended with (-?\d+)")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [*FAILED_SEEDS, os.environ.get("CAMPAIGN_SEED") or f"{random.randrange(10**6):06}"])
def test_a_thousand_misfortunes(
    seed: str,
    twin: Callable[..., Twin],  # noqa: F811
    pcsc_service: Pcsc,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # A kill a second is no crash loop here: each counts as the first one, so that the back-off is its shortest.
    monkeypatch.setattr("kiosk.terminal.supervision.STEADY_S", 0.0)
    ordeals = [*(make(twin) for make in ORDEALS), smart_card(twin, pcsc_service)]
    caplog.set_level(logging.WARNING, "kiosk.terminal.supervisor")
    began = time.monotonic()
    preface = (CONFIG / "terminals" / "dev.toml").read_text().split("[devices.")[0]
    with Fleet(tmp_path, {ordeal.role: ordeal.table for ordeal in ordeals}, preface=preface) as fleet:
        fleet.wait_up()
        with screen(fleet.profile, tmp_path) as frames:
            stories = Campaign(fleet, seed).run([(ordeal, _share(ordeals, ordeal)) for ordeal in ordeals])
    report = _report(seed, stories, frames, time.monotonic() - began)
    print(report)
    assert not _mistakes(stories, frames, [DEAD.search(message) for message in caplog.messages]), report


@contextmanager
def screen(profile: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """The terminal's process on the same sockets; afterwards the times between its frames stand in the mapping."""
    told: dict[str, Any] = {}
    command = [sys.executable, "-m", "tests.faults.screen_probe", str(profile), str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (folder / "screen.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment)
    assert process.stdin is not None
    with process:
        try:
            _wait_for(folder / "ready", 30)
            process.stdin.write(b"begin\n")
            process.stdin.flush()
            yield told
            out, _ = process.communicate(b"end\n", 20)
            told.update(json.loads(out))
        finally:
            process.kill()


def _share(ordeals: list[Ordeal], ordeal: Ordeal) -> int:
    return EVENTS // len(ordeals)


def _wait_for(path: Path, within_s: float) -> None:
    ends = time.monotonic() + within_s
    while not path.exists():
        assert time.monotonic() < ends, f"{path.name} did not come"
        time.sleep(0.02)


def _mistakes(stories: list[Story], frames: dict[str, Any], deaths: list[re.Match[str] | None]) -> list[str]:
    """Every broken promise, in words."""
    wrong = [broken for story in stories for broken in story.broken]
    for story in stories:
        wrong += [f"{story.role}: {one}" for one in story.commands if _is_wrong(one)]
        back = sorted(story.back_s)
        if back and back[len(back) * 99 // 100][0] > BACK_S:
            wrong.append(f"{story.role}: back after {back[-3:]}")
        died = [match[2] for match in deaths if match is not None and match[1] == story.role]
        if died != ["-9"] * story.kills:
            wrong.append(f"{story.role}: {story.kills} kills, but its hosts ended with {died}")
    if not frames or frames["worst_s"] > FRAME_S:
        wrong.append(f"frames of the screen: {frames}")
    return wrong


def _is_wrong(one: Issued) -> bool:
    """Whether a command did not end once, in time, and by its driver unless that was stopped or killed."""
    if len(one.ended) != 1 or one.overshoot_s > OVER_S + LAG_S:
        return True
    return one.ends[0] == "no answer" and one.fault != STOPPED


def _report(seed: str, stories: list[Story], frames: dict[str, Any], took_s: float) -> str:
    lines = [f"seed {seed}: {sum(len(story.back_s) for story in stories)} events in {took_s:.0f} s; frames {frames}"]
    for story in stories:
        over = sorted(one.overshoot_s for one in story.commands if one.ended) or [0.0]
        back = sorted(story.back_s) or [(0.0, "")]
        lines.append(
            f"{story.role}: {len(story.back_s)} events, {len(story.commands)} commands, {story.kills} kills; "
            f"worst {over[-1]:+.3f} s of a deadline; back p50 {back[len(back) // 2][0]:.2f} "
            f"p99 {back[len(back) * 99 // 100][0]:.2f} s, worst {back[-1]}"
        )
        lines += [f"  wrong: {one}" for one in story.commands if _is_wrong(one)][:20]
    return "\n".join([*lines, *(broken for story in stories for broken in story.broken)])
