"""The on-screen keyboards: Chinese with librime, Latin, number and phone pads.

`KeyboardPanel` is all that a screen needs. It is imported on first use, so that the input process
(ui.keyboard.rime_host), which lives in this package, starts without Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ui.keyboard.panel import KeyboardPanel
    from ui.keyboard.rime import InputEngine

__all__ = ["InputEngine", "KeyboardPanel"]


def __getattr__(name: str) -> Any:
    if name == "KeyboardPanel":
        from ui.keyboard.panel import KeyboardPanel

        return KeyboardPanel
    if name == "InputEngine":
        from ui.keyboard.rime import InputEngine

        return InputEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
