"""Links over real sockets: one completion for each command, and the truth about what never left."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.contract.commands import DeviceCommand, PrintDocument, ReadIdCard
from drivers.contract.panel import KeyPressed
from drivers.contract.status import DeviceRole
from kiosk.ipc import Server
from kiosk.ipc.control import Control
from kiosk.ipc.messages import MAX_MESSAGE_BYTES
from kiosk.journey.effects import RunDevice, RunStore
from kiosk.journey.events import DeviceFailed, StoreFailed
from kiosk.terminal.links import KeyArrived, Links, Word, device_failure, store_failure
from offline_cache.contract import Accept, Draft, GetStatus

DRAFT = Draft("id", "application", "s", 1, "440106", "", "", "", ())


@pytest.fixture
def words() -> queue.Queue[Word]:
    return queue.Queue()


@pytest.fixture
def links(tmp_path: Path, words: queue.Queue[Word]) -> Iterator[Links]:
    """Links to a document printer and a store whose processes are not there."""
    made = Links(tmp_path, ["document"], words.put)
    yield made
    made.close()


def failed(words: queue.Queue[Word]) -> DeviceFailed | StoreFailed:
    while not isinstance(word := words.get(timeout=10), DeviceFailed | StoreFailed):
        pass
    return word


def test_a_device_that_this_terminal_does_not_have_is_offline(links: Links, words: queue.Queue[Word]) -> None:
    cancel = links.run_device(RunDevice(7, DeviceRole.ID_CARD, ReadIdCard(), 5.0), words.put)
    answer = failed(words)
    assert isinstance(answer, DeviceFailed)
    assert (answer.command_id, answer.failure.kind) == (7, "offline")
    cancel()
    assert words.empty()


def test_a_store_that_is_not_there_fails_a_question_at_once(links: Links, words: queue.Queue[Word]) -> None:
    links.run_store(RunStore(8, GetStatus(), 60.0), words.put)
    answer = failed(words)
    assert isinstance(answer, StoreFailed)
    assert (answer.command_id, answer.failure.kind) == (8, "offline")


def test_a_print_that_is_too_long_to_send_is_not_said_to_have_come_out(links: Links, words: queue.Queue[Word]) -> None:
    paper = PrintDocument(b"x" * (MAX_MESSAGE_BYTES + 1))
    links.run_device(RunDevice(9, DeviceRole.DOCUMENT, paper, 60.0), words.put)
    answer = failed(words)
    assert isinstance(answer, DeviceFailed)
    assert (answer.command_id, answer.failure.kind) == (9, "unsupported")


def test_what_never_left_is_told_apart_from_what_may_have_arrived() -> None:
    too_long = ValueError("PrintDocument of 99 bytes")
    assert device_failure(too_long, PrintDocument(b"")).kind == "unsupported"
    assert store_failure(too_long, Accept(DRAFT)).kind == "invalid"


class PanelProcess:
    """A panel that has only keys."""

    command_type = DeviceCommand

    def lane(self, command: object) -> str:
        return "main"

    def execute(self, command: object, control: Control) -> object:
        raise AssertionError(command)

    def describe_error(self, error: Exception) -> object:
        raise error

    def greeting(self) -> list[object]:
        return [KeyPressed("5", 2.0)]


def test_a_key_of_the_pad_arrives_as_it_was_pressed(tmp_path: Path, words: queue.Queue[Word]) -> None:
    server = Server(str(tmp_path / "panel.sock"), PanelProcess())
    serving = threading.Thread(target=server.serve, daemon=True)
    serving.start()
    links = Links(tmp_path, ["panel"], words.put)
    while not isinstance(word := words.get(timeout=10), KeyArrived):
        pass
    assert (word.key, word.held_s) == ("5", 2.0)
    assert "5" not in repr(word)
    links.close()
    server.close()
    serving.join(10)
