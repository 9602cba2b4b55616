"""`kiosk card|receipt|document|devices`: one device at a time, from a shell. The driver runs in this process."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from drivers.build import DeviceConfig, DeviceConfigError, build_driver, read_device_configs
from drivers.contract.commands import DocumentPrinted, PrintDocument, PrinterWaiting, SheetPrinted
from drivers.contract.driver import Driver
from drivers.contract.errors import DeviceError, DeviceTimeout, NoMedia
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.contract.values import JobOutcome, Receipt
from kiosk.commands.receipt_file import ReceiptFileError, read_receipt
from kiosk.ipc import Control, DeadlineExceeded

OK, FAILED, BAD_INPUT, NO_CARD, READER_ERROR = 0, 1, 2, 3, 4
PRINT_S, TEST_S, REPORT_S = 60.0, 20.0, 5.0
Subcommands = Any  # argparse keeps the type of its sub-parsers to itself


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the four groups."""
    _add_card(_group(commands, "card", "read an ID card"))
    _add_receipt(_group(commands, "receipt", "print a slip"))
    _add_document(_group(commands, "document", "print an A4 document"))
    _add_devices(_group(commands, "devices", "the devices of a terminal profile"))


def _group(commands: Subcommands, name: str, text: str) -> Subcommands:
    return commands.add_parser(name, help=text).add_subparsers(title="commands", required=True, metavar="COMMAND")


def _add(parts: Subcommands, name: str, text: str, example: str, run: Callable[[argparse.Namespace], int]) -> Any:
    parser = parts.add_parser(name, help=text, epilog=f"example: {example}")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def _add_card(parts: Subcommands) -> None:
    read = _add(parts, "read", "read one card", "kiosk card read --port socket://127.0.0.1:5301 --json", read_card)
    read.add_argument("--port", required=True, help="tty path, socket://host:port or pty")
    read.add_argument("--baud", type=int, default=115200)
    read.add_argument("--timeout-s", type=float, default=10.0, help="how long to wait for a card")


def _add_receipt(parts: Subcommands) -> None:
    example = "kiosk receipt print --to tcp://127.0.0.1:9101 slip.json"
    receipt = _add(parts, "print", "print a typed receipt", example, print_receipt)
    receipt.add_argument("--to", required=True, help="tty path, socket://host:port or tcp://host:9100")
    receipt.add_argument("--width-dots", type=int, default=576, choices=(384, 576))
    receipt.add_argument("file", type=Path, help='{"blocks": [{"text": …, "align": …, "size": …}, {"qr": …}, …]}')


def _add_document(parts: Subcommands) -> None:
    example = "kiosk document print --to ipp://127.0.0.1:8631/ipp/print paper.pdf --copies 1 --json"
    document = _add(parts, "print", "print a PDF and follow it to the end", example, print_document)
    document.add_argument("--to", required=True, help="ipp://host[:631]/path")
    document.add_argument("--copies", type=int, default=1)
    document.add_argument("--hold-s", type=float, default=60.0, help="how long to wait for paper in the middle")
    document.add_argument("file", type=Path)


def _add_devices(parts: Subcommands) -> None:
    for name, text, run in (
        ("list", "what the profile names", list_devices),
        ("status", "ask each device for its state", show_status),
        ("test", "try what can be tried without a citizen", test_devices),
    ):
        example = f"kiosk devices {name} --profile config/terminals/dev.toml --json"
        parser = _add(parts, name, text, example, run)
        parser.add_argument("--profile", type=Path, default=Path("config/terminals/dev.toml"))
        parser.add_argument("role", nargs="?", choices=[role.value for role in DeviceRole], help="only this one")


def read_card(options: argparse.Namespace) -> int:
    """Read one card. 0 read; 2 bad input; 3 no card, or a silent reader, in the time; 4 reader error."""
    from drivers.id_card.reader import SamVReader
    from drivers.transport import open_transport

    try:
        transport = open_transport(options.port, options.baud)
    except ValueError as error:
        return _bad(str(error))
    if not 0 < options.timeout_s <= 3600:
        return _bad("--timeout-s is more than 0 and at most 3600")
    if options.baud <= 0:
        return _bad("--baud is more than 0")
    reader = SamVReader(transport, options.baud)
    try:
        card = reader.read(Control(options.timeout_s))
    except (NoMedia, DeviceTimeout) as error:
        return _device_error(error, options.json, NO_CARD)
    except DeviceError as error:
        return _device_error(error, options.json, READER_ERROR)
    finally:
        reader.close()
    fields = {name: str(value) for name, value in msgspec.structs.asdict(card).items() if value}
    _show(options.json, fields, [f"{name}: {value}" for name, value in fields.items()])
    return OK


def print_receipt(options: argparse.Namespace) -> int:
    """Print one slip; shows the printer's state before and after."""
    from drivers.receipt_printer.printer import EscposReceiptPrinter
    from drivers.transport import open_transport

    try:
        receipt: Receipt = read_receipt(options.file)
        printer = EscposReceiptPrinter(open_transport(options.to), options.width_dots)
    except (ReceiptFileError, ValueError) as error:
        return _bad(str(error))
    try:
        printed = printer.print_once(receipt, Control(PRINT_S))
    except DeviceError as error:
        return _device_error(error, options.json, FAILED)
    finally:
        printer.close()
    states = {"before": _brief(printed.before), "after": _brief(printed.after)}
    _show(options.json, states, [f"{when}: {_line(state)}" for when, state in states.items()])
    return OK


def print_document(options: argparse.Namespace) -> int:
    """Print a PDF; says how many sheets came out, sheet by sheet."""
    from drivers.document_printer.printer import IppDocumentPrinter

    try:
        pdf = options.file.read_bytes()
        printer = IppDocumentPrinter(options.to)
    except (OSError, ValueError) as error:
        return _bad(str(error))
    if not 1 <= options.copies <= 20:
        return _bad("--copies is 1 to 20")
    control = Control(options.hold_s + 600.0, _tell_progress)
    try:
        printed = printer.print_once(PrintDocument(pdf, options.copies, hold_s=options.hold_s), control)
    except DeviceError as error:
        return _device_error(error, options.json, FAILED)
    ledger = [str(fate) for fate in printed.ledger]
    facts = {"outcome": str(printed.outcome), "sheets": printed.sheets, "ledger": ledger}
    facts["reasons"] = list(printed.reasons)
    _show(options.json, facts, [f"{printed.outcome}: {printed.sheets} of {len(ledger)} sheets came out"])
    return OK if _complete(printed) else FAILED


def _complete(printed: DocumentPrinted) -> bool:
    return printed.outcome is JobOutcome.COMPLETED


def list_devices(options: argparse.Namespace) -> int:
    """What the profile names."""
    configs = _configs(options)
    if configs is None:
        return BAD_INPUT
    rows = [
        {"role": str(role), "driver": config.driver, "port": config.settings.port} for role, config in configs.items()
    ]
    _show(options.json, rows, [f"{row['role']:<10} {row['driver']:<8} {row['port']}" for row in rows])
    return OK


def show_status(options: argparse.Namespace) -> int:
    """Each device's state; 1 when one cannot be used."""

    def ask(driver: Driver) -> DeviceReport:
        try:
            return driver.report(Control(REPORT_S))
        except DeviceError as error:
            return DeviceReport(driver.role, state=DeviceState.OFFLINE, reason=error.kind, hint=error.hint)
        except DeadlineExceeded:
            return DeviceReport(driver.role, state=DeviceState.OFFLINE, reason="timeout")

    reports = _each(options, ask)
    if reports is None:
        return BAD_INPUT
    rows = [_brief(report) for report in reports]
    _show(options.json, rows, [_line(row) for row in rows])
    return OK if all(report.usable for report in reports) else FAILED


def test_devices(options: argparse.Namespace) -> int:
    """The self-test of each device: what was tried, what was seen, what to do; 1 when one failed."""

    def ask(driver: Driver) -> dict[str, Any]:
        try:
            report = driver.self_test(Control(TEST_S))
        except (DeviceError, DeadlineExceeded) as error:
            step = {"tried": "open", "seen": str(error), "passed": False, "advice": "check power and cable"}
            return {"role": str(driver.role), "passed": False, "steps": [step]}
        return {"role": str(driver.role), "passed": report.passed, "steps": msgspec.to_builtins(report.steps)}

    results = _each(options, ask)
    if results is None:
        return BAD_INPUT
    lines = []
    for result in results:
        lines.append(f"{result['role']}: {'passed' if result['passed'] else 'FAILED'}")
        lines += [f"  {step['tried']}: {step['seen']} {step['advice']}".rstrip() for step in result["steps"]]
    _show(options.json, results, lines)
    return OK if all(result["passed"] for result in results) else FAILED


def _each(options: argparse.Namespace, ask: Callable[[Driver], Any]) -> list[Any] | None:
    configs = _configs(options)
    if configs is None:
        return None
    answers = []
    for role, config in configs.items():
        driver = build_driver(role, config, Path("/dev/shm" if Path("/dev/shm").exists() else "."))  # noqa: S108  # tmpfs
        try:
            answers.append(ask(driver))
        finally:
            driver.close()
    return answers


def _configs(options: argparse.Namespace) -> dict[DeviceRole, DeviceConfig] | None:
    try:
        configs = read_device_configs(options.profile)
    except DeviceConfigError as error:
        _bad(str(error))
        return None
    wanted = {role: config for role, config in configs.items() if options.role in (None, role.value)}
    if not wanted:
        _bad(f"{options.profile}: no [devices.{options.role}] table")
        return None
    return wanted


def _tell_progress(event: object) -> None:
    match event:
        case SheetPrinted(sheet=sheet, of=of):
            print(f"sheet {sheet} of {of} came out", file=sys.stderr)
        case PrinterWaiting(kind=kind):
            print(f"the printer waits: {kind}", file=sys.stderr)


def _brief(report: DeviceReport) -> dict[str, Any]:
    """A report without what it does not tell."""
    fields = msgspec.to_builtins(report)
    return {name: value for name, value in fields.items() if value not in ("", None, {}) and name != "type"}


def _line(row: dict[str, Any]) -> str:
    rest = " ".join(f"{name}={value}" for name, value in row.items() if name not in {"role", "state"})
    return f"{row['role']:<10} {row['state']} {rest}".rstrip()


def _device_error(error: DeviceError, as_json: bool, status: int) -> int:
    body = {"kind": error.kind, "hint": error.hint} | error.evidence
    if as_json:
        print(json.dumps({"error": body}, ensure_ascii=False))
    else:
        print(f"{error.kind}: {error.hint}", file=sys.stderr)
    return status


def _show(as_json: bool, value: Any, lines: list[str]) -> None:
    print(json.dumps(value, ensure_ascii=False) if as_json else "\n".join(lines))


def _bad(message: str) -> int:
    print(message, file=sys.stderr)
    return BAD_INPUT
