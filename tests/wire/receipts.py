"""What the tests of receipt printers share: a slip, and drivers as the host builds them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from drivers.contract.status import DeviceRole
from drivers.contract.values import CutBlock, QrBlock, Receipt, TextBlock
from drivers.family import Place
from drivers.receipt_printer.printer import EscposReceiptPrinter
from tests.wire.conftest import Twin

SLIP = Receipt(
    (
        TextBlock("家门口", align="centre", size=2, bold=True),
        TextBlock("姓名：张㛃　金额：￥12.00（已受理）"),
        TextBlock("编号 TH0001-000042-2"),
        QrBlock("DS1.abc"),
        CutBlock(),
    )
)
LINES = ["家门口", "编号 TH0001-000042-2"]
FAMILIES = ("escpos", "snbc", "custom")


class Machines:
    """Virtual printers that are started once and made as new for each test."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, ...], Twin] = {}

    def __call__(self, *options: str) -> Twin:
        if options not in self._running:
            self._running[options] = Twin("receipt_printer", "--port", "0", *options)
        device = self._running[options]
        device.do("POST", "/reset")
        device.do("POST", "/plug")
        return device

    def stop(self) -> None:
        for device in self._running.values():
            device.stop()


def build(family: str, device: Twin, folder: Path, **settings: Any) -> EscposReceiptPrinter:
    """A driver of a family, as its profile's table would give it."""
    module = importlib.import_module(f"drivers.receipt_printer.families.{family}")
    port = device.port if isinstance(device.port, str) else f"tcp://127.0.0.1:{device.port}"
    driver: EscposReceiptPrinter = module.build(
        module.Settings(port=port, **settings), Place(DeviceRole.RECEIPT, folder)
    )
    return driver
