"""Parsers between our own processes: a driver gone wrong must not take the screen along."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

import msgspec

from drivers.contract.commands import DEVICE_CONTRACT, Acknowledged, CardSeen, DeviceCommand, GetReport, PrintDocument
from drivers.contract.errors import DeviceFailure
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.health import History
from kiosk.frames import MAGIC, FrameReader, FrameWriter
from kiosk.ipc.messages import Cancel, Done, Failed, Inbound, Notice, Outbound, Progress, Submit
from tests.fuzz.portions import Seeds

_encode = msgspec.msgpack.encode
_outbound, _inbound = msgspec.msgpack.Decoder(Outbound), msgspec.msgpack.Decoder(Inbound)
_command = msgspec.msgpack.Decoder(DeviceCommand)
_bodies = {
    Progress: msgspec.msgpack.Decoder(DEVICE_CONTRACT.events),
    Done: msgspec.msgpack.Decoder(DEVICE_CONTRACT.results),
    Failed: msgspec.msgpack.Decoder(DEVICE_CONTRACT.errors),
    Notice: msgspec.msgpack.Decoder(DEVICE_CONTRACT.notices),
}


def envelopes_to_client(data: bytes) -> None:
    """What a driver's process may send."""
    envelope = _outbound.decode(data)
    _bodies[type(envelope)].decode(envelope.body)


_REPORT = DeviceReport(DeviceRole.RECEIPT, DeviceState.ONLINE, hint="纸")
TO_CLIENT: Seeds = (
    _encode(Progress(1, msgspec.Raw(_encode(CardSeen())))),
    _encode(Done(1, msgspec.Raw(_encode(Acknowledged())))),
    _encode(Failed(1, msgspec.Raw(_encode(DeviceFailure("fault", "hint", {"sw": "6A82"}))))),
    _encode(Notice(msgspec.Raw(_encode(_REPORT)))),
)


def envelopes_to_server(data: bytes) -> None:
    """What a client may send."""
    envelope = _inbound.decode(data)
    if isinstance(envelope, Submit):
        _command.decode(envelope.body)


TO_SERVER: Seeds = (
    _encode(Cancel(1)),
    _encode(Submit(1, 2.5, msgspec.Raw(_encode(GetReport())))),
    _encode(Submit(2, 60.0, msgspec.Raw(_encode(PrintDocument(b"%PDF", 2, first_sheet=3))))),
)


@cache
def _ring() -> tuple[int, FrameReader]:
    """The camera's file with one picture in it, as its writer left it, and its reader; no folder keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/frames"
        FrameWriter(path).write(2, 2, bytes(12))
        return os.open(path, os.O_RDWR), FrameReader(path)


@cache
def _history_file() -> Path:
    """In memory, and gone with its process, however that ends."""
    return Path(f"/proc/self/fd/{os.memfd_create('history')}")


def frame_ring(data: bytes) -> None:
    """The head of the ring: a picture has as many bytes as it says, or there is none."""
    descriptor, reader = _ring()
    os.pwrite(descriptor, data[:24].ljust(24, b"\0"), 0)
    picture = reader.latest()
    assert picture is None or len(picture.rgb) == picture.width * picture.height * 3


def _head(sequence: int, width: int, height: int) -> bytes:
    return MAGIC + sequence.to_bytes(8, "little") + width.to_bytes(4, "little") + height.to_bytes(4, "little")


FRAME_HEADS: Seeds = (_head(1, 2, 2), _head(3, 640, 480), _head(2**64 - 1, 1, 1))


def history(data: bytes) -> None:
    """A history file that a power cut or a bad disk left behind."""
    path = _history_file()
    path.write_bytes(data)
    History(lambda: 0.0, path).read()


HISTORIES: Seeds = (
    b'{"failures":[{"kind":"timeout","at":1.5,"times":2,"hint":"x"}],"counters":{"outages":2},"first_outage":1.0}',
    b'{"counters":{"outages":3},"first_outage":1.0,"last_outage":9e999}',
)
