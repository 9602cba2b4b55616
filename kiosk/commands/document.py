"""`kiosk document print`: one PDF on one A4 printer, followed to its end. The driver runs in this process."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from drivers.contract.commands import PrintDocument, PrinterWaiting, SheetPrinted
from drivers.contract.errors import DeviceError
from drivers.contract.values import JobOutcome
from kiosk.commands.shell import FAILED, OK, add, bad, device_error, group, show
from kiosk.ipc import Control

LONGEST_PRINT_S = 600.0
PDF_HEAD = b"%PDF-"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group."""
    parts = group(commands, "document", "print an A4 document")
    example = "kiosk document print --to ipp://127.0.0.1:8631/ipp/print paper.pdf --copies 1 --json"
    document = add(parts, "print", "print a PDF and follow it to the end", example, print_document)
    document.add_argument("--to", required=True, help="ipp://host[:631]/path")
    document.add_argument("--copies", type=int, default=1)
    document.add_argument("--hold-s", type=float, default=60.0, help="how long to wait for paper in the middle")
    document.add_argument("file", type=Path)


def print_document(options: argparse.Namespace) -> int:
    """Print a PDF; says how many sheets came out, sheet by sheet."""
    from drivers.document_printer.printer import IppDocumentPrinter

    try:
        pdf = options.file.read_bytes()
        printer = IppDocumentPrinter(options.to)
    except (OSError, ValueError) as error:
        return bad(str(error))
    if not pdf.startswith(PDF_HEAD):
        return bad(f"{options.file} is not a PDF")
    if not 1 <= options.copies <= 20:
        return bad("--copies is 1 to 20")
    if not 0 < options.hold_s <= LONGEST_PRINT_S:
        return bad(f"--hold-s is more than 0 and at most {LONGEST_PRINT_S:.0f}")
    control = Control(options.hold_s + LONGEST_PRINT_S, _tell_progress)
    try:
        printed = printer.print_once(PrintDocument(pdf, options.copies, hold_s=options.hold_s), control)
    except DeviceError as error:
        return device_error(error, options.json, FAILED)
    ledger = [str(fate) for fate in printed.ledger]
    facts = {"outcome": str(printed.outcome), "sheets": printed.sheets, "ledger": ledger}
    facts["reasons"] = list(printed.reasons)
    show(options.json, facts, [f"{printed.outcome}: {printed.sheets} of {len(ledger)} sheets came out"])
    return OK if printed.outcome is JobOutcome.COMPLETED else FAILED


def _tell_progress(event: object) -> None:
    match event:
        case SheetPrinted(sheet=sheet, of=of):
            print(f"sheet {sheet} of {of} came out", file=sys.stderr)
        case PrinterWaiting(kind=kind):
            print(f"the printer waits: {kind}", file=sys.stderr)
