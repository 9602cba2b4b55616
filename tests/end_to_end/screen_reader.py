"""The terminal's own process, read and touched by lines: `python -m tests.end_to_end.screen_reader PROFILE RUN-FOLDER`.

Each page that is shown is one JSON line; each line on standard input, the name of an intent, is a touch.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QSocketNotifier

import kiosk.bootstrap
from kiosk.folders import Folders
from kiosk.intents import AnyIntent, Begun, Confirmed, DoorChosen, LeavePressed, TabChosen
from kiosk.views import AnyView, MenuView
from ui.window import KioskWindow

TOUCHES: dict[str, AnyIntent] = {
    "begin": Begun(),
    "offices": TabChosen("department"),
    "insurance": DoorChosen("hrss"),
    "leave": LeavePressed(),
    "confirm": Confirmed(),
}


@dataclass(frozen=True)
class RunFolder(Folders):
    """The sockets lie in the data folder itself."""

    @property
    def run(self) -> Path:
        return self.data


def tell(view: AnyView) -> None:
    """One line about a page."""
    tiles = [tile for group in view.groups for tile in group.tiles] if isinstance(view, MenuView) else []
    told = {"view": type(view).__name__, "tiles": {tile.id: tile.reason for tile in tiles}}
    print(json.dumps(told, ensure_ascii=False), flush=True)


def main() -> int:
    """Run the terminal."""
    make = kiosk.bootstrap.create_app
    kept: list[Any] = []

    def create_app(*options: Any) -> Any:
        app, window = make(*options)
        kept.append(listen(window))
        return app, window

    kiosk.bootstrap.create_app = create_app
    return kiosk.bootstrap.run_terminal(Path(sys.argv[1]), RunFolder(Path(sys.argv[2])))


def listen(window: KioskWindow) -> QSocketNotifier:
    """Tell every page, take touches."""
    show = window.show_view

    def show_and_tell(view: AnyView) -> None:
        show(view)
        tell(view)

    window.show_view = show_and_tell  # type: ignore[method-assign,assignment]  # to listen in
    ear = QSocketNotifier(0, QSocketNotifier.Type.Read)

    def hear() -> None:
        for word in os.read(0, 64).decode().split():
            window.intent.emit(TOUCHES[word])

    ear.activated.connect(hear)
    return ear


if __name__ == "__main__":
    sys.exit(main())
