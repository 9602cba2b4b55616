"""The A4 ledger at every page boundary: what is said to have come out did, and nothing comes out later.

Three pages, two copies, one misfortune before, in the middle of or right after each sheet. The twin keeps its own
record of the sheets that really came out.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.contract.commands import PrintDocument, PrinterWaiting
from drivers.contract.values import JobOutcome
from drivers.document_printer.printer import IppDocumentPrinter
from kiosk.ipc import Control
from tests.wire.conftest import Twin
from tests.wire.ledger import COPIES, PAGES, PROBLEMS, SHEETS, D, N, Truth, U, driver_of, new_twin, run
from tests.wire.papers import pdf


@pytest.fixture(scope="module")
def device() -> Iterator[Twin]:
    device = new_twin()
    yield device
    device.stop()


@pytest.fixture
def printer(device: Twin) -> IppDocumentPrinter:
    device.do("POST", "/reset")
    return driver_of(device)


@pytest.mark.parametrize("when", ["before", "middle"])
@pytest.mark.parametrize("sheet", range(1, SHEETS + 1))
def test_a_stop_that_nobody_ends_is_cancelled_at_every_sheet(
    device: Twin, printer: IppDocumentPrinter, sheet: int, when: str
) -> None:
    problem = PROBLEMS[(sheet + (when == "middle") * 3) % len(PROBLEMS)]
    device.do("POST", "/trap", what=problem, at_sheet=sheet, when=when)
    printed = run(printer)
    assert printed.outcome is JobOutcome.CANCELLED
    in_doubt = 0 if (sheet, when) == (1, "before") else 1  # a job that was never begun is certain to its last sheet
    assert printed.ledger == (D,) * (sheet - 1) + (U,) * in_doubt + (N,) * (SHEETS - sheet + 1 - in_doubt)
    truth = Truth(device, printed)
    truth.agrees()
    truth.nothing_more_comes(printer)


@pytest.mark.parametrize(("sheet", "problem"), list(enumerate(PROBLEMS, start=1)))
def test_a_stop_that_is_ended_goes_on_to_the_last_sheet(
    device: Twin, printer: IppDocumentPrinter, sheet: int, problem: str
) -> None:
    device.do("POST", "/trap", what=problem, at_sheet=sheet, when="middle")

    def mend(event: object) -> None:
        if isinstance(event, PrinterWaiting):
            device.do("POST", "/clear")
            device.do("POST", "/tray", sheets=100)

    printed = run(printer, mend)
    assert (printed.outcome, printed.ledger) == (JobOutcome.COMPLETED, (D,) * SHEETS)
    assert Truth(device, printed).out() == [(1,), (2,), (3,)] * 2


@pytest.mark.parametrize("when", ["before", "middle", "after"])
@pytest.mark.parametrize("sheet", range(1, SHEETS + 1))
def test_a_power_cut_that_loses_the_job_leaves_at_most_one_sheet_uncertain(
    device: Twin, printer: IppDocumentPrinter, sheet: int, when: str
) -> None:
    device.do("POST", "/trap", what="power", at_sheet=sheet, when=when)
    printed = run(printer)
    truth = Truth(device, printed)
    truth.agrees()
    assert printed.outcome is JobOutcome.UNCERTAIN
    assert printed.ledger.count(U) <= 1
    truth.nothing_more_comes(printer)


@pytest.mark.parametrize("sheet", [1, 2, 4, SHEETS])
def test_a_power_cut_after_which_the_printer_goes_on_is_followed(
    device: Twin, printer: IppDocumentPrinter, sheet: int
) -> None:
    device.do("POST", "/trap", what="power-keep", at_sheet=sheet, when="middle")
    printed = run(printer)
    assert (printed.outcome, printed.ledger) == (JobOutcome.COMPLETED, (D,) * SHEETS)


@pytest.mark.parametrize(
    ("sheet", "keep"), [*((sheet, True) for sheet in range(1, SHEETS + 1)), (1, False), (4, False)]
)
def test_a_printer_that_stays_away_prints_nothing_when_it_returns(
    device: Twin, printer: IppDocumentPrinter, sheet: int, keep: bool
) -> None:
    """Power gone in the middle of a sheet, back after we gave up; its warm-up is long enough to empty the queue."""
    device.do("POST", "/habits", warm_up_s=0.5)
    device.do("POST", "/trap", what="off", at_sheet=sheet, when="middle")
    printed = run(printer)
    assert printed.outcome is JobOutcome.UNCERTAIN
    truth = Truth(device, printed)
    truth.agrees()
    if not keep:
        device.do("POST", "/power", on=False, keep=False)
    truth.nothing_more_comes(printer)


@pytest.mark.parametrize("sheet", [1, 3, 5])
def test_a_cable_pulled_out_for_a_moment_is_no_end(device: Twin, printer: IppDocumentPrinter, sheet: int) -> None:
    device.do("POST", "/trap", what="vanish", at_sheet=sheet, when="before")

    def plug(event: object) -> None:
        if event == PrinterWaiting("offline"):
            device.do("POST", "/plug")

    printed = run(printer, plug)
    assert (printed.outcome, printed.ledger) == (JobOutcome.COMPLETED, (D,) * SHEETS)


@pytest.mark.parametrize("sheet", range(1, SHEETS + 1))
def test_an_abort_by_the_printer_is_told_to_the_sheet(device: Twin, printer: IppDocumentPrinter, sheet: int) -> None:
    device.do("POST", "/trap", what="abort", at_sheet=sheet, when="middle")
    printed = run(printer)
    assert printed.outcome is JobOutcome.ABORTED
    assert printed.ledger == (D,) * (sheet - 1) + (U,) + (N,) * (SHEETS - sheet)
    Truth(device, printed).agrees()


@pytest.mark.parametrize("sheet", range(1, SHEETS))
def test_a_citizen_who_leaves_stops_the_job_at_any_sheet(device: Twin, printer: IppDocumentPrinter, sheet: int) -> None:
    seen: list[object] = []

    def leave(event: object) -> None:
        seen.append(event)
        if len(seen) == sheet:
            control.cancel()

    control = Control(30, leave)
    printed = printer.print_once(PrintDocument(pdf(PAGES), COPIES), control)
    truth = Truth(device, printed)
    truth.agrees()
    assert printed.outcome is JobOutcome.CANCELLED or len(truth.out()) == SHEETS
    truth.nothing_more_comes(printer)


@pytest.mark.parametrize("counts", [True, False])
def test_completed_is_not_believed_against_the_printer_s_own_counters(
    device: Twin, printer: IppDocumentPrinter, counts: bool
) -> None:
    device.do("POST", "/habits", skips_last=True, counts=counts)
    printed = run(printer)
    if counts:
        assert (printed.outcome, printed.ledger) == (JobOutcome.UNCERTAIN, (D,) * (SHEETS - 1) + (U,))
    else:  # a printer without any counter is taken at its word: there is no other
        assert printed.outcome is JobOutcome.COMPLETED
