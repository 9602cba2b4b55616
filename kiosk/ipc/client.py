"""The calling end: a connection that comes back by itself, and one completion for every command.

A reader thread hands events, completions and notices to callbacks; the owner decides on which thread they
matter (the shell posts them to its own queue). A command whose process dies is completed with
`ConnectionLost`; a command past its deadline plus a grace is completed with `NoAnswer`, and the late answer
is dropped by its id.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from kiosk.ipc.messages import MAX_MESSAGE_BYTES, Cancel, Done, Failed, Notice, Outbound, Progress, Submit

log = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder()
_outbound = msgspec.msgpack.Decoder(Outbound)

GRACE_S = 0.2
"""How much longer than its deadline a silent process may take before we give up on the answer."""


class RemoteError(Exception):
    """The other side completed the command with an error value (`error`)."""

    def __init__(self, error: Any) -> None:
        super().__init__(str(error))
        self.error = error


class ConnectionLost(Exception):
    """The process on the other side went away before it completed the command."""


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
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._closing = threading.Event()
        self._up = threading.Event()
        threading.Thread(target=self._run, name=f"ipc-{path[-20:]}", daemon=True).start()
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
        """Send a command; exactly one `on_done(result, error)` follows, on a thread of ours."""
        command_id = next(self._ids)
        pending = _Pending(time.monotonic() + within_s + GRACE_S, on_event, on_done)
        with self._lock:
            self._pending[command_id] = pending
            sent = self._send(Submit(command_id, within_s, msgspec.Raw(_encoder.encode(command))))
        if not sent:
            self._complete(command_id, None, ConnectionLost(self._path))
        return command_id

    def cancel(self, command_id: int) -> None:
        """Ask for a command to be stopped; its completion still comes."""
        with self._lock:
            self._send(Cancel(command_id))

    def call(self, command: Any, within_s: float) -> Any:
        """Send a command and wait for its result; raises `RemoteError`, `ConnectionLost` or `NoAnswer`."""
        done = threading.Event()
        box: list[Any] = [None, None]

        def finish(result: Any, error: Exception | None) -> None:
            box[:] = [result, error]
            done.set()

        self.start(command, within_s, finish)
        done.wait(within_s + 2 * GRACE_S + 1)
        if box[1] is not None:
            raise box[1]
        return box[0]

    def close(self) -> None:
        """Disconnect; what is pending completes with `ConnectionLost`."""
        self._closing.set()
        with self._lock:
            if self._connection is not None:
                with (
                    contextlib.suppress(OSError),
                    socket.socket(fileno=os.dup(self._connection.fileno())) as peer,
                ):
                    peer.shutdown(socket.SHUT_RDWR)

    def _send(self, envelope: Submit | Cancel) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.send_bytes(_encoder.encode(envelope))
        except OSError:
            return False
        return True

    def _run(self) -> None:
        while not self._closing.is_set():
            connection = self._connect()
            if connection is None:
                self._closing.wait(0.1)
                continue
            with self._lock:
                self._connection = connection
            self._up.set()
            self._on_link(True)
            self._read_until_lost(connection)
            with self._lock:
                self._connection = None
                lost = list(self._pending)
            self._up.clear()
            for command_id in lost:
                self._complete(command_id, None, ConnectionLost(self._path))
            self._on_link(False)

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
        except msgspec.DecodeError as error:
            log.error("connection to %s dropped: %s", self._path, error)
        with contextlib.suppress(OSError):
            connection.close()

    def _dispatch(self, envelope: Outbound) -> None:
        match envelope:
            case Progress(id=command_id, body=body):
                with self._lock:
                    pending = self._pending.get(command_id)
                if pending is not None:
                    pending.on_event(self._events.decode(body))
            case Done(id=command_id, body=body):
                self._complete(command_id, self._results.decode(body), None)
            case Failed(id=command_id, body=body):
                self._complete(command_id, None, RemoteError(self._errors.decode(body)))
            case Notice(body=body):
                self._on_notice(self._notices.decode(body))

    def _complete(self, command_id: int, result: Any, error: Exception | None) -> None:
        with self._lock:
            pending = self._pending.pop(command_id, None)
        if pending is not None:
            pending.on_done(result, error)

    def _watch(self) -> None:
        while not self._closing.wait(0.05):
            now = time.monotonic()
            with self._lock:
                late = [number for number, pending in self._pending.items() if pending.ends_at < now]
            for command_id in late:
                self._complete(command_id, None, NoAnswer(self._path))
