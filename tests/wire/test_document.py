"""The A4 driver against its virtual twin: a ledger that is true, whatever happens in the middle."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from drivers.contract.commands import PrintDocument, PrinterWaiting, SheetPrinted
from drivers.contract.errors import (
    CoverOpen,
    DeviceOffline,
    DeviceTimeout,
    InvalidMedia,
    PaperOut,
    ProtocolError,
    TonerOut,
)
from drivers.contract.status import DeviceState, SupplyState
from drivers.contract.values import JobOutcome, SheetOutcome
from drivers.document_printer.following import Pace
from drivers.document_printer.printer import IppDocumentPrinter, Trust
from drivers.document_printer.render import render_pages
from kiosk.ipc import Cancelled, Control, DeadlineExceeded
from tests.wire.conftest import Twin
from tests.wire.papers import pdf

D, R, U, N = SheetOutcome.DELIVERED, SheetOutcome.REPRINTED, SheetOutcome.UNCERTAIN, SheetOutcome.NOT_PRINTED


@pytest.fixture
def device(twin: Callable[..., Twin]) -> Twin:
    return twin("document_printer", "--port", "0", "--seconds-per-sheet", "0.15")


@pytest.fixture
def driver(device: Twin) -> IppDocumentPrinter:
    return IppDocumentPrinter(f"ipp://127.0.0.1:{device.port}/ipp/print")


class Watcher:
    """Collects events, and does something at the bench when one comes."""

    def __init__(self, act: Callable[[object], None] = lambda event: None) -> None:
        self.events: list[object] = []
        self._act = act

    def __call__(self, event: object) -> None:
        self.events.append(event)
        self._act(event)


def test_every_sheet_is_told_and_counted(device: Twin, driver: IppDocumentPrinter) -> None:
    watcher = Watcher()
    printed = driver.print_once(PrintDocument(pdf(2), copies=2), Control(30, watcher))
    assert (printed.outcome, printed.sheets, printed.ledger) == (JobOutcome.COMPLETED, 4, (D, D, D, D))
    assert watcher.events == [SheetPrinted(sheet, 4) for sheet in (1, 2, 3, 4)]
    assert device.do("GET", "/")["out_tray"] == 4


def test_a_jam_that_is_cleared_goes_on_without_printing_anything_twice(
    device: Twin, driver: IppDocumentPrinter
) -> None:
    device.do("POST", "/jam", at_sheet=2)
    watcher = Watcher(lambda event: device.do("POST", "/clear") if isinstance(event, PrinterWaiting) else None)
    printed = driver.print_once(PrintDocument(pdf()), Control(30, watcher))
    assert (printed.outcome, printed.ledger) == (JobOutcome.COMPLETED, (D, D, D))
    assert PrinterWaiting("jammed") in watcher.events
    assert device.do("GET", "/")["out_tray"] == 3


def test_paper_that_runs_out_and_is_refilled_goes_on(device: Twin, driver: IppDocumentPrinter) -> None:
    def act(event: object) -> None:
        if event == SheetPrinted(1, 3):
            device.do("POST", "/tray", sheets=0)
        elif event == PrinterWaiting("paper_out"):
            device.do("POST", "/tray", sheets=50)

    printed = driver.print_once(PrintDocument(pdf()), Control(30, Watcher(act)))
    assert (printed.outcome, printed.sheets) == (JobOutcome.COMPLETED, 3)
    assert device.do("GET", "/")["out_tray"] == 3


def test_a_stop_that_lasts_too_long_is_cancelled_at_the_device(device: Twin, driver: IppDocumentPrinter) -> None:
    device.do("POST", "/jam", at_sheet=2)
    printed = driver.print_once(PrintDocument(pdf(), hold_s=0.5), Control(30))
    assert (printed.outcome, printed.ledger) == (JobOutcome.CANCELLED, (D, U, N))
    device.do("POST", "/clear")
    assert driver.print_once(PrintDocument(pdf(1)), Control(30)).sheets == 1
    assert device.do("GET", "/")["out_tray"] == 2  # nothing of the cancelled job came out later


def test_a_printer_that_forgets_its_jobs_leaves_what_its_counter_cannot_prove_uncertain(
    device: Twin, driver: IppDocumentPrinter
) -> None:
    act = Watcher(lambda event: device.do("POST", "/power") if event == SheetPrinted(1, 3) else None)
    printed = driver.print_once(PrintDocument(pdf()), Control(30, act))
    assert (printed.outcome, printed.ledger) == (JobOutcome.UNCERTAIN, (D, U, N))
    assert printed.sheet_pages == ((1,), (2,), (3,))


def test_without_a_counter_everything_after_a_power_cut_is_uncertain(device: Twin, driver: IppDocumentPrinter) -> None:
    device.do("POST", "/habits", counts=False)
    device.do("POST", "/trap", what="power", at_sheet=2)
    printed = driver.print_once(PrintDocument(pdf()), Control(30))
    assert (printed.outcome, printed.ledger) == (JobOutcome.UNCERTAIN, (U, U, U))


def test_another_job_under_the_same_number_is_not_taken_for_ours(device: Twin, driver: IppDocumentPrinter) -> None:
    def act(event: object) -> None:
        if event == SheetPrinted(1, 3):
            device.do("POST", "/power")
            stranger = IppDocumentPrinter(f"ipp://127.0.0.1:{device.port}/ipp/print", trust=Trust(shared=True))
            stranger.print_once(PrintDocument(pdf(1)), Control(20))

    printed = driver.print_once(PrintDocument(pdf()), Control(30, Watcher(act)))
    assert printed.outcome is JobOutcome.UNCERTAIN


def test_what_is_missing_is_known_before_anything_is_sent(device: Twin, driver: IppDocumentPrinter) -> None:
    device.do("POST", "/tray", sheets=2)
    with pytest.raises(PaperOut) as caught:
        driver.print_once(PrintDocument(pdf(3)), Control(10))
    assert caught.value.evidence == {"left": "2"}
    device.do("POST", "/tray", sheets=50)
    device.fault("cover-open")
    with pytest.raises(CoverOpen):
        driver.print_once(PrintDocument(pdf(1)), Control(10))
    device.fault("none")
    with pytest.raises(InvalidMedia):
        driver.print_once(PrintDocument(b"no pdf"), Control(10))
    assert device.do("GET", "/jobs")["jobs"] == []


def test_a_silent_a_babbling_and_an_absent_printer_are_told_apart(device: Twin, driver: IppDocumentPrinter) -> None:
    device.fault("silent")
    with pytest.raises(DeviceTimeout):
        driver.report(Control(5))
    device.fault("garbage")
    with pytest.raises(ProtocolError):
        driver.report(Control(5))
    device.fault("none")
    device.do("POST", "/unplug")
    with pytest.raises(DeviceOffline):
        driver.report(Control(5))
    device.do("POST", "/plug")
    assert driver.report(Control(5)).state is DeviceState.ONLINE


@pytest.mark.parametrize("fault", ["slow", "byte_at_a_time", "truncated", "wrong_length", "noise", "http-error"])
def test_each_fault_of_the_wire_is_lived_through_or_named(device: Twin, driver: IppDocumentPrinter, fault: str) -> None:
    device.do("POST", "/fault", fault=fault, answers=1)
    if fault == "slow":
        assert driver.report(Control(10)).state is DeviceState.ONLINE
    else:
        with pytest.raises((ProtocolError, DeadlineExceeded)):
            driver.report(Control(0.5))
    device.fault("none")
    assert driver.report(Control(5)).state is DeviceState.ONLINE


def test_an_answer_to_an_earlier_question_is_never_taken_for_this_one(device: Twin, driver: IppDocumentPrinter) -> None:
    device.fault("stale")
    with pytest.raises(ProtocolError) as caught:
        driver.report(Control(5))  # asks twice: the second answer has the first in front of it
    assert caught.value.evidence["cause"] == "stale"


@pytest.mark.parametrize("fault", ["silent", "drip"])
def test_cancelling_a_question_takes_less_than_the_printer_s_patience(
    device: Twin, driver: IppDocumentPrinter, fault: str
) -> None:
    device.fault(fault)
    control = Control(20)
    threading.Timer(0.2, control.cancel).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        driver.report(control)
    assert time.monotonic() - begun < 1.0


def test_toner_and_counters_are_told(device: Twin, driver: IppDocumentPrinter) -> None:
    assert driver.report(Control(5)).supplies == {"paper": SupplyState.FULL, "toner": SupplyState.FULL}
    device.do("POST", "/toner", percent=4)
    assert driver.report(Control(5)).supplies["toner"] is SupplyState.LOW
    device.fault("toner-empty")
    assert driver.report(Control(5)).supplies["toner"] is SupplyState.OUT
    with pytest.raises(TonerOut):
        driver.print_once(PrintDocument(pdf(1)), Control(10))


def test_the_self_test_says_what_to_do(device: Twin, driver: IppDocumentPrinter) -> None:
    driver.print_once(PrintDocument(pdf(1)), Control(30))
    report = driver.self_test(Control(5))
    seen = {step.tried: step.seen for step in report.steps}
    assert report.passed
    assert seen["tray main"] == "249 sheets"
    assert (seen["counter"], seen["queue"]) == ("1 pages in its life", "empty")
    assert "black toner 75 %" in seen["toner"]
    device.fault("cover-open")
    advice = [step.advice for step in driver.self_test(Control(5)).steps if not step.passed]
    assert "close the printer's cover" in advice
    device.do("POST", "/unplug")
    report = driver.self_test(Control(5))
    assert [(step.tried, step.advice) for step in report.steps] == [("reach the printer", "check power and cable")]


def test_two_processes_do_not_cancel_each_other_s_paper(device: Twin, driver: IppDocumentPrinter) -> None:
    other = IppDocumentPrinter(f"ipp://127.0.0.1:{device.port}/ipp/print")

    def look(event: object) -> None:
        assert other.report(Control(5)).state is DeviceState.ONLINE

    printed = driver.print_once(PrintDocument(pdf(3)), Control(30, look))
    assert printed.outcome is JobOutcome.COMPLETED


def test_the_last_fifty_papers_are_kept_where_the_bench_says(twin: Callable[..., Twin], tmp_path: Path) -> None:
    device = twin("document_printer", "--port", "0", "--seconds-per-sheet", "0.01", "--data", str(tmp_path))
    driver = IppDocumentPrinter(f"ipp://127.0.0.1:{device.port}/ipp/print", Pace(poll_s=0.01))
    for _ in range(52):
        assert driver.print_once(PrintDocument(pdf(1)), Control(30)).sheets == 1
    assert len(list((tmp_path / "papers").glob("*.pdf"))) == 50
    assert device.do("GET", "/jobs/51.pdf") == pdf(1)


def test_pages_become_pictures_without_a_printer() -> None:
    pictures = render_pages(pdf(2), 300).pages
    assert [Image.open(io.BytesIO(page)).width for page in pictures] == [300, 300]


def test_the_command_follows_a_job_and_says_how_many_sheets_came_out(device: Twin, tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf(2))
    address = f"ipp://127.0.0.1:{device.port}/ipp/print"
    command = [sys.executable, "-m", "kiosk", "document", "print", "--to", address, str(file), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sheets"] == 2
    assert "sheet 2 of 2 came out" in done.stderr
