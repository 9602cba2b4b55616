"""From a cancel to the completion of a command that waits, for each role that has such a command.

`report` is how long the same host takes to answer a command that ends by itself, asked before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from drivers.contract.base import Command
from drivers.contract.commands import GetReport, PrintDocument, PrintReceipt, ReadIdCard
from drivers.contract.scanner import ScanCode
from kiosk.bench.figures.figure import Figure, ms
from kiosk.bench.figures.papers import two_pages
from kiosk.bench.figures.receipt import slip
from kiosk.bench.figures.rig import Device, Host, RigError, Table, one_host
from kiosk.bench.quantile import quantile

AT_MOST_MS = 200.0
AFTER_S = 0.4
"""When the cancel comes: the command waits for a person, or for paper, by then."""
ROUNDS_LIMIT = 10


def measure(rounds: int) -> list[Figure]:
    """One figure a role."""
    times = min(rounds, ROUNDS_LIMIT)
    return [_figure(role, prepare, times) for role, prepare in _ROLES.items()]


def _figure(role: str, prepare: Callable[[ExitStack], tuple[Table, Command]], rounds: int) -> Figure:
    with ExitStack() as running:
        table, command = prepare(running)
        host = running.enter_context(one_host(role, table))
        began = time.monotonic()
        host.client.call(GetReport(), 5.0)
        report_s = time.monotonic() - began
        times = [_cancelled(host, command) for _ in range(rounds)]
    beside = {"worst_ms": ms(max(times)), "report_ms": ms(report_s), "rounds": float(rounds)}
    return Figure(f"cancel of {type(command).__name__}", ms(quantile(times, 0.5)), "ms", AT_MOST_MS, beside)


def _cancelled(host: Host, command: Command) -> float:
    ended, ends = threading.Event(), list[float]()

    def done(result: object, error: Exception | None) -> None:
        ends.append(time.monotonic())
        ended.set()

    number = host.client.start(command, 60.0, done)
    if ended.wait(AFTER_S):
        raise RigError(f"{type(command).__name__} ended before it could be cancelled")
    began = time.monotonic()
    host.client.cancel(number)
    if not ended.wait(30.0):
        raise RigError(f"{type(command).__name__} cannot be cancelled")
    host.wait_usable()
    return ends[0] - began


def _id_card(running: ExitStack) -> tuple[Table, Command]:
    device = running.enter_context(Device("id_card", "--port", "0"))
    return {"driver": "sam_v", "port": f"socket://127.0.0.1:{device.port}"}, ReadIdCard()


def _scanner(running: ExitStack) -> tuple[Table, Command]:
    device = running.enter_context(Device("scanner", "--family", "newland", "--port", "0"))
    return {"driver": "newland", "port": f"socket://127.0.0.1:{device.port}"}, ScanCode()


def _receipt(running: ExitStack) -> tuple[Table, Command]:
    """A slip that takes seconds to come out."""
    device = running.enter_context(Device("receipt_printer", "--port", "0", "--speed-mm-s", "60"))
    return {"driver": "escpos", "port": f"tcp://127.0.0.1:{device.port}"}, PrintReceipt(slip(False))


def _document(running: ExitStack) -> tuple[Table, Command]:
    """Two pages, of which the first takes a while."""
    device = running.enter_context(Device("document_printer", "--port", "0", "--seconds-per-sheet", "3"))
    return {"driver": "ipp", "port": f"ipp://127.0.0.1:{device.port}/ipp/print"}, PrintDocument(two_pages())


_ROLES: dict[str, Callable[[ExitStack], tuple[Table, Command]]] = {
    "id_card": _id_card,
    "scanner": _scanner,
    "receipt": _receipt,
    "document": _document,
}
