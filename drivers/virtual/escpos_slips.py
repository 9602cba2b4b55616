"""The slips that came out of a virtual receipt printer: the newest ones, in memory and, if wished, as PNG files."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

from drivers.virtual.control import Refused, Reply
from drivers.virtual.paper import Slip

KEPT = 100


class Slips:
    """`count` slips have come out; `waiting` of them lie there untaken. The first is number 0."""

    def __init__(self, folder: Path | None = None, kept: int = KEPT) -> None:
        self._folder, self._slips = folder, deque[Slip](maxlen=kept)
        self.count, self.waiting, self.retracted = 0, 0, 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def add(self, slip: Slip) -> None:
        """One more; the oldest goes when there are too many."""
        if self._folder is not None:
            self._file(self.count).write_bytes(slip.png)
            if self._slips.maxlen is not None:
                self._file(self.count - self._slips.maxlen).unlink(missing_ok=True)
        self._slips.append(slip)
        self.count += 1
        self.waiting += 1

    def forget(self) -> None:
        """Begin to count anew; pictures in the folder stay until they are overwritten."""
        self._slips.clear()
        self.count, self.waiting, self.retracted = 0, 0, 0

    def take(self) -> None:
        """Somebody takes what lies there."""
        self.waiting = 0

    def retract(self) -> None:
        """The printer pulls the last one back into its bin."""
        if not self.waiting:
            raise Refused("there is no slip to pull back")
        self.waiting, self.retracted = 0, self.retracted + 1

    def show(self, path: str) -> Reply:
        """GET /last.png, /last.json, /list, /slips/N.png."""
        first = self.count - len(self._slips)
        match path:
            case "/last.png":
                return Reply(self._slip(self.count - 1).png, "image/png")
            case "/last.json":
                return Reply.json(_described(self._slip(self.count - 1), self.count - 1))
            case "/list":
                return Reply.json({"slips": [_described(slip, n) for n, slip in enumerate(self._slips, first)]})
        if path.startswith("/slips/") and path.endswith(".png"):
            number = path.removeprefix("/slips/").removesuffix(".png")
            return Reply(self._slip(int(number) if number.isdigit() else -1).png, "image/png")
        raise KeyError(path)

    def _slip(self, number: int) -> Slip:
        index = number - (self.count - len(self._slips))
        if not 0 <= index < len(self._slips):
            raise Refused("there is no such slip")
        return self._slips[index]

    def _file(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / f"slip-{number:06}.png"


def _described(slip: Slip, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "lines": slip.lines,
        "qr": slip.codes,
        "bitmaps": slip.bitmaps,
        "began_at": slip.began_at,
    }
