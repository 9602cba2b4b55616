"""From the command to the first printed line of a slip of 40 Chinese lines with a QR code.

`wire` is what the same bytes need when they are only written to the same printer. `first` is the first slip of its
kind, which does not count: right after its start a host is still importing.
"""

from __future__ import annotations

import socket
import time

from drivers.contract.commands import PrintReceipt
from drivers.contract.values import CutBlock, QrBlock, Receipt, TextBlock
from drivers.receipt_printer.layout import Paper, encode_receipt
from kiosk.bench.figures.figure import Figure, ms
from kiosk.bench.figures.rig import Device, one_host
from kiosk.bench.quantile import quantile

LINES = 40
AT_MOST_MS = 50.0


def measure(rounds: int) -> list[Figure]:
    """A slip of common names, and one with a rare name in each tenth line."""
    with Device("receipt_printer", "--port", "0") as device:
        wire_s = [_written(device) for _ in range(rounds)]
        table = {"driver": "escpos", "port": f"tcp://127.0.0.1:{device.port}"}
        with one_host("receipt", table) as host:
            times = {}
            for name in ("common", "rare"):
                printed = []
                for _ in range(rounds + 1):
                    began = time.monotonic()
                    host.client.call(PrintReceipt(slip(name == "rare")), 30.0)
                    printed.append(_began_at(device) - began)
                times[name] = printed
    beside = {"wire_ms": ms(quantile(wire_s, 0.5)), "rounds": float(rounds)}
    return [
        Figure(
            f"receipt, first line ({name} names)",
            ms(quantile(printed[1:], 0.5)),
            "ms",
            AT_MOST_MS,
            beside | {"worst_ms": ms(max(printed[1:])), "first_ms": ms(printed[0])},
        )
        for name, printed in times.items()
    ]


def slip(rare: bool) -> Receipt:
    """Forty lines of Chinese and a QR code."""
    names = ("张㛃" if rare and number % 10 == 0 else "张三" for number in range(LINES))
    lines = tuple(TextBlock(f"{name}：车陂街政务服务大厅受理第{number}项") for number, name in enumerate(names))
    return Receipt((*lines, QrBlock("https://gz.gov.cn/x/TH0001-000042-2"), CutBlock()))


def _written(device: Device) -> float:
    with socket.create_connection(("127.0.0.1", device.port), 5) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = encode_receipt(slip(False), Paper()) + b"\x1dr\x01"
        began = time.monotonic()
        peer.sendall(data)
        peer.recv(1)
        return _began_at(device) - began


def _began_at(device: Device) -> float:
    """When the newest slip's first line came, by the machine's clock."""
    return float(device.do("GET", "/last.json")["began_at"])
