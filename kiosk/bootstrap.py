"""Composition root of the terminal's own process: builds everything once, in order; ordered shutdown."""

from __future__ import annotations

import time
from pathlib import Path

from ui.app import start_screen

from kiosk.folders import CONFIG, Folders
from kiosk.settings import load_settings
from kiosk.terminal.clock import SystemClock
from kiosk.terminal.heartbeat import Heartbeat
from kiosk.terminal.links import Links
from kiosk.terminal.pin import PinGuard
from kiosk.terminal.terminal import Terminal
from kiosk.texts import load_texts

BEAT_EVERY_S = 1.0


def run_terminal(profile: Path, folders: Folders, size: tuple[int, int] | None = None) -> int:
    """Run the full-screen terminal until its window is closed by a signal. Returns the exit status."""
    settings = load_settings(profile)
    texts = load_texts(CONFIG / "texts")
    screen = start_screen(texts, settings.screen.diagonal_mm, size)
    clock = SystemClock()
    terminal = Terminal(
        build_context(settings),
        screen,
        screen.timers,
        clock,
        PinGuard(settings.technician.pin, time.monotonic),
    )
    post = screen.connect(on_intent=terminal.handle_intent, on_word=terminal.handle_word)
    links = Links(folders.run, settings.devices, terminal.post_world)
    terminal.start(links, post)
    heartbeat = Heartbeat()
    heartbeat.ready()
    screen.timers.every(BEAT_EVERY_S, heartbeat.beat)
    try:
        return screen.run()
    finally:
        links.close()
