"""Somebody at the terminal: sees by AT-SPI, touches through the X server, acts on the bench by HTTP.

For the demo and the end-to-end tests. Everything a visitor does, a person can do; nothing reaches into the
terminal's processes.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from PIL import ImageGrab

from kiosk.bench.eyes import Eyes, Seen


class NotSeen(Exception):
    """What the visitor looked for did not appear; the message says what was there instead."""


class Visitor:
    """One pair of eyes and hands. `pictures` is where screenshots go."""

    def __init__(self, eyes: Eyes, display: str, bench_url: str, pictures: Path) -> None:
        self._eyes, self._display, self._bench = eyes, display, bench_url.rstrip("/")
        self._pictures = pictures
        pictures.mkdir(parents=True, exist_ok=True)
        self._taken = 0
        self._quiet_until = 0.0

    def see(self, text: str, within_s: float = 15.0) -> Seen:
        """Wait until something named with `text` shows; NotSeen when it does not come."""
        seen = self._eyes.find(text, within_s)
        if seen is None:
            self.picture(f"not seen: {text}")
            names = [other.name for other in self._eyes.look() if other.name]
            raise NotSeen(f"{text!r} did not appear in {within_s:.0f} s; on the screen: {names[:40]}")
        return seen

    def sees(self, text: str, within_s: float = 0.3) -> bool:
        """Whether something named with `text` shows now, or within `within_s`."""
        return self._eyes.find(text, within_s) is not None

    def all_seen(self) -> list[Seen]:
        """Everything that shows now."""
        return self._eyes.look()

    def tap(self, text: str, within_s: float = 15.0) -> None:
        """Touch the control named with `text` (an exact name wins), once it shows and is enabled."""
        ends = time.monotonic() + within_s
        while True:
            here = [seen for seen in self._eyes.look() if seen.enabled and seen.role != "label"]
            exact = [seen for seen in here if seen.name == text]
            matching = exact or [seen for seen in here if text in seen.name]
            if matching:
                self.touch(*matching[0].centre)
                return
            if time.monotonic() > ends:
                self.see(text, 0.0)
                raise NotSeen(f"{text!r} is there but cannot be touched")
            time.sleep(0.1)

    def tap_listed(self, text: str, further: str, within_s: float = 15.0) -> None:
        """Touch an entry of a long list; the button `further` brings what does not show yet."""
        ends = time.monotonic() + within_s
        self.see(text, within_s)
        while time.monotonic() < ends:
            here = [seen for seen in self._eyes.look() if seen.enabled and seen.role != "label"]
            entry = next((seen for seen in here if seen.name == text), None)
            pager = next((seen for seen in here if seen.name == further), None)
            if entry is not None and (pager is None or entry.y + entry.height <= pager.y):
                self.touch(*entry.centre)
                return
            if pager is not None:
                self.touch(*pager.centre)
            time.sleep(0.2)
        raise NotSeen(f"{text!r} stayed below the edge of the list")

    def touch(self, x: int, y: int) -> None:
        """Press and release at a point of the screen; a person needs half a second between two touches."""
        time.sleep(max(0.0, self._quiet_until - time.monotonic()))
        command = ["xdotool", "mousemove", str(x), str(y), "mousedown", "1", "sleep", "0.05", "mouseup", "1"]
        subprocess.run(command, env={"DISPLAY": self._display, "PATH": "/usr/bin:/bin"}, check=True, timeout=10)
        self._quiet_until = time.monotonic() + 0.45

    def hold(self, x: int, y: int, seconds: float) -> None:
        """Keep a finger on a point of the screen."""
        command = ["xdotool", "mousemove", str(x), str(y), "mousedown", "1", "sleep", str(seconds), "mouseup", "1"]
        subprocess.run(command, env={"DISPLAY": self._display, "PATH": "/usr/bin:/bin"}, check=True, timeout=30)

    def type_digits(self, digits: str) -> None:
        """Touch the keypad, key by key."""
        for digit in digits:
            self.tap(digit)

    def picture(self, caption: str) -> Path:
        """Keep a picture of the screen."""
        time.sleep(0.25)  # let the page settle, as an eye does
        self._taken += 1
        path = self._pictures / f"{self._taken:03d}.png"
        ImageGrab.grab(xdisplay=self._display).save(path)
        path.with_suffix(".txt").write_text(caption, encoding="utf-8")
        return path

    def act(self, method: str, path: str, **body: object) -> Any:
        """Do something at the bench: put a card, cut the line. Returns the JSON answer."""
        answer = requests.request(method, f"{self._bench}{path}", json=body or None, timeout=(2, 20))
        answer.raise_for_status()
        return answer.json()

    def fetch(self, path: str) -> bytes:
        """A file of the bench: the last receipt, a printed page."""
        answer = requests.get(f"{self._bench}{path}", timeout=(2, 20))
        answer.raise_for_status()
        return answer.content

    def newest_code(self, after: int = 0, within_s: float = 10.0) -> str:
        """The newest SMS code that the centre "sent", once more than `after` messages are there."""
        messages = wait_for(lambda: self._messages_beyond(after), within_s, "an SMS code")
        return str(messages[0]["code"])

    def messages(self) -> list[dict[str, str]]:
        """All SMS messages so far, newest first."""
        found: list[dict[str, str]] = self.act("GET", "/api/sms")["messages"]
        return found

    def _messages_beyond(self, after: int) -> list[dict[str, str]]:
        messages = self.messages()
        return messages if len(messages) > after else []


def wait_for(look: Callable[[], Any], within_s: float, what: str) -> Any:
    """Call `look` until it gives something true; NotSeen after `within_s`."""
    ends = time.monotonic() + within_s
    while True:
        if found := look():
            return found
        if time.monotonic() > ends:
            raise NotSeen(f"{what} did not come in {within_s:.0f} s")
        time.sleep(0.1)
