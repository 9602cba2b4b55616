"""The engine that turns words into sound: espeak-ng into aplay, a process a sentence, so that it can be cut off at
once.

The words go in by standard input: a process list shows arguments to everybody. Not responsible for what is said.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
from subprocess import DEVNULL, PIPE
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

ENGINE, PLAYER = "espeak-ng", "aplay"
WORDS_A_MINUTE = 165
LOOK_MS = 100
MOST_BYTES = 32_000
"""Of one text: less than a pipe holds, so that writing it never waits."""
LOUDNESS_A_STEP = 25
"""espeak-ng's amplitude goes to 200: eight steps of 25 are 18 dB."""

Pipe = subprocess.Popen[bytes]

log = logging.getLogger(__name__)


class Speaker(Protocol):
    """Says one thing at a time."""

    @property
    def speaking(self) -> bool:
        """Whether something is being said."""

    def say(self, text: str, voice: str, volume: int) -> None:
        """Say `text` now, in place of what is being said. `voice` is the engine's, `volume` 1 to 8."""

    def stop(self) -> None:
        """Be silent."""


class EspeakSpeaker(QObject):
    """Speaks through the machine's default sound output. `finished` is emitted when a text was said to its end.

    Without the engine, the player or a sound output nothing is heard and one line is logged; the captions go on.
    """

    finished = Signal()

    def __init__(self, engine: str = ENGINE, player: str = PLAYER) -> None:
        super().__init__()
        self._engine, self._player = engine, player
        self._running: tuple[Pipe, Pipe] | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._look_whether_done)
        self.available = True

    @property
    def speaking(self) -> bool:
        """Whether something is being said."""
        return self._running is not None

    def say(self, text: str, voice: str, volume: int) -> None:
        """Say `text` now, in place of what is being said."""
        self.stop()
        if not text.strip() or not self.available:
            return
        loudness = str(LOUDNESS_A_STEP * volume)
        settings = ["-v", voice, "-s", str(WORDS_A_MINUTE), "-a", loudness, "-b", "1", "--stdin", "--stdout"]
        try:
            self._running = self._started([self._engine, *settings], text)
        except OSError as error:
            self.available = False
            log.warning("speech: %s or %s cannot be started: %s", self._engine, self._player, error.strerror)
            return
        self._look.start()

    def _started(self, command: list[str], text: str) -> tuple[Pipe, Pipe]:
        engine = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        try:
            player = subprocess.Popen([self._player, "-q", "-"], stdin=engine.stdout, stdout=DEVNULL, stderr=DEVNULL)
        except OSError:
            _end(engine)
            raise
        assert engine.stdin is not None
        assert engine.stdout is not None
        engine.stdout.close()  # it is the player's now
        with contextlib.suppress(BrokenPipeError):
            engine.stdin.write(text.encode()[:MOST_BYTES])
            engine.stdin.close()
        return engine, player

    def stop(self) -> None:
        """Be silent at once."""
        self._look.stop()
        running, self._running = self._running, None
        for process in running or ():
            _end(process)

    def _look_whether_done(self) -> None:
        code = self._running[1].poll() if self._running is not None else None
        if code is None:
            return
        self.stop()
        if code:
            log.warning("speech: the player ended with %d; is there a sound output?", code)
        self.finished.emit()


def _end(process: Pipe) -> None:
    process.kill()
    process.wait()
