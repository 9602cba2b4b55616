"""From the command to the first printed line: `python -m tests.wire.receipt_latency` prints JSON, times in ms.

A slip of 40 Chinese lines and a QR code over the virtual printer: `slip` is what our driver needs, `wire` what the
same bytes need when they are only written, `rare` the slip with a rare name in each tenth line.
"""

from __future__ import annotations

import json
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

from drivers.contract.values import CutBlock, QrBlock, Receipt, TextBlock
from drivers.receipt_printer import fonts
from drivers.receipt_printer.layout import Paper, encode_receipt
from drivers.receipt_printer.printer import EscposReceiptPrinter
from drivers.transport import open_transport
from kiosk.ipc import Control
from tests.wire.conftest import Twin

LINES = 40
ROUNDS = 20


def slip(rare: bool) -> Receipt:
    """Forty lines of Chinese and a QR code."""
    names = ("张㛃" if rare and number % 10 == 0 else "张三" for number in range(LINES))
    lines = tuple(TextBlock(f"{name}：车陂街政务服务大厅受理第{n}项") for n, name in enumerate(names))
    return Receipt((*lines, QrBlock("https://gz.gov.cn/x/TH0001-000042-2"), CutBlock()))


def measure(baud: int = 0, rounds: int = ROUNDS) -> dict[str, float]:
    """Median times to the first line; `baud` 0 is a socket, else a pty of that speed."""
    fonts.warm()  # as the host does when it starts
    with tempfile.TemporaryDirectory() as folder:
        tty = str(Path(folder) / "tty")
        device = Twin("receipt_printer", *(("--pty", tty, "--baud", str(baud)) if baud else ("--port", "0")))
        try:
            address = tty if baud else f"tcp://127.0.0.1:{device.port}"
            found = {name: _driven(device, address, baud, slip(name == "rare"), rounds) for name in ("slip", "rare")}
            if not baud:
                found["wire"] = _written(device, rounds)
            found["encode"] = _encoded(rounds)
            return found
        finally:
            device.stop()


def _driven(device: Twin, address: str, baud: int, receipt: Receipt, rounds: int) -> float:
    driver = EscposReceiptPrinter(open_transport(address, baud or 115200))
    times = []
    driver.report(Control(5))
    for _ in range(rounds):
        started = time.monotonic()
        driver.print_once(receipt, Control(60))
        times.append(device.do("GET", "/last.json")["began_at"] - started)
    driver.close()
    return _ms(times)


def _written(device: Twin, rounds: int) -> float:
    data, times = encode_receipt(slip(False), Paper()), []
    with socket.create_connection(("127.0.0.1", device.port), 5) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(rounds):
            started = time.monotonic()
            peer.sendall(data + b"\x1dr\x01")
            peer.recv(1)
            times.append(device.do("GET", "/last.json")["began_at"] - started)
    return _ms(times)


def _encoded(rounds: int) -> float:
    times = []
    for _ in range(rounds):
        started = time.monotonic()
        encode_receipt(slip(True), Paper())
        times.append(time.monotonic() - started)
    return _ms(times)


def _ms(times: list[float]) -> float:
    return round(1000 * statistics.median(times), 2)


if __name__ == "__main__":
    json.dump({"socket": measure(), "pty at 115200": measure(115200, 3), "pty at 9600": measure(9600, 1)}, sys.stdout)
