"""`kiosk document print`: one PDF on one A4 printer, followed to its end. The driver runs in this process."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from drivers.build import DeviceConfigError, build_driver, families_of, read_device_config
from drivers.contract.commands import DocumentPrinted, PrintDocument, PrinterWaiting, SheetPrinted
from drivers.contract.errors import DeviceError, InvalidMedia
from drivers.contract.status import DeviceRole
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
    document.add_argument("--driver", choices=families_of(DeviceRole.DOCUMENT), default="ipp", help="the family")
    document.add_argument("--copies", type=int, default=1)
    document.add_argument("--duplex", action="store_true", help="both sides of a sheet")
    document.add_argument("--first-sheet", type=int, default=1, help="print from here on only: a person's decision")
    document.add_argument("--reprint-of", default="", help="the earlier job whose sheets are missing, as it was told")
    document.add_argument("--hold-s", type=float, default=60.0, help="how long to wait for paper in the middle")
    document.add_argument("file", type=Path)


def print_document(options: argparse.Namespace) -> int:
    """Print a PDF; says how many sheets came out, sheet by sheet."""
    table = {"driver": options.driver, "port": options.to}
    try:
        pdf = options.file.read_bytes()
        printer = build_driver(DeviceRole.DOCUMENT, read_device_config(DeviceRole.DOCUMENT, table), Path())
    except (OSError, DeviceConfigError) as error:
        return bad(str(error))
    if not pdf.startswith(PDF_HEAD):
        return bad(f"{options.file} is not a PDF")
    if not 1 <= options.copies <= 20:
        return bad("--copies is 1 to 20")
    if not 0 < options.hold_s <= LONGEST_PRINT_S:
        return bad(f"--hold-s is more than 0 and at most {LONGEST_PRINT_S:.0f}")
    if options.first_sheet < 1:
        return bad("--first-sheet is 1 or more")
    control = Control(options.hold_s + LONGEST_PRINT_S, _tell_progress)
    signal.signal(signal.SIGINT, lambda *_: control.cancel())  # the job must not stay behind in the printer
    try:
        printed = printer.execute(_command(options, pdf), control)
    except InvalidMedia as error:
        return bad(f"{options.file}: {error.hint}")
    except DeviceError as error:
        return device_error(error, options.json, FAILED)
    finally:
        printer.close()
    assert isinstance(printed, DocumentPrinted)
    ledger = [str(fate) for fate in printed.ledger]
    facts: dict[str, object] = {"outcome": str(printed.outcome), "sheets": printed.sheets, "ledger": ledger}
    facts |= {"reasons": list(printed.reasons), "evidence": str(printed.evidence), "job": printed.job}
    facts["sheet_pages"] = [list(pages) for pages in printed.sheet_pages]
    show(options.json, facts, [f"{printed.outcome}: {printed.sheets} of {len(ledger)} sheets came out"])
    return OK if printed.outcome is JobOutcome.COMPLETED else FAILED


def _command(options: argparse.Namespace, pdf: bytes) -> PrintDocument:
    return PrintDocument(
        pdf,
        options.copies,
        hold_s=options.hold_s,
        duplex=options.duplex,
        first_sheet=options.first_sheet,
        reprint_of=options.reprint_of,
    )


def _tell_progress(event: object) -> None:
    match event:
        case SheetPrinted(sheet=sheet, of=of):
            print(f"sheet {sheet} of {of} came out", file=sys.stderr)
        case PrinterWaiting(kind=kind):
            print(f"the printer waits: {kind}", file=sys.stderr)
