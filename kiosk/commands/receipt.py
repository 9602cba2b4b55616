"""`kiosk receipt print`: one slip on one printer, from a shell. The driver runs in this process."""

from __future__ import annotations

import argparse
from pathlib import Path

from drivers.contract.errors import DeviceError
from drivers.contract.values import Receipt
from kiosk.commands.receipt_file import ReceiptFileError, read_receipt
from kiosk.commands.shell import FAILED, OK, add, bad, brief, device_error, group, line, show
from kiosk.ipc import Control

PRINT_S = 60.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group."""
    parts = group(commands, "receipt", "print a slip")
    example = "kiosk receipt print --to tcp://127.0.0.1:9101 slip.json"
    receipt = add(parts, "print", "print a typed receipt", example, print_receipt)
    receipt.add_argument("--to", required=True, help="tty path, socket://host:port or tcp://host:9100")
    receipt.add_argument("--width-dots", type=int, default=576, choices=(384, 576))
    receipt.add_argument("file", type=Path, help='{"blocks": [{"text": …, "align": …, "size": …}, {"qr": …}, …]}')


def print_receipt(options: argparse.Namespace) -> int:
    """Print one slip; shows the printer's state before and after."""
    from drivers.receipt_printer.printer import EscposReceiptPrinter
    from drivers.transport import open_transport

    try:
        receipt: Receipt = read_receipt(options.file)
        printer = EscposReceiptPrinter(open_transport(options.to), options.width_dots)
    except (ReceiptFileError, ValueError) as error:
        return bad(str(error))
    try:
        printed = printer.print_once(receipt, Control(PRINT_S))
    except DeviceError as error:
        return device_error(error, options.json, FAILED)
    finally:
        printer.close()
    states = {"before": brief(printed.before), "after": brief(printed.after)}
    show(options.json, states, [f"{when}: {line(state)}" for when, state in states.items()])
    return OK
