"""Byte pipes: exact waits, cancelling, unplugging, and serial lines behind a network box."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.contract.errors import DeviceOffline, DeviceTimeout
from drivers.transport import SerialTransport, SocketTransport, Transport, open_transport, rfc2217
from drivers.virtual.wire import Pacing, Peer, PtyWire, TcpWire
from drivers.virtual.wire_rfc2217 import LineSettings, Rfc2217Wire
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

KINDS = ["pty", "tcp", "rfc2217"]
CLOSINGS = 100
Wire = PtyWire | TcpWire | Rfc2217Wire


class Bench:
    """A wire whose far end notes what it hears, and echoes it when told to; and the transport that leads there."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.heard = b""
        self.echo = True
        self.wire: Wire
        match kind:
            case "pty":
                self.wire = PtyWire(str(folder / "tty"), self._receive, Pacing())
                self.transport = open_transport(self.wire.path)
            case "tcp":
                self.wire = TcpWire(0, self._receive, Pacing())
                self.transport = open_transport(f"socket://127.0.0.1:{self.wire.port}")
            case _:
                self.wire = Rfc2217Wire(0, self._receive, Pacing(), LineSettings(115200))
                self.transport = open_transport(f"rfc2217://127.0.0.1:{self.wire.port}")

    def _receive(self, peer: Peer, data: bytes) -> None:
        self.heard += data
        if self.echo:
            peer.send(data)

    def close(self) -> None:
        self.transport.close()
        self.wire.unplug()


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(request.param, tmp_path)
    yield bench
    bench.close()


def exchange(transport: Transport, data: bytes) -> bytes:
    control, got = Control(5), b""
    transport.write(data, control)
    while len(got) < len(data):
        got += transport.read_some(3, control)
    return got


def test_every_byte_goes_there_and_back(bench: Bench) -> None:
    every = bytes(range(256)) * 5
    assert exchange(bench.transport, every) == every


@pytest.mark.parametrize("within_s", [0.0, 0.03, 0.25])
def test_silence_is_told_when_the_wait_is_over_and_not_later(bench: Bench, within_s: float) -> None:
    bench.transport.open()
    started = time.monotonic()
    assert bench.transport.read_some(within_s, Control(5)) == b""
    assert within_s <= time.monotonic() - started < within_s + 0.1


def test_the_deadline_ends_a_wait_exactly(bench: Bench) -> None:
    bench.transport.open()
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        bench.transport.read_some(60, Control(0.25))
    assert 0.25 <= time.monotonic() - started < 0.4


def test_a_wait_is_cancelled_within_a_fifth_of_a_second(bench: Bench) -> None:
    bench.transport.open()
    control, cancelled_at = Control(60), [0.0]

    def cancel() -> None:
        cancelled_at[0] = time.monotonic()
        control.cancel()

    timer = threading.Timer(0.15, cancel)
    timer.start()
    with pytest.raises(Cancelled):
        bench.transport.read_some(60, control)
    assert time.monotonic() - cancelled_at[0] < 0.25
    timer.join()


def test_a_wire_pulled_out_while_waiting_is_offline_at_once_and_opens_again(bench: Bench) -> None:
    assert exchange(bench.transport, b"before") == b"before"
    hand = threading.Timer(0.15, bench.wire.unplug)
    hand.start()
    with pytest.raises(DeviceOffline):
        bench.transport.read_some(3, Control(5))
    hand.join()
    with pytest.raises(DeviceOffline):
        bench.transport.write(b"gone", Control(1))
    bench.wire.plug()
    assert exchange(bench.transport, b"after") == b"after"


def test_a_wire_that_another_thread_closes_is_offline_and_nothing_else(bench: Bench) -> None:
    over, told = threading.Event(), list[BaseException]()

    def listen() -> None:
        while not over.is_set():
            try:
                bench.transport.read_some(0, Control(5))
                bench.transport.write(b"?", Control(5))
            except (DeviceOffline, DeadlineExceeded) as error:  # connecting takes time beside others
                told.append(error)
            except Exception as error:
                told.append(error)
                return

    listener = threading.Thread(target=listen)
    listener.start()
    for _ in range(CLOSINGS):
        with contextlib.suppress(DeviceOffline, DeadlineExceeded):
            bench.transport.open()
        bench.transport.close()
    over.set()
    listener.join()
    assert {type(error) for error in told} <= {DeviceOffline, DeadlineExceeded}


def test_what_has_arrived_can_be_thrown_away(bench: Bench) -> None:
    bench.transport.write(b"old", Control(2))
    while bench.transport.read_some(0, Control(2)) == b"":  # it has come, at least in part
        pass
    bench.transport.discard_input()
    assert exchange(bench.transport, b"new")[-3:] == b"new"


def test_closing_twice_and_closing_what_is_gone_does_nothing(bench: Bench) -> None:
    bench.transport.open()
    bench.wire.unplug()
    bench.transport.close()
    bench.transport.close()


def test_a_device_that_takes_nothing_can_be_cancelled(tmp_path: Path) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    transport = SerialTransport(os.ttyname(slave))
    control = Control(60)
    timer = threading.Timer(0.3, control.cancel)
    timer.start()
    with pytest.raises((Cancelled, DeviceTimeout)):
        transport.write(bytes(1_000_000), control)
    timer.join()
    transport.close()
    os.close(slave)
    os.close(master)


def test_a_tty_is_opened_by_one_only(tmp_path: Path) -> None:
    wire = PtyWire(str(tmp_path / "tty"), lambda peer, data: None, Pacing())
    first, second = SerialTransport(wire.path), SerialTransport(wire.path)
    first.open()
    with pytest.raises(DeviceOffline):
        second.open()
    first.close()
    wire.unplug()


def test_speed_and_stop_bits_arrive_at_a_tty() -> None:
    master, slave = os.openpty()
    transport = open_transport(os.ttyname(slave), 9600, stop_bits=2)
    transport.open()
    assert termios.tcgetattr(slave)[4] == termios.B9600
    assert termios.tcgetattr(slave)[2] & termios.CSTOPB
    transport.set_baud(38400)
    assert termios.tcgetattr(slave)[4] == termios.B38400
    transport.close()
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("parity", ["E", "O"])
def test_a_tty_that_has_no_parity_says_so(parity: str) -> None:
    master, slave = os.openpty()
    with pytest.raises(DeviceOffline, match=f"does not take 9600 8{parity}1"):
        open_transport(os.ttyname(slave), 9600, parity).open()
    os.close(slave)
    os.close(master)


@pytest.fixture
def box() -> Iterator[Callable[[LineSettings], tuple[Rfc2217Wire, list[bytes]]]]:
    """A network box with a device that echoes behind it."""
    wires: list[Rfc2217Wire] = []

    def start(own: LineSettings) -> tuple[Rfc2217Wire, list[bytes]]:
        heard: list[bytes] = []

        def receive(peer: Peer, data: bytes) -> None:
            heard.append(data)
            peer.send(data)

        wires.append(Rfc2217Wire(0, receive, Pacing(), own))
        return wires[-1], heard

    yield start
    for wire in wires:
        wire.unplug()


BOXES = Callable[[LineSettings], tuple[Rfc2217Wire, list[bytes]]]


@pytest.mark.parametrize("parity", ["N", "E", "O"])
@pytest.mark.parametrize("stop_bits", [1, 2])
def test_the_box_is_told_speed_parity_and_stop_bits(box: BOXES, parity: str, stop_bits: int) -> None:
    wire, heard = box(LineSettings(9600, 8, parity, stop_bits))
    transport = open_transport(f"rfc2217://127.0.0.1:{wire.port}", 9600, parity, stop_bits)
    assert exchange(transport, b"\xff\x00 hello") == b"\xff\x00 hello"
    assert str(wire.host) == f"9600 8{parity}{stop_bits}"
    assert b"".join(heard) == b"\xff\x00 hello"
    transport.close()


def test_the_speed_can_be_changed_later(box: BOXES) -> None:
    wire, _ = box(LineSettings(38400))
    transport = open_transport(f"rfc2217://127.0.0.1:{wire.port}", 9600)
    transport.open()
    transport.set_baud(38400)
    assert exchange(transport, b"hello") == b"hello"
    transport.close()


def test_a_device_at_another_setting_hears_garbage(box: BOXES) -> None:
    wire, heard = box(LineSettings(9600, 8, "E"))
    transport = open_transport(f"rfc2217://127.0.0.1:{wire.port}", 9600, "N")
    exchange(transport, b"hello")
    assert b"".join(heard) != b"hello"
    transport.close()


def test_the_box_tells_its_setting_to_whoever_asks(box: BOXES) -> None:
    wire, _ = box(LineSettings(9600, 8, "E"))
    with socket.create_connection(("127.0.0.1", wire.port), 2) as plain:
        plain.sendall(bytes.fromhex("FFFB2C FFFA2C0300 FFF0".replace(" ", "")))  # WILL COM-PORT; what is the parity?
        answer = b""
        while b"\xff\xfa\x2c\x67" not in answer and select.select([plain], [], [], 2)[0]:
            answer += plain.recv(200)
    assert bytes.fromhex("FFFA2C6701FFF0") in answer


@pytest.mark.parametrize("answer", [b"", b"\xff\xfc\x2c\xff\xfe\x2c", b"SSH-2.0-OpenSSH\r\n"])
def test_what_is_no_serial_box_is_offline_within_its_time(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rfc2217, "NEGOTIATION_S", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peers: list[socket.socket] = []

        def serve() -> None:
            peer, _ = listener.accept()
            peers.append(peer)
            peer.sendall(answer)

        server = threading.Thread(target=serve)
        server.start()
        started = time.monotonic()
        with pytest.raises(DeviceOffline, match="RFC 2217"):
            open_transport(f"rfc2217://127.0.0.1:{listener.getsockname()[1]}").open()
        assert time.monotonic() - started < 0.9
        server.join()
        for peer in peers:
            peer.close()


def test_connecting_to_what_does_not_answer_ends_with_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(4)]
        for peer in waiting:
            peer.setblocking(False)
            peer.connect_ex(full.getsockname())
        transport = SocketTransport(*full.getsockname())
        started = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            transport.read_some(5, Control(0.3))
        assert time.monotonic() - started < 0.7
        transport.close()
        for peer in waiting:
            peer.close()


def test_an_address_that_nobody_serves_is_offline() -> None:
    with contextlib.closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(DeviceOffline):
            SocketTransport("127.0.0.1", unused.getsockname()[1]).open()
