"""Brings a bench up, plays the scenes, and writes the report."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kiosk.bench.accessibility import AccessibilityBus
from kiosk.bench.eyes import Eyes
from kiosk.bench.plan import Plan, Ports, free_display
from kiosk.bench.stage import Stage
from kiosk.bench.visitor import NotSeen, Visitor
from kiosk.demo.acts import Acts
from kiosk.demo.report import Check, Report, Scene
from kiosk.demo.scenes import SCENES, Act

log = logging.getLogger(__name__)


def play_story(folder: Path, only: Sequence[str] = ()) -> Report:
    """Play all scenes (or those named in `only`) into `folder`, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    report = Report(folder)
    started = time.monotonic()
    with AccessibilityBus() as bus:
        data = folder / "data"
        plan = Plan(data, Ports.free(), free_display(), own_display=True, bus_address=bus.address)
        with Stage(plan):
            report.facts.append(f"Ready {time.monotonic() - started:.1f} s after the start.")
            eyes = Eyes(bus.address)
            visitor = Visitor(eyes, plan.display, plan.bench_url, folder / "pictures")
            acts = Acts(visitor, plan)
            for name, scene in SCENES.items():
                if not only or name in only:
                    report.scenes.append(_play(name, scene, acts, folder))
            report.texts += _texts(plan)
            eyes.close()
    report.facts.append(f"Played in {time.monotonic() - started:.0f} s.")
    report.write()
    return report


def _play(name: str, play: tuple[str, str, Act], acts: Acts, folder: Path) -> Scene:
    """One scene; whatever does not come as promised becomes a broken promise of it."""
    title, story, act = play
    log.info("scene %s", name)
    scene = Scene(title, story)
    acts.begin(scene, folder)
    started = time.monotonic()
    try:
        act(acts)
    except (NotSeen, OSError, subprocess.SubprocessError, KeyError) as error:
        scene.checks.append(Check("the scene could be played to its end", False, str(error)[:600]))
        acts.recover()
    scene.pictures = acts.take_pictures()
    log.info("scene %s %s in %.0f s", name, "held" if scene.held else "BROKEN", time.monotonic() - started)
    return scene


def _texts(plan: Plan) -> list[tuple[str, str]]:
    """The outbox, the journal's verification, and the diagnostic logs."""
    texts = []
    for words in (
        ("outbox", "journal", "--limit", "500"),
        ("outbox", "list", "--json"),
        ("outbox", "verify", "--json"),
    ):
        command = [sys.executable, "-m", "kiosk", *words, "--data", str(plan.data), "--profile", str(plan.profile)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        texts.append((f"kiosk {' '.join(words)}", _pretty(done.stdout) + done.stderr))
    for path in sorted((plan.data / "logs").glob("*.log")):
        if path.stem in {"screen", "store", "terminal"}:
            texts.append((f"log of {path.stem}", path.read_text(encoding="utf-8", errors="replace")[-12000:]))
    return texts


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except ValueError:
        return text
