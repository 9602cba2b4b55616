"""The whole house: real processes, a virtual screen, a citizen who sees by AT-SPI and touches through X."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kiosk.demo.play import play_story


@pytest.mark.timeout(240)
def test_a_citizen_gets_her_certificate_and_a_captured_application_arrives_once(tmp_path: Path) -> None:
    for program in ("Xvfb", "xdotool", "dbus-daemon", "x11vnc", "websockify"):
        assert shutil.which(program), f"{program} is missing: run ./run setup"
    report = play_story(tmp_path / "demo", only=("certificate", "offline", "progress", "nothing_stays"))
    broken = [
        f"{scene.title}: {check.promise} — {check.seen}"
        for scene in report.scenes
        for check in scene.checks
        if not check.held
    ]
    assert not broken
    assert len(report.scenes) == 4
    assert (tmp_path / "demo" / "index.html").stat().st_size > 3000
