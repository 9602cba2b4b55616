"""The one door from other threads into the screen's thread, and the shell's timers.

Not responsible for what the posted objects mean: the handler is given them in the order they came.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, Qt, QTimerEvent, Signal, Slot


class EventBridge(QObject):
    """Create it on the GUI thread; `post` may be called from any thread.

    The queue carries the objects, one parameterless queued signal wakes the GUI thread: no Python object crosses
    Qt's queue, and one wake-up may drain several objects.
    """

    _posted = Signal()

    def __init__(self, handler: Callable[[object], None]) -> None:
        super().__init__()
        self._handler = handler
        self._queue: SimpleQueue[object] = SimpleQueue()
        self._posted.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def post(self, item: object) -> None:
        """Hand `item` over; returns at once."""
        self._queue.put(item)
        self._posted.emit()

    @Slot()
    def _drain(self) -> None:
        while True:
            try:
                item = self._queue.get_nowait()
            except Empty:
                return
            self._handler(item)


class Timers(QObject):
    """Single-shot timers by id; `fired` is called on the GUI thread with the id.

    Plain timer events, not QTimer objects: nothing to free later, nothing that outlives its owner.
    """

    def __init__(self, fired: Callable[[str], None]) -> None:
        super().__init__()
        self._fired = fired
        self._running: dict[str, int] = {}

    def start(self, timer_id: str, after_s: float) -> None:
        """Fire `timer_id` once in `after_s` seconds; a running one of that id starts anew."""
        self.cancel(timer_id)
        self._running[timer_id] = self.startTimer(max(0, round(after_s * 1000)))

    def cancel(self, timer_id: str) -> None:
        """Forget `timer_id`; nothing happens if it does not run."""
        number = self._running.pop(timer_id, None)
        if number is not None:
            self.killTimer(number)

    def cancel_all(self) -> None:
        """Forget all."""
        for timer_id in tuple(self._running):
            self.cancel(timer_id)

    @property
    def running(self) -> frozenset[str]:
        """Ids that have not fired yet."""
        return frozenset(self._running)

    def timerEvent(self, event: QTimerEvent) -> None:
        due = [timer_id for timer_id, number in self._running.items() if number == event.timerId()]
        for timer_id in due:
            self.cancel(timer_id)
            self._fired(timer_id)
