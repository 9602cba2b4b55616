"""Which pages lie on which sheet: both sides, copies, only what is missing, and from which tray."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.contract.commands import PrintDocument
from drivers.contract.errors import UnsupportedCommand
from drivers.contract.values import JobOutcome, SheetOutcome
from drivers.document_printer.printer import IppDocumentPrinter
from kiosk.ipc import Control
from tests.wire.conftest import Twin
from tests.wire.papers import pdf

D, R, U, N = SheetOutcome.DELIVERED, SheetOutcome.REPRINTED, SheetOutcome.UNCERTAIN, SheetOutcome.NOT_PRINTED


@pytest.fixture
def device(twin: Callable[..., Twin]) -> Twin:
    return twin("document_printer", "--port", "0", "--seconds-per-sheet", "0.1")


@pytest.fixture
def driver(device: Twin) -> IppDocumentPrinter:
    return IppDocumentPrinter(f"ipp://127.0.0.1:{device.port}/ipp/print")


def came_out(device: Twin) -> list[tuple[int, ...]]:
    return [tuple(sheet["pages"]) for sheet in device.do("GET", "/out")["out"]]


def test_both_sides_of_a_sheet_are_one_sheet(device: Twin, driver: IppDocumentPrinter) -> None:
    printed = driver.print_once(PrintDocument(pdf(3), copies=2, duplex=True), Control(30))
    assert (printed.outcome, printed.ledger) == (JobOutcome.COMPLETED, (D, D, D, D))
    assert printed.sheet_pages == ((1, 2), (3,), (1, 2), (3,))
    assert came_out(device) == [(1, 2), (3,), (1, 2), (3,)]
    assert device.do("GET", "/")["impressions"] == 6


def test_a_printer_with_one_side_is_not_asked_for_two(device: Twin, driver: IppDocumentPrinter) -> None:
    device.do("POST", "/habits", duplex=False)
    with pytest.raises(UnsupportedCommand):
        driver.print_once(PrintDocument(pdf(2), duplex=True), Control(10))
    assert device.do("GET", "/jobs")["jobs"] == []


def test_a_printer_that_cannot_collate_gets_each_copy_as_a_job(device: Twin, driver: IppDocumentPrinter) -> None:
    device.do("POST", "/habits", collates=False)
    device.do("POST", "/trap", what="abort", at_sheet=2)
    printed = driver.print_once(PrintDocument(pdf(2), copies=3), Control(30))
    assert (printed.outcome, printed.ledger) == (JobOutcome.ABORTED, (D, U, N, N, N, N))
    printed = driver.print_once(PrintDocument(pdf(2), copies=2), Control(30))
    assert printed.ledger == (D, D, D, D)
    assert came_out(device)[1:] == [(1,), (2,), (1,), (2,)]


@pytest.mark.parametrize("ranged", [True, False])
def test_a_person_has_only_the_missing_sheets_printed(device: Twin, driver: IppDocumentPrinter, ranged: bool) -> None:
    """By page-ranges where the printer has them, else from a PDF of these pages; marked as printed again."""
    if not ranged:
        device.do("POST", "/habits", ranges=False)
    device.do("POST", "/jam", at_sheet=2)
    broken = driver.print_once(PrintDocument(pdf(3), copies=2, hold_s=0.2), Control(30))
    assert broken.ledger == (D, U, N, N, N, N)
    device.do("POST", "/clear")
    device.do("POST", "/take")
    again = PrintDocument(pdf(3), copies=2, first_sheet=2, reprint_of=broken.job)
    printed = driver.print_once(again, Control(30))
    assert (printed.outcome, printed.ledger) == (JobOutcome.COMPLETED, (R,) * 5)
    assert printed.sheet_pages == ((2,), (3,), (1,), (2,), (3,))
    assert device.do("GET", "/")["out_tray"] == 5
    assert [job["of"] for job in device.do("GET", "/jobs")["jobs"]][1:] == [2, 3]


def test_a_second_tray_feeds_when_the_first_is_empty(twin: Callable[..., Twin]) -> None:
    device = twin(
        "document_printer", "--port", "0", "--seconds-per-sheet", "0.05", "--sheets", "1", "--second-tray", "9"
    )
    driver = IppDocumentPrinter(f"ipp://127.0.0.1:{device.port}/ipp/print")
    assert driver.report(Control(5)).sheets_left == 10
    printed = driver.print_once(PrintDocument(pdf(3)), Control(30))
    assert printed.outcome is JobOutcome.COMPLETED
    assert driver.report(Control(5)).usable  # the first tray is empty: a warning, no more
