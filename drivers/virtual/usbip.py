"""A virtual USB device over USB/IP: `usbip attach -r HOST -b 1-1` makes it a real one; tests talk to it directly.

Protocol: the kernel's Documentation/usb/usbip_protocol.rst, version 1.1.1, big endian. One device, bus id 1-1; control
transfers for descriptors, bulk transfers for bytes. Not responsible for what the device means: bytes that arrive on any
OUT end point go to `receive`, and what the device says leaves by its IN end points as its `shape` splits it.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from drivers.virtual.wire import ListeningWire, Receive

VERSION = 0x0111
REQ_DEVLIST, REP_DEVLIST, REQ_IMPORT, REP_IMPORT = 0x8005, 0x0005, 0x8003, 0x0003
CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
FULL_SPEED = 2
STALL, UNLINKED, SHUT_DOWN = -32, -104, -108
BUS_ID = b"1-1"
_BASIC = struct.Struct(">IIIII")
_SUBMIT = struct.Struct(">IiIII8s")
_DEVICE, _CONFIGURATION, _STRING = 1, 2, 3


@dataclass(frozen=True)
class Shape:
    """What kind of device: numbers, interface class, bulk end points, and how an answer is split over the IN ones."""

    vendor: int
    product: int
    interface_class: int
    endpoints: tuple[int, ...]
    split: Callable[[bytes], list[tuple[int, bytes]]]
    serial: str = "YANSHI-0001"

    def device(self) -> bytes:
        """Device descriptor."""
        head = struct.pack("<BBHBBBBHHH", 18, _DEVICE, 0x0110, 0, 0, 0, 64, self.vendor, self.product, 0x0063)
        return head + struct.pack("<BBBB", 1, 2, 3, 1)

    def configuration(self) -> bytes:
        """Configuration, its interface and its end points."""
        points = b"".join(struct.pack("<BBBBHB", 7, 5, point, 2, 64, 0) for point in self.endpoints)
        interface = struct.pack("<BBBBBBBBB", 9, 4, 0, 0, len(self.endpoints), self.interface_class, 1, 2, 0)
        total = 9 + len(interface) + len(points)
        return struct.pack("<BBHBBBBB", 9, _CONFIGURATION, total, 1, 1, 0, 0x80, 50) + interface + points

    def string(self, index: int) -> bytes:
        """A string descriptor; 0 lists the languages."""
        texts = {1: "Doorstep 演示", 2: "virtual device", 3: self.serial}
        body = struct.pack("<H", 0x0409) if index == 0 else texts.get(index, "").encode("utf-16-le")
        return bytes([2 + len(body), _STRING]) + body


def sam_v_shape() -> Shape:
    """An ID-card reader: heads of seven bytes on 81, the rest on 85."""
    return Shape(
        0x0400, 0xC35A, 0xFF, (0x02, 0x06, 0x81, 0x85), lambda answer: [(0x81, answer[:7]), (0x85, answer[7:])]
    )


def printer_shape() -> Shape:
    """A receipt printer: one pipe each way."""
    return Shape(0x04B8, 0x0202, 0x07, (0x01, 0x82), lambda answer: [(0x82, answer)])


@dataclass
class _Urb:
    seqnum: int
    length: int


class UsbWire(ListeningWire):
    """Listens for USB/IP; like TcpWire, it can be pulled out and put back."""

    def __init__(self, port: int, receive: Receive, shape: Shape) -> None:
        super().__init__(port, lambda peer: _Session(peer, shape, receive))


class _Session:
    """One client: first what it asks about devices, then its transfers."""

    def __init__(self, connection: socket.socket, shape: Shape, receive: Receive) -> None:
        self._connection, self._shape, self._receive = connection, shape, receive
        self._lock = threading.Lock()
        self._waiting: dict[int, deque[_Urb]] = defaultdict(deque)
        self._ready: dict[int, deque[bytes]] = defaultdict(deque)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def send(self, data: bytes) -> None:
        """What the device says (wire.Peer): it waits on its end points until the host asks for it."""
        for point, part in self._shape.split(data):
            if part:
                self._offer(point, part)

    def serve(self) -> None:
        with contextlib.suppress(struct.error):
            self._answer_requests()

    def _answer_requests(self) -> None:
        while True:
            _, code, _ = struct.unpack(">HHI", self._exactly(8))
            if code == REQ_DEVLIST:
                listed = self._described() + bytes([self._shape.interface_class, 1, 2, 0])
                self._put(struct.pack(">HHII", VERSION, REP_DEVLIST, 0, 1) + listed)
            elif code == REQ_IMPORT:
                known = self._exactly(32).rstrip(b"\0") == BUS_ID
                head = struct.pack(">HHI", VERSION, REP_IMPORT, 0 if known else 1)
                self._put(head + (self._described() if known else b""))
                if known:
                    self._transfers()
            else:
                return

    def _transfers(self) -> None:
        while True:
            command, seqnum, _, direction, endpoint = _BASIC.unpack(self._exactly(20))
            fields = self._exactly(28)
            if command == CMD_UNLINK:
                self._unlink(seqnum, struct.unpack(">I", fields[:4])[0])
            elif command == CMD_SUBMIT:
                _, length, _, _, _, setup = _SUBMIT.unpack(fields)
                data = b"" if direction else self._exactly(length)
                self._submit(_Urb(seqnum, length), endpoint | (0x80 if direction else 0), setup, data)
            else:
                return

    def _submit(self, urb: _Urb, endpoint: int, setup: bytes, data: bytes) -> None:
        if endpoint & 0x7F == 0:
            answer = self._control(setup)
            self._complete(urb, b"" if answer is None else answer[: urb.length], 0 if answer is not None else STALL)
        elif endpoint not in self._shape.endpoints:
            self._complete(urb, b"", STALL)
        elif endpoint & 0x80:
            with self._lock:
                self._waiting[endpoint].append(urb)
            self._match(endpoint)
        else:
            self._complete(urb, b"", 0, len(data))
            self._receive(self, data)

    def _control(self, setup: bytes) -> bytes | None:
        """The answer to a control transfer; None stalls it."""
        kind, request, value, _, _ = struct.unpack("<BBHHH", setup)
        match kind, request:
            case 0x80, 6:
                which, index = value >> 8, value & 0xFF
                known = {_DEVICE: self._shape.device, _CONFIGURATION: self._shape.configuration}
                if which == _STRING:
                    return self._shape.string(index)
                return known[which]() if which in known else None
            case 0x80, 8:
                return b"\x01"
            case 0x80 | 0x81 | 0x82, 0:
                return b"\0\0"
            case 0x00 | 0x01 | 0x02, 1 | 9 | 11:
                return b""
        return None

    def _offer(self, endpoint: int, data: bytes) -> None:
        with self._lock:
            self._ready[endpoint].append(data)
        self._match(endpoint)

    def _match(self, endpoint: int) -> None:
        """Complete what waits on an IN end point with what is ready there."""
        while True:
            with self._lock:
                if not self._waiting[endpoint] or not self._ready[endpoint]:
                    return
                urb, data = self._waiting[endpoint].popleft(), self._ready[endpoint].popleft()
                if len(data) > urb.length:
                    self._ready[endpoint].appendleft(data[urb.length :])
            self._complete(urb, data[: urb.length], 0)

    def _unlink(self, seqnum: int, victim: int) -> None:
        with self._lock:
            held = False
            for urbs in self._waiting.values():
                for urb in [one for one in urbs if one.seqnum == victim]:
                    urbs.remove(urb)
                    held = True
        status = UNLINKED if held else 0
        self._put(_BASIC.pack(RET_UNLINK, seqnum, 0, 0, 0) + struct.pack(">i24x", status))

    def _complete(self, urb: _Urb, data: bytes, status: int, length: int | None = None) -> None:
        head = _BASIC.pack(RET_SUBMIT, urb.seqnum, 0, 0, 0)
        actual = len(data) if length is None else length
        self._put(head + struct.pack(">iiIII8x", status, actual, 0, 0, 0) + data)

    def _described(self) -> bytes:
        shape = self._shape
        path = b"/sys/devices/virtual/usb1/1-1".ljust(256, b"\0") + BUS_ID.ljust(32, b"\0")
        numbers = struct.pack(">IIIHHH", 1, 2, FULL_SPEED, shape.vendor, shape.product, 0x0063)
        return path + numbers + bytes([0, 0, 0, 1, 1, 1])

    def _put(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self._connection.sendall(data)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._connection.recv(count - len(data))
            if not part:
                raise OSError("the host has gone")
            data += part
        return data
