"""`kiosk receipt print`: one slip on one printer, from a shell. The driver runs in this process."""

from __future__ import annotations

import argparse
from pathlib import Path

from drivers.build import DeviceConfigError, build_driver, families_of, read_device_config
from drivers.contract.commands import PrintReceipt, ReceiptPrinted
from drivers.contract.errors import DeviceError
from drivers.contract.status import DeviceRole
from kiosk.commands.receipt_file import ReceiptFileError, read_receipt
from kiosk.commands.shell import FAILED, OK, add, bad, brief, device_error, group, line, show
from kiosk.ipc import Control

PRINT_S = 60.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group."""
    parts = group(commands, "receipt", "print a slip")
    example = "kiosk receipt print --to tcp://127.0.0.1:9101 slip.json"
    receipt = add(parts, "print", "print a typed receipt", example, print_receipt)
    receipt.add_argument("--to", required=True, help="tty path, socket://host:port, tcp://host:9100 or usb://04b8:0202")
    receipt.add_argument("--driver", choices=families_of(DeviceRole.RECEIPT), default="escpos", help="the family")
    receipt.add_argument("--width-dots", type=int, default=576, choices=(384, 576))
    receipt.add_argument("file", type=Path, help='{"blocks": [{"text": …, "align": …, "size": …}, {"qr": …}, …]}')


def print_receipt(options: argparse.Namespace) -> int:
    """Print one slip; shows the printer's state before and after."""
    table = {"driver": options.driver, "port": options.to, "width_dots": options.width_dots}
    try:
        receipt = read_receipt(options.file)
        printer = build_driver(DeviceRole.RECEIPT, read_device_config(DeviceRole.RECEIPT, table), Path())
    except (ReceiptFileError, DeviceConfigError) as error:
        return bad(str(error))
    try:
        printed = printer.execute(PrintReceipt(receipt), Control(PRINT_S))
    except DeviceError as error:
        return device_error(error, options.json, FAILED)
    finally:
        printer.close()
    assert isinstance(printed, ReceiptPrinted)
    states = {"before": brief(printed.before), "after": brief(printed.after)}
    show(options.json, states, [f"{when}: {line(state)}" for when, state in states.items()])
    return OK
