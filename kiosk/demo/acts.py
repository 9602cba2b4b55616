"""What the people of the story do, in the words of the story. Built on kiosk.bench.visitor."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from kiosk.bench.plan import Plan
from kiosk.bench.visitor import NotSeen, Visitor, wait_for
from kiosk.demo.report import Check, Scene
from kiosk.folders import CONFIG

READY_S = 25.0


class Acts:
    """One story on one bench; `begin` turns to the next scene."""

    def __init__(self, visitor: Visitor, plan: Plan) -> None:
        self.visitor, self.plan = visitor, plan
        self.scene = Scene("", "")
        self._folder = Path()
        self._pictures: list[tuple[str, str]] = []
        samples = tomllib.loads((CONFIG / "samples" / "people.toml").read_text(encoding="utf-8"))["person"]
        self.people: dict[str, dict[str, Any]] = {sample["id"]: sample for sample in samples}

    def begin(self, scene: Scene, folder: Path) -> None:
        """Everything that follows belongs to this scene."""
        self.scene, self._folder, self._pictures = scene, folder, []
        self.visitor.see("在线", READY_S)

    def promise(self, promise: str, held: bool, seen: object = "") -> None:
        """Write down whether a promise held."""
        self.scene.checks.append(Check(promise, bool(held), str(seen)))

    def picture(self, caption: str) -> None:
        """Keep the screen as it is."""
        path = self.visitor.picture(caption)
        self._pictures.append((str(path.relative_to(self._folder)), caption))

    def take_pictures(self) -> list[tuple[str, str]]:
        """The scene's pictures, once."""
        taken, self._pictures = self._pictures, []
        return taken

    def paper(self, path: str, name: str, caption: str) -> Path:
        """Keep a paper of the bench: a receipt's picture, a page, a PDF."""
        target = self._folder / "papers" / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(self.visitor.fetch(path))
        self.scene.papers.append((str(target.relative_to(self._folder)), caption))
        return target

    def open_service(self, title: str, office: str = "") -> None:
        """From the attract screen to the first step: from the hot list, or through the door of an office."""
        self.visitor.tap("开始办理")
        if office:
            self.visitor.tap("按部门")
            self.visitor.tap_listed(office, "向下看")
        self.visitor.tap_listed(title, "向下看")
        self.visitor.see("办理步骤")
        self.picture(f"{title}：办理前先说明能不能办")
        self.visitor.tap("开始办理")
        self.visitor.tap("同意并继续")

    def prove_identity(self, person: str) -> None:
        """Card on the reader, then the code from the phone."""
        before = len(self.visitor.messages())
        self.visitor.see("请放身份证")
        self.picture("放身份证")
        self.visitor.act("POST", "/api/card", person=person)
        self.visitor.see("输入短信验证码")
        self.visitor.type_digits(self.visitor.newest_code(before))
        self.picture("输入短信验证码")
        self.visitor.tap("确定")

    def finish(self, rating: str = "非常满意") -> None:
        """Rate, see the proof of wipe, take the card, leave."""
        self.visitor.tap("完成", 30)
        self.visitor.see("您满意吗")
        self.picture("好差评")
        self.visitor.tap(rating)
        self.leave()

    def leave(self) -> None:
        """The goodbye page: what was held is gone; then the attract screen."""
        self.visitor.see("已从本机清除", 20)
        self.picture("资料已清除")
        self.promise("the goodbye page lists what was held and says that it is gone", True)
        self.visitor.act("DELETE", "/api/card")
        with contextlib.suppress(NotSeen):
            self.visitor.tap("我已取好", 5)
        self.visitor.see("您好，在这里办事", 30)

    def line(self, state: str) -> None:
        """Cut or mend the line."""
        self.visitor.act("POST", "/api/line", state=state)

    def last_receipt(self) -> dict[str, Any]:
        """The last slip, as the printer read it."""
        found: dict[str, Any] = self.visitor.act("GET", "/api/receipt/last.json")
        return found

    def print_job(self) -> dict[str, Any]:
        """The last print job of the A4 printer."""
        jobs = self.visitor.act("GET", "/api/document/jobs")["jobs"]
        return dict(jobs[-1]) if jobs else {}

    def received(self, local_number: str) -> list[dict[str, Any]]:
        """What the centre has of a local number."""
        rows = requests.get(f"http://127.0.0.1:{self.plan.ports.centre}/demo/transactions", timeout=5).json()
        return [row for row in rows["transactions"] if row["local_number"] == local_number]

    def wait(self, look: Callable[[], Any], within_s: float, what: str) -> Any:
        """Wait for something at the bench or the centre."""
        return wait_for(look, within_s, what)

    def kill_terminal_screen(self) -> None:
        """What a power cut does to the process with the screen."""
        found = subprocess.run(
            ["pgrep", "-f", f"kiosk terminal --profile {self.plan.profile}"], capture_output=True, text=True, check=True
        )
        for pid in found.stdout.split():
            os.kill(int(pid), signal.SIGKILL)

    def kill_terminal(self) -> None:
        """The whole terminal at once: screen, store and drivers."""
        for pattern in ("kiosk run", "kiosk terminal", "offline_cache", "drivers.host"):
            found = subprocess.run(
                ["pgrep", "-f", f"{pattern}.*{self.plan.profile}"], capture_output=True, text=True, check=False
            )
            for pid in found.stdout.split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)

    def recover(self) -> None:
        """After a broken scene: mend everything and get back to the attract screen."""
        self.picture("这里没有按约定继续 / not as promised")
        for path, body in (("line", {"state": "up"}), ("document/clear", {}), ("document/tray", {"sheets": 250})):
            self.visitor.act("POST", f"/api/{path}", **body)
        self.visitor.act("POST", "/api/receipt/paper", state="ok")
        for device in ("id_card", "receipt", "document", "camera"):
            self.visitor.act("POST", f"/api/devices/{device}/plug")
        self.visitor.act("DELETE", "/api/card")
        self.kill_terminal_screen()
        self.visitor.see("您好，在这里办事", 30)
