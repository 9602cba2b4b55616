"""From the kill of a driver's process until its device answers again, through the terminal's own supervisor.

Every process is killed once and then started anew with all the others, so that each death is a first one and meets
the shortest delay. `delay` is that delay, `python` what an interpreter alone needs to start.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack

from kiosk.bench.figures.card import sample_block
from kiosk.bench.figures.figure import Figure, ms
from kiosk.bench.figures.rig import Device, Host, Table, hosts
from kiosk.bench.quantile import quantile
from kiosk.terminal.supervision import FIRST_DELAY_S

AT_MOST_MS = 2000.0


def measure(rounds: int) -> list[Figure]:
    """`rounds` kills, spread over the roles."""
    times: list[float] = []
    with ExitStack() as running:
        tables = _devices(running)
        while len(times) < rounds:
            with hosts(tables) as hosted:
                times += [_killed(host) for host in list(hosted.values())[: rounds - len(times)]]
    beside = {"delay_ms": ms(FIRST_DELAY_S), "python_ms": ms(_bare_start()), "kills": float(len(times))}
    worst = {"worst_ms": ms(max(times))}
    return [
        Figure("host killed, back p50", ms(quantile(times, 0.5)), "ms", AT_MOST_MS, beside),
        Figure("host killed, back p99", ms(quantile(times, 0.99)), "ms", AT_MOST_MS, beside | worst),
    ]


def _devices(running: ExitStack) -> Mapping[str, Table]:
    """Four kinds of driver, each with a device that is well."""
    reader = running.enter_context(Device("id_card", "--port", "0"))
    reader.do("POST", "/card", text_block=sample_block().hex())
    printer = running.enter_context(Device("receipt_printer", "--port", "0"))
    scanner = running.enter_context(Device("scanner", "--family", "newland", "--port", "0"))
    papers = running.enter_context(Device("document_printer", "--port", "0"))
    return {
        "id_card": {"driver": "sam_v", "port": f"socket://127.0.0.1:{reader.port}"},
        "receipt": {"driver": "escpos", "port": f"tcp://127.0.0.1:{printer.port}"},
        "scanner": {"driver": "newland", "port": f"socket://127.0.0.1:{scanner.port}"},
        "document": {"driver": "ipp", "port": f"ipp://127.0.0.1:{papers.port}/ipp/print"},
    }


def _killed(host: Host) -> float:
    began = time.monotonic()
    os.kill(host.pid, signal.SIGKILL)
    host.wait_usable()
    return time.monotonic() - began


def _bare_start() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.monotonic() - began
