"""A thousand random misfortunes over all devices from one seed: nobody hangs, all come back, the screen moves."""

from __future__ import annotations

import logging
import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.campaign import Campaign, Issued, Story
from tests.faults.fleet import Fleet
from tests.faults.ordeals import ORDEALS, SMART_CARD_SHARE, STOPPED, smart_card
from tests.faults.screen import PREFACE, Frames, screen
from tests.wire.conftest import Twin, twin  # noqa: F401  # a fixture
from tests.wire.pcsc import Pcsc, pcsc_service  # noqa: F401  # a fixture

FAILED_SEEDS = ("496562", "s11")
"""Seeds that once found something: commands that outlived their deadline in a queue; a host that died in a race."""
EVENTS = 1000
OVER_S = 0.2
LAG_S = 0.1
"""What two busy cores may take to wake a thread of the client."""
BACK_S = 2.0
FRAME_S = 0.3
MAY_GO_ON = {"PrintReceipt", "PrintDocument", "SelfTest", "ScanCode"}
"""What is under way is put in order after the deadline: a job purged, a slip confirmed, a light put out."""
LATE_SHARE = 0.01
"""How many of the other answers may come after their client gave up, on two cores that ten processes share."""
DEAD = re.compile(r"(\w+) ended with (-?\d+)")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [*(pytest.param(seed, marks=pytest.mark.slow) for seed in FAILED_SEEDS), "of today"])
def test_a_thousand_misfortunes(
    seed: str,
    twin: Callable[..., Twin],  # noqa: F811
    pcsc_service: Pcsc,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if seed == "of today":
        seed = os.environ.get("CAMPAIGN_SEED") or f"{random.randrange(10**6):06}"
    # A kill a second is no crash loop here: each counts as the first one, so that the back-off is its shortest.
    monkeypatch.setattr("kiosk.terminal.supervision.STEADY_S", 0.0)
    ordeals = [(make(twin), share) for make, share in ORDEALS]
    ordeals.append((smart_card(twin, pcsc_service), SMART_CARD_SHARE))
    a_share = -(-EVENTS // sum(share for _, share in ordeals))
    caplog.set_level(logging.WARNING, "kiosk.terminal.supervisor")
    began, stretch = time.monotonic(), max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    tables = {ordeal.role: ordeal.table for ordeal, _ in ordeals}
    with Fleet(tmp_path, tables, watchdog_s=4.0, preface=PREFACE) as fleet:
        fleet.wait_up()
        with screen(fleet.profile, tmp_path) as frames:
            stories = Campaign(fleet, seed).run([(ordeal, share * a_share) for ordeal, share in ordeals])
    wrong = [*_mistakes(stories, BACK_S * stretch), *_deaths(stories, caplog.messages)]
    if frames.worst_s > FRAME_S:
        wrong.append("the screen stood still")
    report = _report(seed, stories, frames, time.monotonic() - began)
    print(report)
    assert not wrong, "\n".join([report, *wrong])


def _mistakes(stories: list[Story], back_s: float) -> list[str]:
    """Every broken promise, in words."""
    commands = [(story.role, one) for story in stories for one in story.commands]
    wrong = [broken for story in stories for broken in story.broken]
    wrong += [f"{role}: {one}" for role, one in commands if len(one.ended) != 1 or one.overshoot_s > OVER_S + LAG_S]
    late = [f"{role}: {one}" for role, one in commands if _late(one)]
    if len(late) > LATE_SHARE * len(commands):
        wrong += late
    back = sorted(at for story in stories for at in story.back_s)
    if back[len(back) * 99 // 100][0] > back_s:
        wrong.append(f"back after {back[-10:]}")
    return wrong


def _late(one: Issued) -> bool:
    """Whether the driver itself did not answer in time, though its host was alive."""
    return one.ends[:1] == ["no answer"] and STOPPED not in one.fault and one.command not in MAY_GO_ON


def _deaths(stories: list[Story], log: list[str]) -> list[str]:
    """Hosts that ended otherwise than by the campaign's own hand."""
    deaths = [match for match in map(DEAD.search, log) if match is not None]
    wrong = []
    for story in stories:
        died = [match[2] for match in deaths if match[1] == story.role]
        if died != ["-9"] * story.kills:
            wrong.append(f"{story.role}: {story.kills} kills, but its hosts ended with {died}")
    return wrong


def _report(seed: str, stories: list[Story], frames: Frames, took_s: float) -> str:
    lines = [f"seed {seed}: {sum(len(story.back_s) for story in stories)} events in {took_s:.0f} s; frames {frames}"]
    for story in stories:
        over = sorted(one.overshoot_s for one in story.commands if one.ended) or [0.0]
        back = sorted(story.back_s) or [(0.0, "")]
        late = sum(map(_late, story.commands))
        lines.append(
            f"{story.role}: {len(story.back_s)} events, {len(story.commands)} commands, {story.kills} kills; "
            f"worst {over[-1]:+.3f} s of a deadline, {late} late answers; "
            f"back p50 {back[len(back) // 2][0]:.2f} p99 {back[len(back) * 99 // 100][0]:.2f} s, worst {back[-1]}"
        )
    return "\n".join(lines)
