"""How a command asks this terminal's store: over the socket of the running process, or opened here for the while.

Also what commands of the store share: exit status 0 done, 1 the store says no, 2 bad input; and JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from kiosk.ipc import Cancelled, Client, ConnectionLost, Control, DeadlineExceeded, NoAnswer, RemoteError
from offline_cache.administration import ADMINISTRATION_CONTRACT
from offline_cache.clock import SystemClock
from offline_cache.config import ConfigError, load_profile
from offline_cache.contract import StoreFailure
from offline_cache.errors import StoreError
from offline_cache.process import StoreProcess

Ask = Callable[[Any, float], Any]
"""(command, seconds) → result; raises StoreSaidNo."""
_CONNECT_S = 2.0


class BadInput(Exception):
    """What the caller gave us cannot be used; one line, exit status 2."""


class StoreSaidNo(Exception):
    """The store refused or could not; exit status 1."""

    def __init__(self, failure: StoreFailure) -> None:
        super().__init__(f"{failure.kind}: {failure.reason}" if failure.reason else failure.kind)
        self.failure = failure


def guarded(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Run a command; its exit status, with what went wrong said in one line."""
    try:
        return run(arguments)
    except (BadInput, ConfigError) as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return 2
    except StoreSaidNo as error:
        if arguments.json:
            print_json({"error": {"kind": error.failure.kind, "reason": error.failure.reason}})
        print(f"kiosk: {error}", file=sys.stderr)
        return 1


@contextlib.contextmanager
def store_of(arguments: argparse.Namespace, *, sending: bool = False) -> Iterator[Ask]:
    """How to ask the store: over the socket of the running process, or opened here for the while."""
    socket = (arguments.data / "run").resolve() / "store.sock"  # a link to a folder with a short path
    if socket.exists():
        client = Client(str(socket), ADMINISTRATION_CONTRACT)
        try:
            if client.wait_connected(_CONNECT_S):
                yield lambda command, within_s: _ask_over(client, command, within_s)
                return
        finally:
            client.close()
    process = StoreProcess(load_profile(arguments.profile), arguments.data, SystemClock())
    try:
        if sending:
            process.start()
        yield lambda command, within_s: _ask_in(process, command, within_s)
    finally:
        process.close()


def _ask_over(client: Client, command: Any, within_s: float) -> Any:
    try:
        return client.call(command, within_s)
    except RemoteError as error:
        raise StoreSaidNo(error.error) from error
    except (ConnectionLost, NoAnswer) as error:
        raise StoreSaidNo(StoreFailure("timeout", "the store's process does not answer")) from error


def _ask_in(process: StoreProcess, command: Any, within_s: float) -> Any:
    try:
        return process.service.execute(command, Control(within_s))
    except (StoreError, Cancelled, DeadlineExceeded) as error:
        raise StoreSaidNo(process.service.describe_error(error)) from error


def print_json(value: Any) -> None:
    """One line of JSON."""
    print(msgspec.json.encode(value).decode())
