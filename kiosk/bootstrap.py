"""Composition root of the process with the screen: builds everything once, in order; ordered shutdown."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from kiosk.folders import CONFIG, Folders
from kiosk.journey.context import Context, TerminalFacts
from kiosk.settings import Settings, load_settings
from kiosk.terminal.clock import SystemClock
from kiosk.terminal.edition import floor_edition
from kiosk.terminal.heartbeat import Heartbeat
from kiosk.terminal.librarian import Librarian
from kiosk.terminal.links import EditionArrived, Links, Word
from kiosk.terminal.pin import PinGuard
from kiosk.terminal.terminal import Meant, Terminal
from ui.app import create_app
from ui.bridge import EventBridge, Timers

BEAT_EVERY_S = 1.0
READY = "ready"
"""A file of this name in the run folder says that the first page has been painted."""


def run_terminal(profile: Path, folders: Folders) -> int:
    """Run the full-screen terminal until SIGTERM. Returns the exit status."""
    settings = load_settings(profile)
    floor, facts = floor_edition(CONFIG), _facts(settings)
    app, window = create_app(floor.texts, lambda intent: terminal.handle_intent(intent), settings.screen.diagonal_mm)  # noqa: PLW0108  # bound below
    timers = Timers(lambda timer_id: _ring(timer_id))  # noqa: PLW0108  # bound below
    bridge = EventBridge(lambda meant: terminal.handle_word(meant))  # type: ignore[arg-type]  # only Meant is posted  # noqa: PLW0108  # bound below
    heartbeat = Heartbeat()
    context = Context(floor.catalogue, floor.texts, facts)
    pin = PinGuard(settings.technician.pin, time.monotonic)
    terminal = Terminal(context, window, timers, SystemClock(), pin)

    def post_news(word: Word) -> None:
        bridge.post(Meant(0, word))

    def _ring(timer_id: str) -> None:
        if timer_id == "beat":
            heartbeat.beat()
            timers.start("beat", BEAT_EVERY_S)
        else:
            terminal.handle_timer(timer_id)

    links = Links(folders.run.resolve(), settings.devices, post_news)
    librarian = Librarian(floor, facts, links.ask_store, lambda edition: post_news(EditionArrived(edition)))
    terminal.start(links, bridge.post, librarian)
    window.fill_screen()
    (folders.run / READY).touch()
    heartbeat.ready()
    timers.start("beat", BEAT_EVERY_S)
    signal.signal(signal.SIGTERM, lambda *_: app.exit(0))  # quit() would ask the window, which refuses
    try:
        return app.exec()
    finally:
        window.may_close = True
        timers.cancel_all()
        librarian.close()
        links.close()
        heartbeat.close()


def _facts(settings: Settings) -> TerminalFacts:
    terminal = settings.terminal
    return TerminalFacts(terminal.id, terminal.district, terminal.place, terminal.help_phone, terminal.site)
