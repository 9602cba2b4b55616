"""The conversation with a panel board: requests and answers on the caller's thread, events on a thread of its own.

Not responsible for what is said. One thread reads as long as the link is open, so that a key is heard also while a
command waits for its answer, or nobody asks anything. Requests may be asked again: none does anything twice.
"""

from __future__ import annotations

import contextlib
import logging
import math
import queue
import threading
import time
from typing import Protocol

from drivers.contract.errors import DeviceError, DeviceFault, DeviceOffline, DeviceTimeout, ProtocolError
from drivers.panel.frames import ANSWER, REASONS, Frame, FrameParser, Kind, encode
from drivers.transport import Transport
from kiosk.ipc import Cancelled, Control

log = logging.getLogger(__name__)
TRIES, ANSWER_S = 3, 0.3
_SLICE_S = 0.05
UNASKED = 0
"""SEQ of requests whose answer nobody waits for."""


class Listener(Protocol):
    """What the reading thread talks to."""

    def heard(self, frame: Frame) -> None:
        """Every event, and every answer, before whoever waits for it gets it."""

    def paused(self) -> float:
        """Called between portions; how long to wait for the next one, in seconds."""

    def lost(self, error: DeviceError) -> None:
        """The board is gone; nothing more will be heard."""


class PanelLink:
    """One opening of the wire; made anew after `lost`. `answers`: whether the board did so when last asked."""

    def __init__(self, transport: Transport, listener: Listener, control: Control) -> None:
        self._transport, self._listener = transport, listener
        self._parser = FrameParser()
        self._answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._writing = threading.Lock()
        self._reading = Control(math.inf)
        self._error: DeviceError | None = None
        self._seq = 0
        self.answers = True
        transport.read_some(0, control)  # opens it, as long as the control allows; what is there, is old
        self._thread = threading.Thread(target=self._read, name="panel", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the board can still be heard."""
        return self._thread.is_alive() and self._error is None

    def close(self) -> None:
        """Stop listening and let go of the wire; not to be called by the listener. Nothing can be asked any more."""
        self._error = self._error or DeviceOffline("closed")
        self._reading.cancel()
        self._thread.join()
        self._transport.close()

    def ask(self, kind: Kind, control: Control, body: bytes = b"") -> bytes:
        """The body of the answer. DeviceTimeout, ProtocolError (only damage was heard) or DeviceFault (refused)."""
        damaged = self._parser.damaged
        for _ in range(TRIES):
            self._seq = self._seq % 0xFF + 1
            self._send(Frame(self._seq, kind, body), control)
            answer = self._await(self._seq, control)
            self.answers = answer is not None
            if answer is None:
                continue
            if answer.kind == Kind.REFUSED:
                reason = answer.body[0] if answer.body else 0
                raise DeviceFault(f"the board refuses: {REASONS.get(reason, 'no reason')}", status=f"{reason:02X}")
            if answer.kind == kind + ANSWER:
                return answer.body
        if self._parser.damaged > damaged:
            raise ProtocolError("only damaged answers of the panel board", cause="checksum")
        raise DeviceTimeout("the panel board does not answer")

    def tell(self, kind: Kind, body: bytes = b"") -> None:
        """Ask without waiting: for the listener, on whose thread no answer could be read."""
        with contextlib.suppress(DeviceError, Cancelled):
            self._send(Frame(UNASKED, kind, body), self._reading)

    def _send(self, frame: Frame, control: Control) -> None:
        if self._error is not None:
            raise DeviceOffline(self._error.hint)
        with self._writing:
            self._transport.write(encode(frame), control)

    def _await(self, seq: int, control: Control) -> Frame | None:
        ends = time.monotonic() + ANSWER_S
        while (left := ends - time.monotonic()) > 0:
            control.check()
            with contextlib.suppress(queue.Empty):
                answer = self._answers.get(timeout=min(_SLICE_S, left))
                if answer is None:
                    raise DeviceOffline(self._error.hint if self._error else "")
                if answer.seq == seq:
                    return answer
        return None

    def _read(self) -> None:
        patience_s = _SLICE_S
        try:
            while True:
                data = self._transport.read_some(patience_s, self._reading)
                for frame in self._parser.feed(data):
                    self._sort(frame)
                patience_s = self._listener.paused()
        except Cancelled:
            pass
        except DeviceError as error:
            self._error = error
            self._answers.put(None)
            self._listener.lost(error)

    def _sort(self, frame: Frame) -> None:
        try:
            self._listener.heard(frame)
        except ProtocolError as error:
            log.warning("the panel board told nonsense: %s %s", error, error.evidence)
        if not frame.is_event and frame.seq != UNASKED:
            self._answers.put(frame)
