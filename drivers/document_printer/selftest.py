"""The self-test: what a technician needs to know of an A4 printer, and what to do about it. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.contract.commands import TestReport, TestStep
from drivers.contract.errors import DeviceError
from drivers.contract.status import SupplyState
from drivers.document_printer.preflight import check_ready
from drivers.document_printer.queue import JobQueue
from drivers.document_printer.reasons import HINTS, KINDS
from drivers.document_printer.service import PrinterService
from drivers.document_printer.state import TWO_SIDED, PrinterState, Tray
from kiosk.ipc import Control

_STATES = {3: "idle", 4: "printing", 5: "stopped"}


def examine(service: PrinterService, queue: JobQueue, control: Control) -> TestReport:
    """Ask for everything; a printer that cannot be asked fails at the first step."""
    try:
        printer = service.printer(control)
    except DeviceError as error:
        return TestReport(False, (TestStep("reach the printer", error.hint, False, "check power and cable"),))
    steps = (
        TestStep("reach the printer", printer.model or "answers", True),
        _state(printer),
        *_reasons(printer),
        *_trays(printer),
        _toner(printer),
        *_abilities(printer),
        _counter(printer),
        _queue(queue, control),
    )
    return TestReport(all(step.passed for step in steps), steps)


def _state(printer: PrinterState) -> TestStep:
    seen = _STATES.get(printer.state, "not told") + (f", {printer.kind}" if printer.kind else "")
    return TestStep("printer state", seen, not printer.kind, printer.hint)


def _reasons(printer: PrinterState) -> Iterator[TestStep]:
    """Each reason in the printer's own word: what blocks, and what will before long."""
    for reason in printer.reasons:
        blocks = reason.blocks and KINDS[reason.word] == printer.kind
        advice = HINTS.get(reason.word, "look at the printer's own panel")
        yield TestStep("state reason", f"{reason.word} ({reason.severity})", not blocks, advice)


def _trays(printer: PrinterState) -> Iterator[TestStep]:
    if not printer.trays:
        yield TestStep("paper", "not told", True, "look into the tray")
    for tray in printer.trays:
        fits = "" if tray.fits else ", not A4"
        level = "level not told" if tray.level is None else f"{tray.level} sheets"
        yield TestStep(
            f"tray {tray.name}".strip(), level + fits, _feeds(tray) or bool(printer.sheets_left), _fill(tray)
        )
    try:
        check_ready(printer, 1, duplex=False)
    except DeviceError as error:
        yield TestStep("one A4 sheet", error.kind, False, error.hint)
    else:
        yield TestStep("one A4 sheet", "can be printed", True)


def _feeds(tray: Tray) -> bool:
    return tray.fits and tray.level != 0


def _fill(tray: Tray) -> str:
    if not tray.fits:
        return "put A4 in, and set the tray to A4"
    return "fill the tray" if tray.level == 0 else ""


def _toner(printer: PrinterState) -> TestStep:
    told = [f"{one.name or 'toner'} {one.percent} %" for one in printer.markers if one.percent is not None]
    advice = {SupplyState.OUT: "change the toner", SupplyState.LOW: "have new toner at hand"}.get(printer.toner, "")
    return TestStep("toner", ", ".join(told) or "not told", printer.toner is not SupplyState.OUT, advice)


def _abilities(printer: PrinterState) -> Iterator[TestStep]:
    able = printer.abilities
    way = (
        "a lost answer can be followed" if able.creates_jobs else "Print-Job only: a lost answer is looked for by name"
    )
    yield TestStep("jobs", way, True)
    yield TestStep("both sides", "yes" if TWO_SIDED in able.sides else "no", True)
    collates = "in one job" if able.collates else "one job each"
    yield TestStep("copies", collates, True)


def _counter(printer: PrinterState) -> TestStep:
    seen = "not told" if printer.impressions is None else f"{printer.impressions} pages in its life"
    return TestStep("counter", seen, True)


def _queue(queue: JobQueue, control: Control) -> TestStep:
    """Nothing may wait in a terminal's printer; what does is cancelled before the next job."""
    try:
        waiting = queue.waiting(control)
    except DeviceError as error:
        return TestStep("queue", error.hint, False, "switch the printer off and on")
    seen = f"{len(waiting)} jobs wait" if waiting else "empty"
    return TestStep("queue", seen, not waiting, "switch the printer off and on if they stay" if waiting else "")
