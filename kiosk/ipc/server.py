"""The serving end: one Unix socket, commands carried out in order on their lane.

A lane is a thread that owns one blocking object. A service names the lane of each command; commands of
one lane never overlap, lanes do not wait for one another. A command that still waits for its lane when its deadline
passes, or when it is cancelled, is completed without having begun. Clients come and go; notices reach all of them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import socket
import struct
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

import msgspec

from kiosk.ipc.control import Cancelled, Control, DeadlineExceeded
from kiosk.ipc.messages import (
    MAX_MESSAGE_BYTES,
    NOT_UNDERSTOOD,
    Cancel,
    Done,
    Failed,
    Inbound,
    Notice,
    Progress,
    Submit,
)
from kiosk.ipc.sockets import hang_up, limit_sending

log = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder()
_inbound = msgspec.msgpack.Decoder(Inbound)

ENVELOPE_BYTES = 64
SEND_S = 5.0
"""A client that takes nothing for this long is hung up on, so that it cannot hold a lane."""
LOOK_S = 0.05
"""How often the commands that wait for their lane are looked through."""


class Service(Protocol):
    """What a process offers. `execute` runs on the lane that `lane` names."""

    command_type: Any

    def lane(self, command: Any) -> str:
        """Name the thread that carries this command out."""

    def execute(self, command: Any, control: Control) -> Any:
        """Carry the command out; the value returned is its completion."""

    def describe_error(self, error: Exception) -> Any:
        """Turn an exception into the contract's error value. Re-raise what is a bug."""

    def greeting(self) -> list[Any]:
        """Notices that a new client should know at once (current state)."""


class _Client:
    """One connected peer."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.running: dict[int, Control] = {}
        self._write_lock = threading.Lock()

    def send(self, envelope: Progress | Done | Failed | Notice) -> None:
        """Send; a peer that has gone is not an error, its thread notices by itself."""
        data = _encoder.encode(envelope)
        with self._write_lock:
            try:
                self.connection.send_bytes(data)
            except OSError:
                hang_up(self.connection)  # half a message may be out: nothing can follow it


@dataclass(eq=False)
class _Job:
    """A command on its way to a lane."""

    client: _Client
    id: int
    command: Any
    control: Control


class Server:
    """Serves one `Service` on the Unix socket `path` until `close`."""

    def __init__(self, path: str, service: Service) -> None:
        self._service = service
        self._commands = msgspec.msgpack.Decoder(service.command_type)
        self._lanes: dict[str, queue.SimpleQueue[_Job]] = {}
        self._waiting: set[_Job] = set()
        self._clients: set[_Client] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(path)
        os.chmod(path, 0o600)
        self._socket.listen(8)
        self.path = path

    def serve(self) -> None:
        """Accept clients until closed. Blocks."""
        threading.Thread(target=self._watch, name="ipc-waiting", daemon=True).start()
        while not self._closing.is_set():
            try:
                peer, _ = self._socket.accept()
            except OSError as error:
                if not self._closing.is_set():
                    log.error("cannot accept clients: %s", error)  # out of descriptors, say: it passes
                    self._closing.wait(0.1)
                continue
            if not _same_user(peer):
                log.warning("peer of another user refused")
                peer.close()
                continue
            limit_sending(peer, SEND_S)
            client = _Client(Connection(peer.detach()))
            threading.Thread(target=self._read, args=(client,), name="ipc-read", daemon=True).start()

    def notify(self, notice: Any) -> None:
        """Send an unsolicited notice to every client."""
        envelope = Notice(msgspec.Raw(_encoder.encode(notice)))
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            client.send(envelope)

    def close(self) -> None:
        """Stop accepting, drop the clients, remove the socket."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            hang_up(client.connection)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def _read(self, client: _Client) -> None:
        with self._lock:
            self._clients.add(client)
        if self._closing.is_set():
            hang_up(client.connection)
        try:
            self._greet(client)
            while True:
                self._receive(client, client.connection.recv_bytes(MAX_MESSAGE_BYTES))
        except (EOFError, OSError):
            pass
        except NOT_UNDERSTOOD as error:
            log.warning("client dropped: message not understood: %s", error)
        finally:
            with self._lock:
                self._clients.discard(client)
            for control in list(client.running.values()):
                control.cancel()
            hang_up(client.connection)

    def _greet(self, client: _Client) -> None:
        # Until it stays the same: a notice may overtake a greeting that was composed before it.
        greeted: list[Any] | None = None
        while (greeting := self._service.greeting()) != greeted:
            for notice in greeting:
                client.send(Notice(msgspec.Raw(_encoder.encode(notice))))
            greeted = greeting

    def _receive(self, client: _Client, data: bytes) -> None:
        match _inbound.decode(data):
            case Cancel(id=command_id):
                if control := client.running.get(command_id):
                    control.cancel()
            case Submit(id=command_id, within_s=within_s, body=body):
                command = self._commands.decode(body)

                def emit(event: object) -> None:
                    client.send(Progress(command_id, msgspec.Raw(_encoder.encode(event))))

                control = Control(within_s, emit)
                client.running[command_id] = control
                job = _Job(client, command_id, command, control)
                with self._lock:
                    self._waiting.add(job)
                self._lane(self._service.lane(command)).put(job)

    def _lane(self, name: str) -> queue.SimpleQueue[_Job]:
        with self._lock:
            if name not in self._lanes:
                self._lanes[name] = queue.SimpleQueue()
                threading.Thread(target=self._work, args=(self._lanes[name],), name=f"lane-{name}", daemon=True).start()
            return self._lanes[name]

    def _work(self, lane: queue.SimpleQueue[_Job]) -> None:
        while True:
            self._finish(lane.get())

    def _watch(self) -> None:
        while not self._closing.wait(LOOK_S):
            with self._lock:
                over = [job for job in self._waiting if job.control.cancelled or not job.control.remaining_s]
            for job in over:
                self._finish(job)

    def _finish(self, job: _Job) -> None:
        """Complete a command, unless somebody else does."""
        with self._lock:
            if job not in self._waiting:
                return
            self._waiting.discard(job)
        job.client.send(self._carry_out(job.id, job.command, job.control))
        job.client.running.pop(job.id, None)

    def _carry_out(self, command_id: int, command: Any, control: Control) -> Done | Failed:
        try:
            control.check()
            result = _encoder.encode(self._service.execute(command, control))
            if len(result) > MAX_MESSAGE_BYTES - ENVELOPE_BYTES:
                raise ValueError(f"result of {len(result)} bytes")
            return Done(command_id, msgspec.Raw(result))
        except (Cancelled, DeadlineExceeded) as stopped:
            return Failed(command_id, msgspec.Raw(_encoder.encode(self._service.describe_error(stopped))))
        except Exception as error:
            try:
                described = self._service.describe_error(error)
            except Exception:
                log.critical("bug while carrying out %s", type(command).__name__, exc_info=error)
                os._exit(70)  # a bug is a crash: the supervisor starts us again with clean state
            return Failed(command_id, msgspec.Raw(_encoder.encode(described)))


def _same_user(peer: socket.socket) -> bool:
    _, uid, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(uid == os.geteuid())
