"""Calls between processes: exactly one completion, whatever the other side, the link or the callbacks do."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.ipc import (
    Cancelled,
    Client,
    ConnectionLost,
    Contract,
    Control,
    DeadlineExceeded,
    NoAnswer,
    RemoteError,
)
from kiosk.ipc import client as client_module
from kiosk.ipc import server as server_module
from kiosk.ipc.server import Server

NOT_UTF8 = b"\x81\xa4type\xa2\xff\xff"
NESTED = b"\x82\xa4type\xa6Notice\xa1x" + b"\x91" * 100_000 + b"\xc0"
"""Two messages that msgspec does not refuse with its own error."""


class Echo(msgspec.Struct, frozen=True, tag=True):
    """Give `text` back, after `steps` events, on lane `on`."""

    text: str
    steps: int = 0
    on: str = "a"


class Hold(msgspec.Struct, frozen=True, tag=True):
    """Stay until released, cancelled or late."""

    on: str = "a"
    deaf: bool = False


class Fail(msgspec.Struct, frozen=True, tag=True):
    """Fail with the contract's error."""


class Text(msgspec.Struct, frozen=True, tag=True):
    """An answer, an event, an error or a notice."""

    text: str


CONTRACT = Contract(events=Text, results=Text, errors=Text, notices=Text)
Outcome = tuple[Any, Exception | None]


class EchoService:
    """Carries the commands above out; counts what it did."""

    command_type: Any = Echo | Hold | Fail

    def __init__(self) -> None:
        self.release = threading.Event()
        self.holding = threading.Semaphore(0)
        self.done: list[str] = []
        self.state = "first"

    def lane(self, command: Any) -> str:
        return str(getattr(command, "on", "a"))

    def execute(self, command: Any, control: Control) -> Text:
        match command:
            case Echo(text=text, steps=steps):
                for step in range(steps):
                    control.emit(Text(str(step)))
                self.done.append(text)
                return Text(text)
            case Hold(deaf=deaf):
                self.holding.release()
                while not self.release.wait(0.01):
                    if not deaf:
                        control.check()
                return Text("released")
        raise LookupError("asked to fail")

    def describe_error(self, error: Exception) -> Text:
        if isinstance(error, (LookupError, Cancelled, DeadlineExceeded)):
            return Text(type(error).__name__)
        raise error

    def greeting(self) -> list[Any]:
        return [Text(self.state)]


class Pair:
    """A server and a client on one socket, and the queues of what the client heard."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "s")
        self.service = EchoService()
        self.notices: queue.Queue[Text] = queue.Queue()
        self.links: queue.Queue[bool] = queue.Queue()
        self.serve()
        self.client = Client(self.path, CONTRACT, self.notices.put, self.links.put)
        assert self.links.get(timeout=10)

    def serve(self) -> None:
        self.server = Server(self.path, self.service)
        self._thread = threading.Thread(target=self.server.serve, daemon=True)
        self._thread.start()

    def stop_serving(self) -> None:
        self.server.close()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def start(self, command: Any, within_s: float = 10.0) -> tuple[int, queue.Queue[Outcome]]:
        ended: queue.Queue[Outcome] = queue.Queue()
        number = self.client.start(command, within_s, lambda result, error: ended.put((result, error)))
        return number, ended

    def close(self) -> None:
        self.service.release.set()
        self.client.close()
        self.stop_serving()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ipc-") as name:  # short: a Unix socket's path has 107 bytes
        yield Path(name)


@pytest.fixture
def pair(folder: Path) -> Iterator[Pair]:
    pair = Pair(folder)
    yield pair
    pair.close()


def raw_client(path: str) -> socket.socket:
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(10)
    peer.connect(path)
    return peer


def test_a_command_is_answered_and_its_events_come_before(pair: Pair) -> None:
    heard: list[str] = []
    ended: queue.Queue[Outcome] = queue.Queue()
    pair.client.start(
        Echo("x", steps=3), 10.0, lambda *outcome: ended.put(outcome), lambda event: heard.append(event.text)
    )
    assert ended.get(timeout=10) == (Text("x"), None)
    assert heard == ["0", "1", "2"]


def test_a_failure_arrives_as_the_contracts_error(pair: Pair) -> None:
    with pytest.raises(RemoteError) as failed:
        pair.client.call(Fail(), 10.0)
    assert failed.value.error == Text("LookupError")


def test_many_commands_from_many_threads_complete_exactly_once_each(pair: Pair) -> None:
    ended: queue.Queue[str] = queue.Queue()

    def ask(worker: int) -> None:
        for number in range(50):
            text, lane = f"{worker}.{number}", "ab"[number % 2]
            pair.client.start(Echo(text, on=lane), 20.0, lambda result, error: ended.put(result.text))

    workers = [threading.Thread(target=ask, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    got = [ended.get(timeout=20) for _ in range(200)]
    assert sorted(got) == sorted(f"{worker}.{number}" for worker in range(4) for number in range(50))
    assert ended.empty()


def test_a_cancelled_command_completes_as_cancelled_even_while_it_waits_its_turn(pair: Pair) -> None:
    first, first_ended = pair.start(Hold())
    assert pair.service.holding.acquire(timeout=10)
    second, second_ended = pair.start(Echo("never"))
    pair.client.cancel(second)
    pair.client.cancel(first)
    for ended in (first_ended, second_ended):
        _, error = ended.get(timeout=10)
        assert isinstance(error, RemoteError)
        assert error.error == Text("Cancelled")
    assert pair.service.done == []


def test_a_command_that_waits_behind_a_deaf_one_is_over_at_its_own_deadline_or_cancel(pair: Pair) -> None:
    deaf, deaf_ended = pair.start(Hold(deaf=True))
    assert pair.service.holding.acquire(timeout=10)
    late, late_ended = pair.start(Echo("never"), 0.1)
    unwanted, unwanted_ended = pair.start(Echo("never"))
    pair.client.cancel(unwanted)
    for ended, expected in ((late_ended, "DeadlineExceeded"), (unwanted_ended, "Cancelled")):
        _, error = ended.get(timeout=10)
        assert isinstance(error, RemoteError)
        assert error.error == Text(expected)
    assert deaf_ended.empty()
    pair.service.release.set()
    assert deaf_ended.get(timeout=10) == (Text("released"), None)
    assert pair.client.call(Echo("after"), 10.0) == Text("after")
    assert pair.service.done == ["after"]


def test_a_command_past_its_deadline_is_stopped_by_its_server(pair: Pair) -> None:
    with pytest.raises(RemoteError) as failed:
        pair.client.call(Hold(), 0.1)
    assert failed.value.error == Text("DeadlineExceeded")


def test_a_server_that_ignores_the_deadline_gives_no_answer_and_its_late_one_is_dropped(pair: Pair) -> None:
    number, ended = pair.start(Hold(deaf=True), 0.05)
    _, error = ended.get(timeout=10)
    assert isinstance(error, NoAnswer)
    pair.service.release.set()
    assert pair.client.call(Echo("after"), 10.0) == Text("after")
    assert ended.empty()


def test_one_lane_does_not_wait_for_another_and_keeps_its_own_order(pair: Pair) -> None:
    held, held_ended = pair.start(Hold(on="a"))
    assert pair.service.holding.acquire(timeout=10)
    _, queued = pair.start(Echo("queued", on="a"))
    assert pair.client.call(Echo("other", on="b"), 10.0) == Text("other")
    assert queued.empty()
    pair.service.release.set()
    assert held_ended.get(timeout=10) == (Text("released"), None)
    assert queued.get(timeout=10) == (Text("queued"), None)
    assert pair.service.done == ["other", "queued"]


def test_a_process_that_goes_away_completes_everything_and_the_client_comes_back(pair: Pair) -> None:
    ends = [pair.start(Hold(on="a"))[1], pair.start(Echo("x", on="a"))[1]]
    assert pair.service.holding.acquire(timeout=10)
    pair.stop_serving()
    for ended in ends:
        assert isinstance(ended.get(timeout=10)[1], ConnectionLost)
        assert ended.empty()
    assert not pair.links.get(timeout=10)
    with pytest.raises(ConnectionLost):
        pair.client.call(Echo("nobody"), 10.0)
    pair.service.release.set()
    pair.serve()
    assert pair.links.get(timeout=10)
    assert pair.client.call(Echo("again"), 10.0) == Text("again")


def test_the_commands_of_a_client_that_went_away_are_cancelled(pair: Pair) -> None:
    other = Client(pair.path, CONTRACT)
    assert other.wait_connected(10)
    ended: queue.Queue[Outcome] = queue.Queue()
    other.start(Hold(), 30.0, lambda *outcome: ended.put(outcome))
    assert pair.service.holding.acquire(timeout=10)
    other.close()
    assert isinstance(ended.get(timeout=10)[1], ConnectionLost)
    assert pair.client.call(Echo("lane is free"), 10.0) == Text("lane is free")


def test_a_client_whose_server_was_killed_hears_of_it(folder: Path) -> None:
    path = str(folder / "s")
    code = (
        "import sys; from tests.unit.test_ipc import EchoService; from kiosk.ipc import Server; "
        "Server(sys.argv[1], EchoService()).serve()"
    )
    process = subprocess.Popen([sys.executable, "-c", code, path])
    client = Client(path, CONTRACT)
    assert client.wait_connected(20)
    ended: queue.Queue[Outcome] = queue.Queue()
    client.start(Hold(), 30.0, lambda *outcome: ended.put(outcome))
    process.kill()
    process.wait()
    assert isinstance(ended.get(timeout=10)[1], ConnectionLost)
    client.close()


def test_a_bug_in_the_service_ends_its_process_with_70(folder: Path) -> None:
    path = str(folder / "s")
    code = (
        "import sys; from tests.unit.test_ipc import EchoService, Text; from kiosk.ipc import Server\n"
        "class Buggy(EchoService):\n"
        "    def execute(self, command, control): raise KeyError('bug')\n"
        "    def describe_error(self, error): raise error\n"
        "Server(sys.argv[1], Buggy()).serve()"
    )
    process = subprocess.Popen([sys.executable, "-c", code, path], stderr=subprocess.DEVNULL)
    client = Client(path, CONTRACT)
    assert client.wait_connected(20)
    with pytest.raises(ConnectionLost):
        client.call(Echo("x"), 20.0)
    assert process.wait(20) == 70
    client.close()


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x00\x00\x05hello",
        struct.pack("!i", -1) + struct.pack("!Q", 2**40),
        struct.pack("!i", 2**31 - 1),
        struct.pack("!i", 0),
        bytes(range(255, 191, -1)),
        struct.pack("!i", len(NOT_UTF8)) + NOT_UTF8,
        struct.pack("!i", len(NESTED)) + NESTED,
    ],
    ids=["no msgpack", "a terabyte", "two gigabytes", "nothing", "noise", "not UTF-8", "nested"],
)
def test_garbage_drops_that_client_only(pair: Pair, data: bytes) -> None:
    peer = raw_client(pair.path)
    peer.sendall(data)
    peer.shutdown(socket.SHUT_WR)
    with contextlib.suppress(ConnectionResetError):  # it may hang up with our bytes unread
        while peer.recv(65536):
            pass
    peer.close()
    assert pair.client.call(Echo("still here"), 10.0) == Text("still here")


def test_garbage_from_a_server_is_a_lost_connection_not_a_dead_client(folder: Path) -> None:
    path = str(folder / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(4)
        client = Client(path, CONTRACT)
        for garbage in (b"hello", NOT_UTF8, NESTED):
            peer, _ = listener.accept()
            ended: queue.Queue[Outcome] = queue.Queue()
            assert client.wait_connected(10)
            client.start(Echo("x"), 10.0, lambda *outcome, ended=ended: ended.put(outcome))
            assert peer.recv(4)
            peer.sendall(struct.pack("!i", len(garbage)) + garbage)
            assert isinstance(ended.get(timeout=10)[1], ConnectionLost)
            peer.close()
        client.close()


def test_a_command_that_is_too_long_is_refused_here_and_costs_nobody_the_link(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MAX_MESSAGE_BYTES", 100_000)
    monkeypatch.setattr(server_module, "MAX_MESSAGE_BYTES", 100_000)
    held, held_ended = pair.start(Hold(on="b"))
    with pytest.raises(ValueError, match="Echo of"):
        pair.client.call(Echo("x" * 100_000), 10.0)
    assert held_ended.empty()
    assert pair.client.call(Echo("x" * 90_000), 10.0) == Text("x" * 90_000)
    assert pair.links.empty()


def test_starting_a_command_never_blocks_though_nobody_reads(folder: Path) -> None:
    path = str(folder / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(4)
        client = Client(path, CONTRACT)
        peer, _ = listener.accept()
        assert client.wait_connected(10)
        ends = []
        for _ in range(3):
            ended: queue.Queue[Outcome] = queue.Queue()
            client.start(Echo("x" * 5_000_000), 0.1, lambda *outcome, ended=ended: ended.put(outcome))
            ends.append(ended)
        for ended in ends:
            assert isinstance(ended.get(timeout=10)[1], NoAnswer)
        peer.close()
        client.close()


def test_a_client_that_does_not_read_is_hung_up_on_and_holds_no_lane(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "SEND_S", 0.2)
    pair = Pair(folder)
    peer = raw_client(pair.path)
    for _ in range(20):
        pair.server.notify(Text("x" * 100_000))
    assert pair.client.call(Echo("free"), 10.0) == Text("free")
    peer.close()
    pair.close()


def test_a_callback_that_raises_does_not_silence_the_connection(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    bugs: queue.Queue[Any] = queue.Queue()
    monkeypatch.setattr(threading, "excepthook", lambda raised: bugs.put(raised.exc_type))
    pair.client.start(Echo("x"), 10.0, lambda result, error: 1 // 0)  # type: ignore[arg-type]  # the bug
    assert bugs.get(timeout=10) is ZeroDivisionError
    assert pair.client.call(Echo("next"), 10.0) == Text("next")


def test_a_new_client_is_greeted_and_hears_notices(pair: Pair) -> None:
    assert pair.notices.get(timeout=10) == Text("first")
    pair.server.notify(Text("second"))
    assert pair.notices.get(timeout=10) == Text("second")


def test_the_last_thing_a_new_client_hears_is_the_newest_state(folder: Path) -> None:
    """A notice that overtakes the greeting is not undone by it."""
    pair = Pair(folder)
    assert pair.notices.get(timeout=10) == Text("first")
    pair.client.call(Echo("the greeting of the first client is over"), 10.0)
    greetings = itertools.chain(["old"], itertools.repeat("new"))
    pair.service.greeting = lambda: [Text(next(greetings))]  # type: ignore[method-assign]  # the race, staged
    heard: queue.Queue[Text] = queue.Queue()
    other = Client(pair.path, CONTRACT, heard.put)
    assert [heard.get(timeout=10).text for _ in range(2)] == ["old", "new"]
    other.close()
    pair.close()


def test_a_call_from_a_callback_ends_with_no_answer_not_with_nothing(pair: Pair) -> None:
    """The reader cannot wait for itself; whoever tries learns it instead of getting None."""
    results: queue.Queue[Any] = queue.Queue()

    def call_again(result: Any, error: Exception | None) -> None:
        try:
            results.put(pair.client.call(Echo("inner"), 0.05))
        except NoAnswer as raised:
            results.put(raised)

    pair.client.start(Echo("outer"), 10.0, call_again)
    assert isinstance(results.get(timeout=10), NoAnswer)


def test_the_socket_is_for_its_owner_only_and_goes_with_the_server(pair: Pair) -> None:
    assert os.stat(pair.path).st_mode & 0o777 == 0o600
    pair.stop_serving()
    assert not os.path.exists(pair.path)


def test_a_closed_client_completes_at_once_with_connection_lost(pair: Pair) -> None:
    pair.client.close()
    with pytest.raises(ConnectionLost):
        pair.client.call(Echo("x"), 10.0)


def test_waiting_ends_at_the_cancel_token_or_the_deadline() -> None:
    now = [0.0]
    control = Control(5.0, clock=lambda: now[0])
    control.wait(0.0)
    assert control.remaining_s == 5.0
    now[0] = 6.0
    assert control.remaining_s == 0.0
    with pytest.raises(DeadlineExceeded):
        control.check()
    other = Control(60.0)
    other.cancel()
    with pytest.raises(Cancelled):
        other.wait(30.0)
