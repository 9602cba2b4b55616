"""The A4 driver against its virtual twin: a ledger that is true, whatever happens in the middle."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from drivers.contract.commands import PrintDocument, PrinterWaiting, SheetPrinted
from drivers.contract.errors import CoverOpen, DeviceOffline, DeviceTimeout, InvalidMedia, PaperOut, ProtocolError
from drivers.contract.status import DeviceState
from drivers.contract.values import JobOutcome, SheetOutcome
from drivers.document_printer.printer import IppDocumentPrinter, Trust
from drivers.document_printer.render import render_pages
from kiosk.ipc import Control
from tests.wire.conftest import Twin

D, U, N = SheetOutcome.DELIVERED, SheetOutcome.UNCERTAIN, SheetOutcome.NOT_PRINTED


@pytest.fixture
def device(twin: Callable[..., Twin]) -> Twin:
    return twin("document_printer", "--port", "0", "--seconds-per-sheet", "0.15")


@pytest.fixture
def driver(device: Twin) -> IppDocumentPrinter:
    return IppDocumentPrinter(f"ipp://127.0.0.1:{device.port}/ipp/print")


def pdf(pages: int = 3) -> bytes:
    out = io.BytesIO()
    sheets = [Image.new("RGB", (210, 297), "white") for _ in range(pages)]
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


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
