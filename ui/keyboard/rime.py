"""Chinese input for the keyboards: keeps an input process warm, asks it, and never makes the screen wait.

The process is started ahead of time, started again when it dies or hangs, and killed with its folder wiped by
`reset`, at the end of a session. Not responsible for keys or pictures (ui.keyboard.panel).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from ui.keyboard import rime_wire as wire
from ui.keyboard.composition import Composition
from ui.keyboard.rime_process import HostGone, HostProcess

log = logging.getLogger(__name__)

SHARED = Path("/usr/share/rime-data")
TABLES = {
    "doorstep_pinyin": ("pinyin_simp", "luna_pinyin"),
    "doorstep_pinyin_traditional": ("luna_pinyin",),
    "doorstep_jyutping": ("jyut6ping3",),
    "doorstep_jyutping_simplified": ("jyut6ping3",),
    "doorstep_cangjie": ("cangjie5",),
    "doorstep_stroke": ("stroke",),
}
"""Our schemas, and Debian's prebuilt tables that each one reads."""


class Host(Protocol):
    """What the engine needs of an input process (ui.keyboard.rime_process.HostProcess)."""

    def fileno(self) -> int:
        """The descriptor to watch."""

    def send(self, request: wire.Request) -> None:
        """Hand over, or raise HostGone."""

    def receive(self) -> list[wire.Reply]:
        """What is here, or raise HostGone."""

    def close(self) -> None:
        """End it and wipe."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for the process, in milliseconds.

    After it failed as often as `restart_after_ms` is long, it is left alone for `rest_ms`.
    """

    start_ms: int = 5000
    reply_ms: int = 1500
    restart_after_ms: tuple[int, ...] = (0, 200, 1000)
    rest_ms: int = 10_000


def installed_schemas(shared: Path = SHARED) -> frozenset[str]:
    """The schemas whose tables are on this machine."""
    return frozenset(
        schema
        for schema, tables in TABLES.items()
        if all((shared / "build" / f"{table}.table.bin").is_file() for table in tables)
    )


class InputEngine(QObject):
    """Turns strokes into text. All methods return at once; answers come as signals."""

    committed = Signal(str)
    """Finished text."""
    changed = Signal()
    """`preedit`, `candidates`, `more` or `available` is another."""

    def __init__(
        self,
        schema: str,
        count: int = 12,
        parent: QObject | None = None,
        *,
        start: Callable[[], Host] = HostProcess,
        patience: Patience = Patience(),
    ) -> None:
        """Begin with `schema`, `count` candidates a page. Nothing runs before `warm` or the first stroke."""
        super().__init__(parent)
        self.composition = Composition(schema, count)
        self.available = True
        self._start_process, self._patience = start, patience
        self._hosts: list[Host] = []  # none or one
        self.destroyed.connect(partial(_close_all, self._hosts))
        self._notifier: QSocketNotifier | None = None
        self._greeted = False
        self._failures = 0
        self._deadline = self._timer(self._late)
        self._restart = self._timer(self.warm)

    def warm(self) -> None:
        """Start the process if it does not run, so that the first key is answered at once."""
        self._restart.stop()
        if self._hosts:
            return
        try:
            host = self._start_process()
        except OSError as error:
            log.error("the input process cannot be started: %s", error.strerror)
            self._failed()
            return
        self._hosts.append(host)
        self._greeted = False
        self._notifier = QSocketNotifier(host.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._readable)
        self._deadline.start(self._patience.start_ms)

    def use(self, schema: str) -> None:
        """Write with another schema; what was being composed is dropped."""
        self.composition.use(schema)
        self._ask()
        self.changed.emit()

    def press(self, stroke: str) -> None:
        """One stroke (ui.keyboard.rime_wire). Ignored while there is no Chinese input."""
        if self.available and self.composition.press(stroke):
            self._ask()
            if not self._greeted or not self.composition.active:
                self.changed.emit()  # the bare letters, while the process starts

    def look_at(self, first: int, count: int) -> None:
        """Ask for `count` candidates from `first` on."""
        self.composition.look_at(first, count)
        self._ask()

    def drop(self) -> None:
        """Forget what is being composed."""
        self.composition.drop()
        self.changed.emit()

    def reset(self) -> None:
        """Forget everything: composition, process, folder. A new process is warmed for the next citizen."""
        self.composition.drop()
        self.close()
        self._failures = 0
        self.composition.lost()
        self._restart.start(0)
        self.changed.emit()

    def close(self) -> None:
        """Kill the process and wipe its folder."""
        self._restart.stop()
        self._deadline.stop()
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        _close_all(self._hosts)
        self._greeted = False

    @property
    def process(self) -> Host | None:
        """The process that runs now, for health figures and tests."""
        return self._hosts[0] if self._hosts else None

    def _timer(self, on_timeout: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(on_timeout)
        return timer

    def _ask(self) -> None:
        if (host := self.process) is None:
            if not self._restart.isActive():
                self.warm()
            return
        if not self._greeted:
            return
        request = self.composition.next_request()
        if request is None:
            return
        try:
            host.send(request)
        except HostGone as gone:
            self._gone(str(gone))
            return
        self._deadline.start(self._patience.reply_ms)

    def _readable(self) -> None:
        if (host := self.process) is None:
            return
        try:
            replies = host.receive()
        except HostGone as gone:
            self._gone(str(gone))
            return
        for reply in replies:
            self._take(reply)

    def _take(self, reply: wire.Reply) -> None:
        if reply.number == 0:
            self._greet(reply)
            return
        text = self.composition.take(reply)
        if not self.composition.waiting:
            self._deadline.stop()
        if text is None:
            return
        if reply.error:
            log.error("input: %s", reply.error)
        self._failures = 0
        self._set_available(True)
        if text:
            self.committed.emit(text)
        self._ask()
        if not self.composition.waiting:
            self.changed.emit()

    def _greet(self, reply: wire.Reply) -> None:
        self._deadline.stop()
        if reply.error:  # librime is not there: starting again will not bring it
            log.error("no Chinese input: %s", reply.error)
            self._give_up()
            return
        self._greeted = True
        self._ask()

    def _late(self) -> None:
        self._gone("no answer in time")

    def _gone(self, why: str) -> None:
        log.warning("the input process is replaced: %s", why)
        self.close()
        self.composition.lost()
        self._failed()

    def _failed(self) -> None:
        """Try again soon; after several failures in a row, drop what may be the cause and rest."""
        self._failures += 1
        delays = self._patience.restart_after_ms
        if self._failures > len(delays):
            self._give_up()
            self._restart.start(self._patience.rest_ms)
        else:
            self._restart.start(delays[self._failures - 1])

    def _give_up(self) -> None:
        self.close()
        self.composition.drop()
        self.composition.lost()
        self._set_available(False)

    def _set_available(self, available: bool) -> None:
        if available != self.available:
            self.available = available
            self.changed.emit()


def _close_all(hosts: list[Host]) -> None:
    while hosts:
        hosts.pop().close()
