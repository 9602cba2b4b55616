"""IPP over HTTP to one printer: a request out, an answer in, with a deadline.

http.client and not requests: that one belongs to the only process with a way to the centre.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import itertools
import os
import select
import socket
import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

from drivers.contract.errors import DeviceError, DeviceOffline, DeviceTimeout, ProtocolError
from drivers.document_printer.ipp import (
    URI,
    Attribute,
    IppAnswer,
    decode_answer,
    encode_request,
)
from kiosk.ipc import Control

ANSWER_LIMIT_BYTES = 256 * 1024
LOOK_EVERY_S = 0.05
NOT_CONNECTED = "not_connected"


class IppClient:
    """Talks to the printer at `url` (ipp://host[:port]/path)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "ipp" or not parts.hostname:
            raise ValueError(f"{url!r} is not of the form ipp://host[:631]/path")
        self._host, self._port, self._path = parts.hostname, parts.port or 631, parts.path or "/"
        self._url = url
        self._ids = itertools.count(1)

    def ask(
        self,
        operation: int,
        attributes: Sequence[Attribute] = (),
        job: Sequence[Attribute] = (),
        document: bytes = b"",
        within_s: float = 3.0,
        control: Control | None = None,
    ) -> IppAnswer:
        """One exchange on a fresh connection, over within `within_s` or when `control` ends.

        DeviceOffline with cause NOT_CONNECTED says that nothing has reached the printer.
        """
        target = Attribute(URI, "printer-uri", (self._url,))
        number = next(self._ids)
        body = encode_request(operation, number, (target, *attributes), job) + document
        connection = self._connected(within_s, control)
        guard = _Guard(connection.sock, within_s, control)
        try:
            status, data = self._exchange(connection, body)
        except (DeviceError, OSError):
            guard.end()
            raise
        finally:
            connection.close()
        guard.end()
        if status != http.client.OK:
            raise ProtocolError(f"HTTP status {status}", cause="http")
        return decode_answer(data, number)

    def _connected(self, within_s: float, control: Control | None) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=within_s)
        try:
            connection.sock = _reach(self._host, self._port, Control(within_s), control)
        except OSError as error:
            raise DeviceOffline(f"{self._host}:{self._port} cannot be reached: {error}", cause=NOT_CONNECTED) from error
        connection.sock.settimeout(within_s)
        return connection

    def _exchange(self, connection: http.client.HTTPConnection, body: bytes) -> tuple[int, bytes]:
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/ipp"})
            answer = connection.getresponse()
            return answer.status, answer.read(ANSWER_LIMIT_BYTES)
        except TimeoutError as error:
            raise DeviceTimeout("the printer does not answer") from error
        except http.client.RemoteDisconnected as error:
            raise DeviceOffline(f"{self._host}:{self._port} hung up without a word") from error
        except http.client.HTTPException as error:
            raise ProtocolError(f"not an HTTP answer: {type(error).__name__}", cause="http") from error
        except OSError as error:
            raise DeviceOffline(f"{self._host}:{self._port} vanished: {error}") from error


def _reach(host: str, port: int, total: Control, control: Control | None) -> socket.socket:
    """Connect to the first address that answers; a wait for a host that is not there can be stopped."""
    failure: OSError = TimeoutError("no answer")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        peer = socket.socket(family, kind, protocol)
        try:
            _connect(peer, address, total, control)
            return peer
        except OSError as error:
            failure = error
            peer.close()
        except BaseException:
            peer.close()
            raise
    raise failure


def _connect(peer: socket.socket, address: object, total: Control, control: Control | None) -> None:
    peer.setblocking(False)
    begun = peer.connect_ex(address)  # type: ignore[arg-type]  # whatever getaddrinfo says
    if begun not in {0, errno.EINPROGRESS}:
        raise OSError(begun, os.strerror(begun))
    while not select.select([], [peer], [], LOOK_EVERY_S)[1]:
        if control is not None:
            control.check()
        if not total.remaining_s:
            raise TimeoutError("no answer")
    if failed := peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(failed, os.strerror(failed))


class _Guard:
    """Hangs up when an exchange as a whole lasts too long, or its owner stops it.

    A socket's own time-out counts from the last byte: a printer that drips bytes would hold us for ever.
    """

    def __init__(self, peer: socket.socket, within_s: float, control: Control | None) -> None:
        self._peer, self._control = peer, control
        self._total = Control(within_s)
        self._over = threading.Event()
        self._late = False
        self._thread = threading.Thread(target=self._watch, name="ipp-guard", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop watching; Cancelled, DeadlineExceeded or DeviceTimeout when it had to hang up."""
        self._over.set()
        self._thread.join()
        if self._late:
            if self._control is not None:
                self._control.check()
            raise DeviceTimeout("the printer does not answer in time")

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            stopped = self._control is not None and (self._control.cancelled or not self._control.remaining_s)
            if stopped or not self._total.remaining_s:
                self._late = True
                with contextlib.suppress(OSError):
                    self._peer.shutdown(socket.SHUT_RDWR)
                return
