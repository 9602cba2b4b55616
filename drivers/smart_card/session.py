"""Work with one card that can be left at any moment.

PC/SC gives SCardTransmit no deadline: a mute card holds the caller for as long as its reader likes. So the work runs on
a thread of its own, and is left behind when its owner's time is over; it ends by itself at the next answer. A few may
be left behind at most: then the reader hangs, and only a person can help.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from drivers.contract.errors import CommandCancelled, DeviceOffline, DeviceTimeout, NoMedia
from drivers.smart_card import pcsc
from drivers.smart_card.apdu import Send
from kiosk.ipc import Cancelled, Control, DeadlineExceeded


class NotYetThere(NoMedia):
    """The reader still told of a card that is gone: nothing was asked of it, and waiting may go on."""


T = TypeVar("T")
LOOK_EVERY_S = 0.02
LEFT_BEHIND_LIMIT = 3


class Sessions:
    """Runs one piece of work at a time on the card in a reader."""

    def __init__(self) -> None:
        self._left_behind: list[threading.Thread] = []

    def run(self, reader: str, work: Callable[[Send], T], control: Control) -> T:
        """Connect, let `work` talk to the card, power it down. Raises what it raises, Cancelled, DeadlineExceeded."""
        self._left_behind = [thread for thread in self._left_behind if thread.is_alive()]
        if len(self._left_behind) >= LEFT_BEHIND_LIMIT:
            raise DeviceOffline("the smart-card reader hangs: unplug it and plug it in again", cause="hung")
        session = _Session(reader, work)
        try:
            while not session.done.wait(min(LOOK_EVERY_S, control.remaining_s)):
                control.check()
        except (Cancelled, DeadlineExceeded):
            session.stopped.set()
            self._left_behind.append(session.thread)
            raise
        session.thread.join()
        try:
            return session.outcome()
        except DeviceOffline as error:
            if self._left_behind and error.evidence.get("cause") == pcsc.IN_USE:
                raise DeviceTimeout("the card still owes an answer: take it out", cause="mute") from None
            raise


class _Session(Generic[T]):
    def __init__(self, reader: str, work: Callable[[Send], T]) -> None:
        self._reader, self._work = reader, work
        self.stopped, self.done = threading.Event(), threading.Event()
        self._results: list[T] = []
        self._error: Exception | None = None
        self.thread = threading.Thread(target=self._run, name="smart-card-session", daemon=True)
        self.thread.start()

    def outcome(self) -> T:
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._talk())
        except Exception as error:  # goes to whoever waits; nobody else would see it
            self._error = error
        finally:
            self.done.set()

    def _talk(self) -> T:
        context = pcsc.Context()
        try:
            card = self._connect(context)
            try:
                return self._work(lambda command: self._transmit(card, command))
            finally:
                card.close()
        finally:
            context.close()

    def _connect(self, context: pcsc.Context) -> pcsc.Card:
        try:
            return context.connect(self._reader)
        except NoMedia as error:
            raise NotYetThere(error.hint) from None

    def _transmit(self, card: pcsc.Card, command: bytes) -> bytes:
        if self.stopped.is_set():
            raise CommandCancelled  # the owner has gone: touch the card no more
        return card.transmit(command)
