"""The calling end: a connection that comes back by itself, and one completion for every command.

A reader thread hands events, completions and notices to callbacks; the owner decides on which thread they
matter (the shell posts them to its own queue). A command whose process dies is completed with
`ConnectionLost`; a command past its deadline plus a grace is completed with `NoAnswer`, and the late answer
is dropped by its id. A process that floods us with notices is read at a walking pace.
"""

from __future__ import annotations

import itertools
import logging
import queue
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from kiosk.ipc.messages import (
    MAX_MESSAGE_BYTES,
    NOT_UNDERSTOOD,
    Cancel,
    Done,
    Failed,
    Notice,
    Outbound,
    Progress,
    Submit,
)
from kiosk.ipc.pace import Pace
from kiosk.ipc.sockets import hang_up

log = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder()
_outbound = msgspec.msgpack.Decoder(Outbound)

GRACE_S = 0.2
"""How much longer than its deadline a silent process may take before we give up on the answer."""
LOOK_S = 0.05
"""How often deadlines are looked at when none is near; below GRACE_S, so that each is met on time."""


class RemoteError(Exception):
    """The other side completed the command with an error value (`error`)."""

    def __init__(self, error: Any) -> None:
        super().__init__(str(error))
        self.error = error


class ConnectionLost(Exception):
    """The process on the other side went away before it completed the command."""


class NeverSent(ConnectionLost):
    """Nobody was there to send the command to: it has certainly not been carried out."""


class NoAnswer(Exception):
    """The process on the other side is there, but did not complete the command in time."""


@dataclass(frozen=True)
class Contract:
    """The types that one contract sends: events, results, errors and notices (msgspec unions)."""

    events: Any
    results: Any
    errors: Any
    notices: Any


Completion = Callable[[Any, Exception | None], None]


@dataclass
class _Pending:
    ends_at: float
    on_event: Callable[[Any], None]
    on_done: Completion


class Client:
    """A self-healing connection to the process that serves `path`."""

    def __init__(
        self,
        path: str,
        contract: Contract,
        on_notice: Callable[[Any], None] = lambda notice: None,
        on_link: Callable[[bool], None] = lambda up: None,
    ) -> None:
        self._path = path
        self._events = msgspec.msgpack.Decoder(contract.events)
        self._results = msgspec.msgpack.Decoder(contract.results)
        self._errors = msgspec.msgpack.Decoder(contract.errors)
        self._notices = msgspec.msgpack.Decoder(contract.notices)
        self._on_notice, self._on_link = on_notice, on_link
        self._ids = itertools.count(1)
        self._pending: dict[int, _Pending] = {}
        self._pace = Pace(time.monotonic())
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._outgoing: queue.SimpleQueue[tuple[Connection, bytes] | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._up = threading.Event()
        threading.Thread(target=self._run, name=f"ipc-{path[-20:]}", daemon=True).start()
        threading.Thread(target=self._write, name="ipc-write", daemon=True).start()
        threading.Thread(target=self._watch, name="ipc-deadlines", daemon=True).start()

    @property
    def connected(self) -> bool:
        """Whether the other side is there now."""
        return self._up.is_set()

    def wait_connected(self, within_s: float) -> bool:
        """Wait until connected; False when it did not happen in time."""
        return self._up.wait(within_s)

    def start(
        self,
        command: Any,
        within_s: float,
        on_done: Completion,
        on_event: Callable[[Any], None] = lambda event: None,
    ) -> int:
        """Send a command; exactly one `on_done(result, error)` follows, on a thread of ours or the caller's.

        Never blocks: the other side may be stopped with its socket full. A command longer than the other
        side would read completes with ValueError.
        """
        command_id = next(self._ids)
        pending = _Pending(time.monotonic() + within_s + GRACE_S, on_event, on_done)
        data = _encoder.encode(Submit(command_id, within_s, msgspec.Raw(_encoder.encode(command))))
        with self._lock:
            self._pending[command_id] = pending
            fits = len(data) <= MAX_MESSAGE_BYTES
            sent = fits and self._send(data)
        if not fits:
            self._complete(command_id, None, ValueError(f"{type(command).__name__} of {len(data)} bytes"))
        elif not sent:
            self._complete(command_id, None, NeverSent(self._path))
        return command_id

    def cancel(self, command_id: int) -> None:
        """Ask for a command to be stopped; its completion still comes."""
        with self._lock:
            self._send(_encoder.encode(Cancel(command_id)))

    def call(self, command: Any, within_s: float) -> Any:
        """Send a command and wait for its result; raises `RemoteError`, `ConnectionLost` or `NoAnswer`."""
        done = threading.Event()
        box: list[Any] = [None, None]

        def finish(result: Any, error: Exception | None) -> None:
            box[:] = [result, error]
            done.set()

        command_id = self.start(command, within_s, finish)
        if not done.wait(within_s + 2 * GRACE_S + 1):
            self._complete(command_id, None, NoAnswer(self._path))  # called from our own reader, or closed
        if box[1] is not None:
            raise box[1]
        return box[0]

    def close(self) -> None:
        """Disconnect; what is pending completes with `ConnectionLost`."""
        self._closing.set()
        self._outgoing.put(None)
        with self._lock:
            if self._connection is not None:
                hang_up(self._connection)

    def _send(self, data: bytes) -> bool:
        if self._connection is None or self._closing.is_set():
            return False
        self._outgoing.put((self._connection, data))
        return True

    def _write(self) -> None:
        # Writing has its own thread: it may block for as long as the other side does not read.
        while (item := self._outgoing.get()) is not None:
            connection, data = item
            try:
                connection.send_bytes(data)
            except OSError:
                hang_up(connection)  # half a message may be out; the reader notices and reconnects

    def _run(self) -> None:
        while not self._closing.is_set():
            connection = self._connect()
            if connection is None:
                self._closing.wait(0.1)
                continue
            with self._lock:
                self._connection = connection
                if self._closing.is_set():
                    hang_up(connection)  # closed while we were connecting
            self._up.set()
            _guarded(self._on_link, True)
            self._read_until_lost(connection)
            with self._lock:
                self._connection = None
                lost = list(self._pending)
            hang_up(connection)  # frees a writer that still hangs in it
            self._up.clear()
            for command_id in lost:
                self._complete(command_id, None, ConnectionLost(self._path))
            _guarded(self._on_link, False)
            self._closing.wait(0.05)  # a server that drops us at once must not be hammered

    def _connect(self) -> Connection | None:
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            peer.connect(self._path)
        except OSError:
            peer.close()
            return None
        return Connection(peer.detach())

    def _read_until_lost(self, connection: Connection) -> None:
        try:
            while True:
                self._dispatch(_outbound.decode(connection.recv_bytes(MAX_MESSAGE_BYTES)))
        except (EOFError, OSError):
            pass
        except NOT_UNDERSTOOD as error:
            log.error("connection to %s dropped: %s", self._path, error)

    def _dispatch(self, envelope: Outbound) -> None:
        match envelope:
            case Progress(id=command_id, body=body):
                with self._lock:
                    pending = self._pending.get(command_id)
                if pending is not None:
                    _guarded(pending.on_event, self._events.decode(body))
            case Done(id=command_id, body=body):
                self._complete(command_id, self._results.decode(body), None)
            case Failed(id=command_id, body=body):
                self._complete(command_id, None, RemoteError(self._errors.decode(body)))
            case Notice(body=body):
                self._closing.wait(self._pace.take(time.monotonic()))  # unread, it holds back a process that floods
                _guarded(self._on_notice, self._notices.decode(body))

    def _complete(self, command_id: int, result: Any, error: Exception | None) -> None:
        with self._lock:
            pending = self._pending.pop(command_id, None)
        if pending is not None:
            _guarded(pending.on_done, result, error)

    def _watch(self) -> None:
        wait_s = LOOK_S
        while not self._closing.wait(wait_s):
            now = time.monotonic()
            with self._lock:
                left = {number: pending.ends_at - now for number, pending in self._pending.items()}
            for command_id in [number for number, left_s in left.items() if left_s <= 0]:
                self._complete(command_id, None, NoAnswer(self._path))
            wait_s = min([LOOK_S, *(left_s for left_s in left.values() if left_s > 0)])


def _guarded(callback: Callable[..., None], *values: Any) -> None:
    """Call the owner's callback. Its bug goes to the process's thread hook; our thread has to live on."""
    try:
        callback(*values)
    except Exception as error:
        threading.excepthook(
            threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
        )
