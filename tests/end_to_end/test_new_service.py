"""A new service is one TOML file: published, and on the menu by the next sync, with nothing started again (goal S5).

Every part is a process of its own: the centre, the publisher, the store, the terminal with its screen.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from kiosk.folders import CONFIG
from tests.faults.fleet import ROOT

TERMINAL = "GZ-TH-0001"
CARD = "services/hrss/social-security-card.toml"
NEW = "hrss/second-card"
WITHIN_S = 60.0


class City:
    """The processes, and what an officer types."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self._running, self.centre = running, folder / "centre"
        self.config, self.keys = folder / "config", folder / "keys"
        self.data = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="ds-")))
        shutil.copytree(CONFIG, self.config)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self._port = taken.getsockname()[1]
        self.profile = self.data / "profile.toml"
        head = (CONFIG / "terminals" / "dev.toml").read_text(encoding="utf-8").split("[devices.")[0]
        url = f"http://127.0.0.1:{self._port}"
        centre = f'[centre]\nurl = "{url}"\nterminal = "{TERMINAL}"\npoll_s = 0.2\ncatalogue_s = 0.5\n'
        self.profile.write_text(head + "[store]\nreserve_mb = 1\n" + centre, encoding="utf-8")

    def kiosk(self, *words: object) -> str:
        command = [sys.executable, "-m", "kiosk", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def publish(self) -> None:
        place = ("--keys", self.keys, "--data", self.centre)
        self.kiosk("catalogue", "publish", "--config", self.config, *place)

    def start(self, *words: object, **how: Any) -> subprocess.Popen[str]:
        log = self._running.enter_context((self.data / f"{words[0]}.log").open("w"))
        command = [sys.executable, "-m", *map(str, words)]
        process = subprocess.Popen(command, stderr=log, text=True, cwd=ROOT, **how)
        self._running.enter_context(process)  # closes its pipes and waits for it, once it was killed
        self._running.callback(process.kill)
        return process

    def bring_up(self) -> Screen:
        self.kiosk("catalogue", "keys", "--drill", self.keys)
        self.publish()
        code = self.kiosk("central", "invite", TERMINAL, "--data", self.centre)
        (self.data / "enrolment.code").write_text(code)
        shutil.copy(self.centre / "catalogue" / "root" / "1.json", self.data / "catalogue-root.json")
        self.start("kiosk", "central", "serve", "--port", self._port, "--data", self.centre)
        self._wait_for_centre()
        place = ("--config", self.profile, "--data", self.data)
        self.start("offline_cache", "--socket", self.data / "store.sock", *place)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        return Screen(self.start("tests.end_to_end.screen_reader", self.profile, self.data, **pipes))

    def _wait_for_centre(self) -> None:
        ends = time.monotonic() + WITHIN_S
        while time.monotonic() < ends:
            try:
                if requests.get(f"http://127.0.0.1:{self._port}/v1/centre", timeout=1).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)  # the only sign of a server that is not up yet is that it does not answer
        raise AssertionError("the centre did not come up")


class Screen:
    """The terminal's screen, read page by page."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def touch(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def until(self, *views: str) -> dict[str, Any]:
        """The next page of these kinds."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told: dict[str, Any] = json.loads(line)
            if told["view"] in views:
                return told
        raise AssertionError("the terminal has ended")

    def menu(self) -> dict[str, str]:
        """Begin, read what the office has, leave."""
        for word in ("begin", "offices", "insurance"):
            self.touch(word)
            told = self.until("MenuView")
        self.touch("leave")
        self.until("GoodbyeView")
        self.touch("confirm")
        self.until("AttractView")
        tiles: dict[str, str] = told["tiles"]
        return tiles

    def menu_with(self, service: str, reason: str = "") -> dict[str, str]:
        """The first menu that has a service, with this reason where one is given."""
        ends = time.monotonic() + WITHIN_S
        while time.monotonic() < ends:
            tiles = self.menu()
            if service in tiles and reason in tiles[service]:
                return tiles
        raise AssertionError(f"{service} did not come")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with ExitStack() as running:
        yield City(tmp_path, running)


def test_one_file_is_published_and_on_the_menu_and_withdrawn_with_nothing_started_again(city: City) -> None:
    screen = city.bring_up()
    screen.until("AttractView")
    assert NEW not in screen.menu()
    source = (city.config / CARD).read_text(encoding="utf-8")
    (city.config / "services" / f"{NEW}.toml").write_text(
        source.replace('"hrss/social-security-card"', f'"{NEW}"'), encoding="utf-8"
    )
    city.publish()
    city.kiosk("catalogue", "advance", "--everybody", "--data", city.centre)
    began = time.monotonic()
    screen.menu_with(NEW)
    assert time.monotonic() - began < WITHIN_S
    city.kiosk("catalogue", "withdraw", NEW, "--keys", city.keys, "--data", city.centre)
    screen.menu_with(NEW, "暂停")
    status = json.loads(
        city.kiosk("catalogue", "status", "--json", "--profile", city.profile, "--data", _with_run(city.data))
    )
    assert (status["version"], status["kept"], status["withdrawn"]) == (2, [1, 2], [NEW])
    place = ("--profile", city.profile, "--data", city.data)
    assert city.kiosk("catalogue", "diff", 1, 2, *place) == f"new: services/{NEW}.toml\n"
    city.kiosk("catalogue", "rollback", 1, *place)
    for _ in range(200):
        if NEW not in screen.menu():
            return
    raise AssertionError("the step back did not reach the screen")


def _with_run(data: Path) -> Path:
    """Commands look for the sockets in a run folder."""
    if not (data / "run").exists():
        os.symlink(data, data / "run")
    return data
