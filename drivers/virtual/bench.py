"""The bench page and its HTTP interface: one place from which all virtual devices are handled.

Not responsible for any device: each is a child process with a control port of its own; requests are passed on.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.virtual.control import Refused, Reply
from drivers.virtual.people import LAYOUTS, address_block, load_people, text_block

PAGE = Path(__file__).with_name("bench.html")
PASS_ON_S = 15.0


@dataclass(frozen=True)
class DeviceSpec:
    """One virtual device: its program, and the port it uses by default."""

    module: str
    port: int


DEVICES: Mapping[str, DeviceSpec] = {
    "id_card": DeviceSpec("id_card", 5301),
    "receipt": DeviceSpec("receipt_printer", 9101),
    "document": DeviceSpec("document_printer", 8631),
    "camera": DeviceSpec("camera", 8081),
    "smart_card": DeviceSpec("smart_card", 35963),
    "scanner": DeviceSpec("scanner", 5303),
    "panel": DeviceSpec("panel", 5304),
    "line": DeviceSpec("line", 8710),
}
"""Every device of the bench, by the name under which it is asked for."""


@dataclass(frozen=True)
class Settings:
    """Ports by device (default: its own), the centre's address, the sample people, where the screen can be seen.

    `data` keeps slips, papers and the PC/SC service's socket; without it there is no PC/SC service.
    """

    ports: Mapping[str, int]
    centre: str
    people: Path
    screen_url: str = ""
    data: Path | None = None


class Bench:
    """Starts the devices; `handle` serves the page and its interface."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._people = load_people(settings.people)
        self._on_reader = ""
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._controls: dict[str, int] = {}
        self.ports: dict[str, int] = {}
        for name, spec in DEVICES.items():
            self._start(name, spec, settings.ports.get(name, spec.port))

    def close(self) -> None:
        """Stop the devices."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(5)
            if process.stdout is not None:
                process.stdout.close()

    def handle(self, method: str, path: str, body: Mapping[str, Any]) -> Reply:
        """The page and /api."""
        match method, path.strip("/").split("/"):
            case "GET", [""]:
                return Reply(PAGE.read_bytes(), "text/html; charset=utf-8")
            case "GET", ["api", "state"]:
                return Reply.json(self.state())
            case "GET", ["api", "people"]:
                return Reply.json({"people": [self._shown(person_id) for person_id in self._people]})
            case "GET", ["api", "sms"]:
                return self._centre("/demo/sms")
            case "POST" | "DELETE", ["api", "card"]:
                return self._put_card(body) if method == "POST" else self._take_card()
            case "POST", ["api", "line"]:
                return self._pass_on("line", "POST", "/state", body)
            case "POST", ["api", "seed"]:
                return self._seed_all(body)
            case "POST", ["api", "devices", device, action] if action in {"fault", "seed", "plug", "unplug"}:
                return self._pass_on(device, "POST", f"/{action}", body)
            case _, ["api", device, *rest] if device in self._controls:
                return self._pass_on(device, method, "/" + "/".join(rest), body)
        raise KeyError(path)

    def state(self) -> dict[str, Any]:
        """Everything the page shows; a device whose program has ended is told as such."""
        return {
            "devices": {name: self._state_of(name) for name in self._controls},
            "ports": self.ports,
            "on_reader": self._shown(self._on_reader) if self._on_reader in self._people else None,
            "screen_url": self._settings.screen_url,
            "centre": self._settings.centre,
        }

    def _state_of(self, name: str) -> dict[str, Any]:
        if self._processes[name].poll() is not None:
            return {"plugged": False, "fault": "program ended"}
        state: dict[str, Any] = json.loads(self._pass_on(name, "GET", "/").body)
        return state

    def _start(self, name: str, spec: DeviceSpec, port: int) -> None:
        command = [sys.executable, "-m", f"drivers.virtual.{spec.module}", "--port", str(port), "--control-port", "0"]
        command += self._options(name)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"virtual {name} did not start on port {port}")
        told = json.loads(line)
        self._processes[name], self._controls[name], self.ports[name] = process, told["control"], told["port"]

    def _options(self, name: str) -> list[str]:
        """What else a device's command line says."""
        data = self._settings.data
        match name:
            case "line":
                return ["--centre", self._settings.centre]
            case "smart_card" if data is not None:
                return ["--service-folder", str(data / "pcsc")]
            case "receipt" | "document" if data is not None:
                return ["--data", str(data / name)]
        return []

    def _seed_all(self, body: Mapping[str, Any]) -> Reply:
        """Every device misbehaves at random from one seed, each in its own way; rate 0 ends it."""
        seed, rate = body.get("seed", 0), body.get("rate", 0.0)
        if not isinstance(seed, int) or not isinstance(rate, int | float):
            raise Refused("seed is a whole number, rate a number between 0 and 1")
        for place, name in enumerate(self._controls):
            if name != "line":
                self._pass_on(name, "POST", "/seed", {"seed": seed + place, "rate": rate})
        return Reply.json({"seed": seed, "rate": rate})

    def _take_card(self) -> Reply:
        self._on_reader = ""
        return self._pass_on("id_card", "DELETE", "/card")

    def _put_card(self, body: Mapping[str, Any]) -> Reply:
        if "text_block" in body:
            self._on_reader = ""
            return self._pass_on("id_card", "POST", "/card", {"text_block": body["text_block"]})
        person = self._people.get(str(body.get("person", "")))
        if person is None:
            raise Refused("no such sample person")
        card = {"text_block": text_block(person).hex()}
        if body.get("new_address"):
            card["address"] = address_block(str(body["new_address"])).hex()
        self._on_reader = person.id
        return self._pass_on("id_card", "POST", "/card", card)

    def _shown(self, person_id: str) -> dict[str, str]:
        person = self._people[person_id]
        return {
            "id": person.id,
            "name": person.name or person.english_name,
            "layout": person.layout,
            "kind": LAYOUTS[person.layout],
            "birth": person.birth,
            "district": person.hukou_district,
            "note": person.note,
        }

    def _pass_on(self, device: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        if device not in self._controls:
            raise Refused(f"devices are: {', '.join(self._controls)}")
        try:
            return _fetch(f"http://127.0.0.1:{self._controls[device]}{path}", method, body)
        except OSError:
            raise Refused(f"the virtual {device} has ended") from None

    def _centre(self, path: str) -> Reply:
        with contextlib.suppress(OSError, urllib.error.URLError):
            return _fetch(f"{self._settings.centre}{path}", "GET", None)
        return Reply.json({"messages": []})


def _fetch(url: str, method: str, body: Mapping[str, Any] | None) -> Reply:
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, method=method)  # noqa: S310  # loopback only
    try:
        with urllib.request.urlopen(request, timeout=PASS_ON_S) as answer:  # noqa: S310
            return Reply(answer.read(), answer.headers.get("Content-Type", ""), answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.read(), error.headers.get("Content-Type", ""), error.code)
